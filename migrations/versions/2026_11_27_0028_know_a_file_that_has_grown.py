"""Know a file that has grown by its beginning: `cms load` goes on behind it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Forwards."""
    op.add_column("loads", sa.Column("size", sa.BigInteger))


def downgrade() -> None:
    """Backwards."""
    op.drop_column("loads", "size")
