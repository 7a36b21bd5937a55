"""Keep answers for retries."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "given_answers",
        sa.Column("key_digest", sa.LargeBinary(), nullable=False),
        sa.Column("request_digest", sa.LargeBinary(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("key_digest", name="pk_given_answers"),
    )
    op.create_index("ix_given_answers_given_at", "given_answers", ["given_at"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_given_answers_given_at", "given_answers")
    op.drop_table("given_answers")
