"""The database: declarative base, column types, and the engines behind every session."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    String,
    Text,
    TypeDecorator,
    create_engine,
    make_url,
)
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import NullPool
from uuid_utils import compat

from cms.foundation import writers
from cms.foundation.prepared import AnyRow, Prepared

# No look may take longer: whoever asks for what takes so long asks for too much.
LOOK_SECONDS = 5.0
# Of a look's statements, how many stay compiled, and half as many again. Its own are ``Prepared``;
# the rest are readers' filters, which take up to a megabyte each, and of which there is no end.
MOST_COMPILED = 30
# PostgreSQL, in kilobytes: what waits to be sorted into an index of words. Each search reads it, so
# let it be little.
MOST_WAITING = 512
# PostgreSQL: the statement was cancelled, since it took too long.
CANCELLED = "57014"
# PostgreSQL: serialization failure and deadlock.
TRANSIENT = frozenset({"40001", "40P01"})

# Compared byte by byte on both databases, so that a list has the same order everywhere.
Key = String().with_variant(Text(collation="C"), "postgresql")


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC. SQLite drops time zones; this puts them back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive moment is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "A naive datetime reached the database"
            raise ValueError(message)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def new_id() -> uuid.UUID:
    """A UUIDv7 (RFC 9562): sortable by creation, never reused."""
    return compat.uuid7()


class Database:
    """Three engines on one database.

    ``writer``: transactions that write. On SQLite there is one at a time, on the whole machine.
    ``reader``: transactions that only read; several statements see one moment.
    ``look``: reads without a transaction, on a connection that each thread keeps; each statement
    sees its own moment. For what states the site version it wants, and so gets the same answer
    whenever it asks.

    On SQLite they must differ: a writer takes the write lock when it begins (a transaction that
    reads first and writes later fails with "database is locked" under load), and a reader must
    never take it. On PostgreSQL ``writer`` and ``reader`` are one.
    """

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 5,
        timeout: int = 30,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """``url`` in SQLAlchemy's form; ``sqlite:///path`` or ``postgresql://…``.

        ``timeout`` in seconds: how long a PostgreSQL statement may run, and how long anybody waits
        for a connection or for SQLite's write lock. ``look_seconds``: how long a look may take.
        """
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            # Each driver is imported only where it is used; PostgreSQL's by SQLAlchemy.
            from cms.foundation import sqlite  # noqa: PLC0415

            self.writer = sqlite.engine(
                url,
                timeout,
                begin="BEGIN IMMEDIATE",
                pool_size=1,
                max_overflow=0,
                pool_timeout=timeout,
            )
            if self.path is not None:
                writers.queue(self.writer, self.path)
            self.reader = sqlite.engine(
                url, timeout, begin="BEGIN", read_only=True, max_overflow=100
            )
            self.lookup = sqlite.engine(
                url,
                timeout,
                begin=None,
                read_only=True,
                longest_statement=look_seconds,
                poolclass=NullPool,
                query_cache_size=MOST_COMPILED,
            )
        else:
            self.writer = self.reader = _postgresql_engine(
                url, timeout, pool_size=pool_size, max_overflow=pool_size, pool_timeout=timeout
            )
            self.lookup = _postgresql_engine(
                url,
                timeout,
                longest_statement=min(look_seconds, timeout),
                isolation_level="AUTOCOMMIT",
                poolclass=NullPool,
                query_cache_size=MOST_COMPILED,
            )
        self._of_thread = threading.local()
        # What the wiring lets every session know, whoever makes it.
        self.info: dict[Any, Any] = {}

    @property
    def path(self) -> Path | None:
        """The file behind an SQLite database."""
        return Path(self.url.database) if self.is_sqlite and self.url.database else None

    def session(self, *, read_only: bool = False) -> Session:
        """A new session; the caller commits and closes it."""
        engine = self.reader if read_only else self.writer
        return Session(engine, expire_on_commit=False, info=self.info)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction for commands: commits on success, rolls back on any exception."""
        with self.session() as session, session.begin():
            yield session

    def look(self) -> Connection:
        """The connection of this thread for reads without a transaction."""
        kept: Connection | None = getattr(self._of_thread, "connection", None)
        if kept is None or kept.closed or kept.invalidated:
            kept = self._of_thread.connection = self.lookup.connect()
        return kept

    @contextmanager
    def look_at_one_moment(self) -> Iterator[Connection]:
        """The same connection, on which all statements see one moment until this ends."""
        connection = self.look()
        way = "" if self.is_sqlite else " ISOLATION LEVEL REPEATABLE READ READ ONLY"
        connection.exec_driver_sql(f"BEGIN{way}")
        try:
            yield connection
        finally:
            # With a connection that was lost, the moment went too.
            if not connection.invalidated:
                connection.exec_driver_sql("ROLLBACK")

    def ask(self, statement: Prepared, parameters: Mapping[str, Any]) -> AnyRow | None:
        """The first that a look finds; over a new connection where that of this thread was lost."""
        try:
            return statement.first(self.look(), parameters)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return statement.first(self.look(), parameters)

    def look_anew(self) -> None:
        """Give up the connection of this thread; the next look makes another."""
        kept: Connection | None = self._of_thread.__dict__.pop("connection", None)
        if kept is not None:
            kept.invalidate()
            kept.close()

    def dispose(self) -> None:
        """Close all connections, as far as other threads do not hold them."""
        self.look_anew()
        for engine in (self.writer, self.reader, self.lookup):
            engine.dispose()


def _postgresql_engine(
    url: str, timeout: int, *, longest_statement: float | None = None, **options: Any
) -> Engine:
    milliseconds = timeout * 1000
    longest = milliseconds if longest_statement is None else max(1, int(longest_statement * 1000))
    limits = (
        f"-c lock_timeout={milliseconds // 3} -c statement_timeout={longest}"
        f" -c gin_pending_list_limit={MOST_WAITING}"
    )
    return create_engine(
        url,
        # A connection that died while it was idle is replaced before anybody uses it.
        pool_pre_ping=True,
        connect_args={"options": f"-c timezone=UTC {limits}", "connect_timeout": timeout},
        **options,
    )


def may_succeed_again(error: DBAPIError) -> bool:
    """Whether the database gave a transaction up for another's sake: it did nothing."""
    return getattr(error.orig, "sqlstate", None) in TRANSIENT


def took_too_long(error: OperationalError) -> bool:
    """Whether a statement was given up because of the time it took."""
    cancelled = getattr(error.orig, "sqlstate", None) == CANCELLED
    return cancelled or getattr(error.orig, "sqlite_errorname", None) == "SQLITE_INTERRUPT"


def writes_alone(session: Session) -> bool:
    """Whether what a transaction found stays so until it ends, since nobody else can write."""
    return session.get_bind().dialect.name == "sqlite"


def violates(error: IntegrityError, table: str, column: str) -> bool:
    """Whether ``error`` is about the unique ``column``, in the words of either database."""
    text = str(error.orig)
    return f"{table}.{column}" in text or f"uq_{table}_{column}" in text
