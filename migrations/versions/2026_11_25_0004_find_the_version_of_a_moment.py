"""Find the version of a moment."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Forwards."""
    op.create_index("ix_changes_at", "changes", ["at", "version"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_changes_at", "changes")
