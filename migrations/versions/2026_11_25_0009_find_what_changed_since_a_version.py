"""Find what changed since a version."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Forwards."""
    op.drop_index("ix_changes_version", "changes")
    op.create_index("ix_changes_version", "changes", ["version", "number"])
    op.create_index("ix_post_counts_version", "post_counts", ["from_version", "group_id"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_post_counts_version", "post_counts")
    op.drop_index("ix_changes_version", "changes")
    op.create_index("ix_changes_version", "changes", ["version"])
