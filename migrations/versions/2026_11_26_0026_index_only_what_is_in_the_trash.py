"""Index only what is in the trash: SQLite took the index for what is not."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

NAME, TABLE, COLUMNS = "ix_posts_trashed_at", "posts", ["trashed_at", "id"]
TRASHED = sa.text("trashed_at IS NOT NULL")


def upgrade() -> None:
    """Forwards."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS, sqlite_where=TRASHED, postgresql_where=TRASHED)


def downgrade() -> None:
    """Backwards."""
    op.drop_index(NAME, TABLE)
    op.create_index(NAME, TABLE, COLUMNS)
