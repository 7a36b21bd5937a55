"""Remember how far files were loaded."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "loads",
        sa.Column("file_digest", sa.String(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("file_digest", name="pk_loads"),
    )


def downgrade() -> None:
    """Backwards."""
    op.drop_table("loads")
