"""Say who is editing a post."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "post_leases",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_leases_post_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["users.id"], name="fk_post_leases_holder_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", name="pk_post_leases"),
    )
    op.create_index("ix_post_leases_holder_id", "post_leases", ["holder_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_post_leases_holder_id", "post_leases")
    op.drop_table("post_leases")
