"""Alembic's entry: which database, and which tables it should have."""

from collections.abc import Iterator
from contextlib import contextmanager
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
def _on_sqlite(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by writing it anew and dropping the old one.

    With foreign keys that would delete what refers to its rows. They cannot be switched within a
    transaction, hence past SQLAlchemy, which would begin one.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        with context.begin_transaction():
            yield
            _refuse_loose_ends(connection)
    finally:
        driver.execute("PRAGMA foreign_keys = ON")


def _refuse_loose_ends(connection: Connection) -> None:
    """What SQLite does not watch meanwhile is looked at in the end."""
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if loose is not None:
        message = f"Row {loose[1]} of {loose[0]} refers to nothing in {loose[2]}"
        raise RuntimeError(message)


@contextmanager
def _on_postgresql(connection: Connection) -> Iterator[None]:
    """Give up rather than wait long for a lock, behind which all others would wait."""
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(text("SET LOCAL statement_timeout = '10min'"))
        yield


def run() -> None:
    """Migrate in one transaction."""
    database = context.config.attributes.get("database") or Database(load().database_url)
    transaction = _on_sqlite if database.is_sqlite else _on_postgresql
    with database.writer.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            # Alembic does not count on it with SQLite, whose driver used to commit by itself.
            transactional_ddl=True,
            include_name=_is_modelled,
        )
        with transaction(connection):
            context.run_migrations()


run()
