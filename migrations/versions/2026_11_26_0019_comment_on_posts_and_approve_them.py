"""Comment on posts and approve them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Forwards."""
    op.add_column("posts", sa.Column("approved_by_id", sa.Uuid(), nullable=True))
    op.add_column("posts", sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("posts", sa.Column("approved_revision", sa.Integer(), nullable=True))
    op.create_table(
        "post_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("step", sa.String(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_comments_post_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["users.id"], name="fk_post_comments_by_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_post_comments"),
    )
    op.create_index("ix_post_comments_newest", "post_comments", ["post_id", "id"])
    op.create_index("ix_post_comments_by_id", "post_comments", ["by_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_table("post_comments")
    for column in ("approved_revision", "approved_at", "approved_by_id"):
        op.drop_column("posts", column)
