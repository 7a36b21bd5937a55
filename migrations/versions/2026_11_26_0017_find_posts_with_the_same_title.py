"""Find posts with the same title."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Forwards."""
    op.create_index("ix_posts_title_key", "posts", ["title_key"])


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_posts_title_key", "posts")
