"""Keep revisions."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Forwards."""
    for column in _columns():
        op.add_column("posts", column)
    op.execute("UPDATE posts SET revised_at = updated_at, revised_by_id = updated_by_id")
    op.create_table(
        "post_revisions",
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by_id", sa.Uuid(), nullable=True),
        sa.Column("changed", sa.JSON(), nullable=False),
        sa.Column("is_autosave", sa.Boolean(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["post_id"], ["posts.id"], name="fk_post_revisions_post_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("post_id", "number", name="pk_post_revisions"),
    )
    op.add_column("post_editions", sa.Column("revision", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Backwards."""
    op.drop_column("post_editions", "revision")
    op.drop_table("post_revisions")
    for column in _columns():
        op.drop_column("posts", column.name)


def _columns() -> list[sa.Column[Any]]:
    """What posts that are there have: each is at its first revision, as it was saved last."""
    moment = sa.DateTime(timezone=True)
    never = "1970-01-01 00:00:00"
    return [
        sa.Column("revision", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("revised_at", moment, nullable=False, server_default=never),
        sa.Column("revised_by_id", sa.Uuid(), nullable=True),
        sa.Column("revised_fields", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("autosaves_began_at", moment, nullable=True),
        sa.Column("revision_is_fixed", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]
