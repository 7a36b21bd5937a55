"""Let each connection say how many words may wait to be sorted in: `cms load` has many at once."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Forwards."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_words_words RESET (gin_pending_list_limit)")


def downgrade() -> None:
    """Backwards."""
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER INDEX ix_search_words_words SET (gin_pending_list_limit = 512)")
