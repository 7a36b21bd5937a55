"""Engines on an SQLite file: how a connection is set up, and how a transaction begins."""

import sqlite3
import time
from functools import partial
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

# SQLite counts its own steps; so many of them take less than a millisecond.
STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 10_000


def engine(
    url: str,
    timeout: int,
    *,
    begin: str | None,
    read_only: bool = False,
    longest_statement: float | None = None,
    **pool: Any,
) -> Engine:
    """One that begins its transactions with ``begin``; without it, each statement is for itself.

    ``timeout`` and ``longest_statement`` in seconds.
    """
    arguments: dict[str, Any] = {"timeout": timeout}
    if longest_statement is not None:
        arguments["factory"] = partial(_Hasty, seconds=longest_statement)
    made = create_engine(url, connect_args=arguments, **pool)

    @event.listens_for(made, "connect")
    def configure(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions by itself: its own rules lose savepoints.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode = WAL")
        # FULL: an acknowledged commit survives the loss of power, not only of the process.
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        if read_only:
            cursor.execute("PRAGMA query_only = ON")
        else:
            # The words of a post lie all over an index: in kibibytes, enough for most of it.
            cursor.execute("PRAGMA cache_size = -8192")
        cursor.close()

    if begin is not None:

        @event.listens_for(made, "begin")
        def start(connection: Any) -> None:
            connection.exec_driver_sql(begin)

    return made


class _Hasty(sqlite3.Connection):
    """Gives up a statement that takes too long; SQLite has no such setting of its own."""

    def __init__(self, *args: Any, seconds: float, **kwargs: Any) -> None:
        """``seconds``: how long one may take."""
        super().__init__(*args, **kwargs)
        begun = self._begun = [time.monotonic()]

        def has_expired() -> bool:
            return time.monotonic() - begun[0] > seconds

        self.set_progress_handler(has_expired, STEPS_BETWEEN_LOOKS_AT_THE_CLOCK)

    def cursor(self, *args: Any) -> Any:
        """One for the next statement, whose time begins; SQLAlchemy's event would cost far more."""
        self._begun[0] = time.monotonic()
        return super().cursor(*args)
