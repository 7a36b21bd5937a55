"""The present version on SQLite: its own counter of commits; the version only if that has moved."""

import sqlite3
import threading
from pathlib import Path

from cms.editions.present import QUERY, Version, unavailable


class FileVersion:
    """``PRAGMA data_version`` changes for a connection whenever another one has committed.

    This connection never writes, so every commit is another one's.
    """

    def __init__(self, path: Path) -> None:
        """The connection is made by the first call, so in the process that uses it."""
        self._path = path
        self._one_at_a_time = threading.Lock()
        self._cursor: sqlite3.Cursor | None = None
        self._commits = -1
        self._known = Version(0, 0)

    def __call__(self) -> Version:
        """The present version."""
        with self._one_at_a_time:
            try:
                cursor = self._cursor or self._connect()
                commits: int = cursor.execute("PRAGMA data_version").fetchone()[0]
                if commits != self._commits:
                    self._known = Version(*cursor.execute(QUERY).fetchone())
                    # Noted last: should the row not be readable, the next call looks again.
                    self._commits = commits
            except sqlite3.Error as error:
                raise unavailable(error) from error
            return self._known

    def _connect(self) -> sqlite3.Cursor:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._cursor = connection.execute("PRAGMA query_only = ON")
        return self._cursor
