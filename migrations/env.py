"""Alembic's entry: which database, and which tables it should have."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from cms.accounts import models as _accounts
from cms.accounts.keys import models as _keys
from cms.content.loading import models as _loading
from cms.content.posts import models as _content
from cms.content.posts.leases import models as _leases
from cms.content.posts.previews import models as _previews
from cms.content.posts.review import models as _review
from cms.content.posts.revisions import models as _revisions
from cms.content.posts.scheduling import models as _scheduling
from cms.editions import models as _editions
from cms.editions.search import models as _search
from cms.foundation.audit import models as _audit
from cms.foundation.database import Base, Database
from cms.foundation.jobs import models as _jobs
from cms.foundation.retries import models as _retries
from cms.foundation.settings import load

TABLES = (
    *(_accounts, _keys, _content, _review, _revisions, _previews, _leases, _scheduling),
    *(_loading, _editions, _search, _retries, _jobs, _audit),
)


def _is_modelled(name: str | None, kind: str, _parents: object) -> bool:
    """The words of the search index are another kind of table on each database."""
    return kind != "table" or not (name or "").startswith("search_words")


@contextmanager
def _tables_may_be_rewritten(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by writing it anew and dropping the old one.

    With foreign keys that would delete what refers to its rows. They cannot be switched within a
    transaction, hence past SQLAlchemy, which would begin one.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _refuse_loose_ends(connection: Connection) -> None:
    """What SQLite does not watch meanwhile is looked at in the end."""
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if loose is not None:
        message = f"Row {loose[1]} of {loose[0]} refers to nothing in {loose[2]}"
        raise RuntimeError(message)


def run() -> None:
    """Migrate in one transaction; on PostgreSQL give up rather than wait long for a lock."""
    database = context.config.attributes.get("database") or Database(load().database_url)
    with database.writer.connect() as connection:
        guard = _tables_may_be_rewritten(connection) if database.is_sqlite else nullcontext()
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            # Alembic does not count on it with SQLite, whose driver used to commit by itself.
            transactional_ddl=True,
            include_name=_is_modelled,
        )
        with guard, connection.begin(), context.begin_transaction():
            if not database.is_sqlite:
                connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                connection.execute(text("SET LOCAL statement_timeout = '10min'"))
            context.run_migrations()
            if database.is_sqlite:
                _refuse_loose_ends(connection)


run()
