"""Lets the writers of an SQLite database wait in line, and counts what they commit."""

import fcntl
import mmap
import os
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

_BYTES = 8


class Commits:
    """A count of commits that every process sees at once.

    It is in the first bytes of the file that writers lock, which each process has in its memory: to
    look costs a fiftieth of a question to SQLite, and hands the interpreter to no other thread.
    Only who holds the lock changes it.

    It is odd from before a commit until after it. So whoever finds the same even number as before a
    question knows that nothing was committed since; and a process that dies in between leaves an
    odd one, which tells everybody to ask, until the next commit has ended.
    """

    def __init__(self, file: int) -> None:
        """``file`` is a descriptor of the file, which is not needed afterwards."""
        if os.fstat(file).st_size < _BYTES:
            os.ftruncate(file, _BYTES)
        self._memory = mmap.mmap(file, _BYTES)
        self._count = memoryview(self._memory).cast("Q")

    @classmethod
    def of(cls, database: Path) -> "Commits":
        """The count of a database, to look at."""
        file = _open(database)
        try:
            return cls(file)
        finally:
            os.close(file)

    def number(self) -> int:
        """The count; odd while a commit is under way."""
        return self._count[0]

    def begin(self) -> None:
        """A commit begins."""
        self._count[0] = (self._count[0] + 1) | 1

    def end(self) -> None:
        """It has ended, in whatever way; or there was none."""
        self._count[0] += self._count[0] & 1

    def close(self) -> None:
        """Give the memory back. Without an end, the count stays odd."""
        self._count.release()
        self._memory.close()


def queue(engine: Engine, database: Path) -> None:
    """Let writers wait: for the one connection in a process, for a file lock between processes.

    SQLite's own waiting polls: under load some writers starve for seconds, most of them needlessly.
    The engine has one connection, so whoever holds it holds the lock; a process that dies lets go.
    """

    @event.listens_for(engine, "connect")
    def open_file(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        file = _open(database)
        entry.info["writers"], entry.info["commits"] = file, Commits(file)

    @event.listens_for(engine, "checkout")
    def lock(_connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        fcntl.flock(entry.info["writers"], fcntl.LOCK_EX)

    @event.listens_for(engine, "commit")
    def begin(connection: Connection) -> None:
        connection.info["commits"].begin()

    @event.listens_for(engine, "reset")
    def end_what_is_open(connection: DBAPIConnection, *_state: Any) -> None:
        # A commit that failed, on a full disk perhaps, keeps SQLite's own lock, and SQLAlchemy
        # believes that it has ended. Where nothing is open, this does nothing.
        connection.rollback()

    @event.listens_for(engine, "checkin")
    def unlock(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        if "writers" in entry.info:
            entry.info["commits"].end()
            fcntl.flock(entry.info["writers"], fcntl.LOCK_UN)

    @event.listens_for(engine, "close")
    def close_file(_connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        # The file, and with it the lock, is kept for as long as its memory is.
        entry.info.pop("commits").close()
        os.close(entry.info.pop("writers"))


def _open(database: Path) -> int:
    return os.open(f"{database}-writers", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
