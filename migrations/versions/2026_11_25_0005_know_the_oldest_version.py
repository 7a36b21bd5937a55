"""Know the oldest version that the site can still be shown at."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Forwards."""
    with op.batch_alter_table("site") as site:
        site.add_column(
            sa.Column("oldest_version", sa.BigInteger(), nullable=False, server_default="0")
        )
    with op.batch_alter_table("site") as site:
        site.alter_column("oldest_version", server_default=None)


def downgrade() -> None:
    """Backwards."""
    with op.batch_alter_table("site") as site:
        site.drop_column("oldest_version")
