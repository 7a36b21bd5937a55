"""Which keys are being worked on right now: whoever else comes with one need not wait to know.

A claim is a courtesy. That nothing is done twice is the doing of the unique key of an answer, which
is written in the transaction of its effect. A process that dies lets go of its claims.
"""

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from cms.foundation.database import Database


class Claims(Protocol):
    """The claims of all processes that work on one database."""

    def claimed(self, digest: bytes) -> AbstractContextManager[bool]:
        """Claim what ``digest`` stands for; gives ``False`` where somebody has the claim."""


def on(database: Database) -> Claims:
    """The claims that ``database`` can offer."""
    if database.is_sqlite:
        return _FileClaims(f"{database.url.database}-retries")
    return _ServerClaims(database)


class _FileClaims:
    """A claim is the lock of one byte, far behind the end of an empty file."""

    def __init__(self, path: str) -> None:
        """``path`` of that file."""
        self._path = path
        self._file: int | None = None
        # The system tells processes from each other, not the threads of one.
        self._ours: set[int] = set()
        self._one_at_a_time = threading.Lock()

    @contextmanager
    def claimed(self, digest: bytes) -> Iterator[bool]:
        place = int.from_bytes(digest[:8]) >> 2
        if not self._take(place):
            yield False
            return
        try:
            yield True
        finally:
            self._give_back(place)

    def _take(self, place: int) -> bool:
        with self._one_at_a_time:
            if place in self._ours:
                return False
            if self._file is None:
                # Stays open: closing it anywhere in a process gives up all its locks.
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except (BlockingIOError, PermissionError):
                return False
            self._ours.add(place)
            return True

    def _give_back(self, place: int) -> None:
        with self._one_at_a_time:
            if self._file is not None:
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, place)
            self._ours.discard(place)


class _ServerClaims:
    """A claim is an advisory lock of the connection that each thread keeps for its looks.

    Not of the transaction: that begins late, after the slow work that needs no database.
    """

    def __init__(self, database: Database) -> None:
        """On ``database``."""
        self._database = database

    @contextmanager
    def claimed(self, digest: bytes) -> Iterator[bool]:
        number = int.from_bytes(digest[:8], signed=True)
        connection, is_ours = self._take(number)
        try:
            yield is_ours
        finally:
            if is_ours and not (connection.closed or connection.invalidated):
                self._give_back(connection, number)

    def _take(self, number: int) -> tuple[Connection, bool]:
        attempt = select(func.pg_try_advisory_lock(number))
        try:
            connection = self._database.look()
            return connection, bool(connection.scalar(attempt))
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        # The server closed the connection while nobody asked. Once more on a new one.
        self._database.look_anew()
        connection = self._database.look()
        return connection, bool(connection.scalar(attempt))

    def _give_back(self, connection: Connection, number: int) -> None:
        try:
            connection.execute(select(func.pg_advisory_unlock(number)))
        except DBAPIError:
            # The lock goes with its connection.
            self._database.look_anew()
