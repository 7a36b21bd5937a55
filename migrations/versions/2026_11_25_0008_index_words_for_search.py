"""Make room for an index of words; what is there already is indexed by 0025."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

KEY = sa.String().with_variant(sa.Text(collation="C"), "postgresql")
# Words come folded and divided by spaces; this tokenizer takes them as they are.
SQLITE = """
CREATE VIRTUAL TABLE search_words
USING fts5 (words, content='', columnsize=0, tokenize='ascii')
"""
POSTGRESQL = """
CREATE TABLE search_words (
    number bigint CONSTRAINT pk_search_words PRIMARY KEY,
    words tsvector NOT NULL
);
-- Vectors lie apart, so that going through hits reads few pages.
ALTER TABLE search_words ALTER words SET STORAGE EXTERNAL;
ALTER TABLE search_words SET (toast_tuple_target = 128);
-- What waits to be sorted in is read by each search: let it be little.
CREATE INDEX ix_search_words_words ON search_words USING gin (words)
    WITH (fastupdate = on, gin_pending_list_limit = 512);
-- By the index of words alone (so "+ 0": not by that of numbers): the planner does not know how
-- long it takes to read a vector.
CREATE FUNCTION search_hits(asked tsquery, lowest bigint, highest bigint, most integer)
RETURNS SETOF bigint LANGUAGE sql STABLE
SET enable_seqscan = off SET enable_indexscan = off SET enable_indexonlyscan = off
AS 'SELECT number FROM search_words WHERE words @@ asked AND number + 0 BETWEEN lowest AND highest
    ORDER BY number DESC LIMIT most'
"""


def upgrade() -> None:
    """Forwards."""
    op.create_table(
        "search_entries",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=False),
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("title", "excerpt", "often", "authors", "tags")
        ),
        sa.PrimaryKeyConstraint("number", name="pk_search_entries"),
        sa.UniqueConstraint("post_id", name="uq_search_entries_post_id"),
    )
    op.create_table(
        "search_names",
        sa.Column("word", KEY, nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("word", "subject_id", name="pk_search_names"),
    )
    op.create_index("ix_search_names_subject_id", "search_names", ["subject_id"])
    op.create_table(
        "search_terms",
        sa.Column("term", KEY, nullable=False),
        sa.Column("reversed", KEY, nullable=False),
        sa.PrimaryKeyConstraint("term", name="pk_search_terms"),
    )
    op.create_index("ix_search_terms_reversed", "search_terms", ["reversed"])
    is_sqlite = op.get_context().dialect.name == "sqlite"
    op.execute(SQLITE if is_sqlite else POSTGRESQL)


def downgrade() -> None:
    """Backwards."""
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION search_hits(tsquery, bigint, bigint, integer)")
    for table in ("search_words", "search_terms", "search_names", "search_entries"):
        op.execute(f"DROP TABLE {table}")
