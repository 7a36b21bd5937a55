"""Filter and sort lists by columns instead of documents.

Each table is written anew, with its short columns first: SQLite reads a row from its beginning, and
what lies behind a long text costs a walk through the pages of that text.
"""

import json
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from anyascii import anyascii

revision = "0006"
down_revision = "0005"

KEY = sa.String().with_variant(sa.Text(collation="C"), "postgresql")
LIVE = {
    "sqlite_where": sa.text("until_version IS NULL"),
    "postgresql_where": sa.text("until_version IS NULL"),
}
FEATURED = {
    "sqlite_where": sa.text("until_version IS NULL AND featured = 1"),
    "postgresql_where": sa.text("until_version IS NULL AND featured"),
}
BATCH = 500
LONGEST_SORT_KEY = 200
NAMED = ("author_editions", "tag_editions")

Values = dict[str, Any]


def upgrade() -> None:
    """Forwards."""
    _rewrite("post_editions", _post_columns(), _of_post)
    for table in NAMED:
        _rewrite(table, _named_columns(), _of_name)
    _fold_titles()
    for name, column in (("updated", "updated_at"), ("title", "title_sort")):
        _index("post_editions", f"ix_post_editions_live_{name}", [column, "subject_id"], **LIVE)
    columns = ["featured", "published_at", "subject_id"]
    _index("post_editions", "ix_post_editions_live_featured", columns, **FEATURED)


def _fold_titles() -> None:
    """Working copies have such a column; a few letters were folded in it without being composed."""
    posts = sa.table("posts", *map(sa.column, ("id", "title", "title_key")))
    bind = op.get_bind()
    found = bind.execute(sa.select(posts)).all()
    folded = [{"of": row.id, "key": _folded(row.title)} for row in found]
    changed = [new for new, row in zip(folded, found, strict=True) if new["key"] != row.title_key]
    if changed:
        update = sa.update(posts).where(posts.c.id == sa.bindparam("of"))
        bind.execute(update.values(title_key=sa.bindparam("key")), changed)


def downgrade() -> None:
    """Backwards."""
    op.drop_index("ix_post_editions_live_featured", table_name="post_editions", **FEATURED)
    op.drop_index("ix_post_editions_live_title", table_name="post_editions", **LIVE)
    op.drop_index("ix_post_editions_live_updated", table_name="post_editions", **LIVE)
    added = {column.name for column in _post_columns() if column.info.get("is_new")}
    kept = [column for column in _post_columns() if column.name not in added]
    _rewrite("post_editions", kept, _nothing)
    for table in NAMED:
        _rewrite(table, [one for one in _named_columns() if one.name != "name_key"], _nothing)


def _rewrite(
    table: str, columns: list[sa.Column[Any]], compute: Callable[[Values], Values]
) -> None:
    """Put all rows into a table of ``columns``, those of its ``compute`` included."""
    before = f"{table}_before"
    for name, _columns, options in _indexes(table):
        op.drop_index(name, table_name=table, **options)
    op.rename_table(table, before)
    if op.get_context().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE {before} RENAME CONSTRAINT pk_{table} TO pk_{before}")
    key = sa.PrimaryKeyConstraint("id", name=f"pk_{table}")
    new = op.create_table(table, *columns, key)
    old = sa.Table(before, sa.MetaData(), autoload_with=op.get_bind())
    known = [column for column in new.columns if column.name in old.columns]
    _copy(sa.table(before, *(sa.column(one.name, one.type) for one in known)), new, compute)
    op.drop_table(before)
    for name, indexed, options in _indexes(table):
        _index(table, name, indexed, **options)


def _copy(old: sa.TableClause, new: sa.Table, compute: Callable[[Values], Values]) -> None:
    bind, last = op.get_bind(), None
    while True:
        batch = sa.select(old).order_by(old.c.id).limit(BATCH)
        if last is not None:
            batch = batch.where(old.c.id > last)
        rows = [dict(row) for row in bind.execute(batch).mappings()]
        if not rows:
            return
        bind.execute(sa.insert(new), [{**row, **compute(row)} for row in rows])
        last = rows[-1]["id"]


def _index(table: str, name: str, columns: list[str], **options: Any) -> None:
    op.create_index(name, table, columns, **{"unique": False, **options})


def _indexes(table: str) -> list[tuple[str, list[str], Values]]:
    span = ["from_version", "until_version"]
    order = ["published_at" if table == "post_editions" else "sort_key", "subject_id"]
    by = "newest" if table == "post_editions" else "name"
    return [
        (f"uq_{table}_live_subject", ["subject_id"], {"unique": True, **LIVE}),
        (f"uq_{table}_live_slug", ["slug"], {"unique": True, **LIVE}),
        (f"ix_{table}_slug", ["slug", *span], {}),
        (f"ix_{table}_subject", ["subject_id", *span], {}),
        (f"ix_{table}_live_{by}", order, dict(LIVE)),
        (f"ix_{table}_{by}", [*order, *span], {}),
    ]


def _edition() -> list[sa.Column[Any]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("from_version", sa.BigInteger(), nullable=False),
        sa.Column("until_version", sa.BigInteger(), nullable=True),
        sa.Column("slug", KEY, nullable=False),
    ]


def _post_columns() -> list[sa.Column[Any]]:
    new = {"nullable": False, "info": {"is_new": True}}
    return [
        *_edition(),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), **new),
        sa.Column("featured", sa.Boolean(), **new),
        sa.Column("reading_minutes", sa.Integer(), **new),
        sa.Column("word_count", sa.Integer(), **new),
        sa.Column("title_key", KEY, **new),
        sa.Column("title_sort", KEY, **new),
        sa.Column("excerpt_key", KEY, **new),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
    ]


def _named_columns() -> list[sa.Column[Any]]:
    return [
        *_edition(),
        sa.Column("sort_key", KEY, nullable=False),
        sa.Column("name_key", KEY, nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
    ]


def _of_post(row: Values) -> Values:
    document = json.loads(row["document"])
    updated_at = datetime.fromisoformat(document["updated_at"])
    if op.get_context().dialect.name == "sqlite":
        updated_at = updated_at.replace(tzinfo=None)
    return {
        "updated_at": updated_at,
        "title_key": _folded(document["title"]),
        "title_sort": _sort_key(document["title"]),
        "excerpt_key": _folded(document["excerpt"]),
        **{name: document[name] for name in ("featured", "reading_minutes", "word_count")},
    }


def _of_name(row: Values) -> Values:
    name = json.loads(row["document"])["name"]
    return {"name_key": _folded(name), "sort_key": _sort_key(name)}


def _nothing(_row: Values) -> Values:
    return {}


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def _sort_key(text: str) -> str:
    return anyascii(text).casefold()[:LONGEST_SORT_KEY]
