"""Remember who was merged into whom."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = ("author_editions", "tag_editions")


def upgrade() -> None:
    """Forwards."""
    for table in TABLES:
        op.add_column(table, sa.Column("successor_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """Backwards."""
    for table in TABLES:
        op.drop_column(table, "successor_id")
