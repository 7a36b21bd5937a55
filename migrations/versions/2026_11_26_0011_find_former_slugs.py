"""Find former slugs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = ("post_editions", "author_editions", "tag_editions")
ENDED = {
    "sqlite_where": sa.text("until_version IS NOT NULL"),
    "postgresql_where": sa.text("until_version IS NOT NULL"),
}


def upgrade() -> None:
    """Forwards."""
    for table in TABLES:
        op.create_index(f"ix_{table}_ended_slug", table, ["slug", "until_version"], **ENDED)


def downgrade() -> None:
    """Backwards."""
    for table in TABLES:
        op.drop_index(f"ix_{table}_ended_slug", table)
