"""The present version on SQLite: read again only if something was committed since."""

import sqlite3
import threading
import time
from pathlib import Path

from cms.editions.present import QUERY, Version, unavailable
from cms.foundation.writers import Commits

# How often it is read in any case: nobody needs to know what a file beside the database is for.
LOOK_AGAIN_SECONDS = 1.0


class FileVersion:
    """Who writes counts the commit before it begins; a version is good while the count stays.

    The count is noted before the version is read, and only when no commit is under way.
    """

    def __init__(self, path: Path) -> None:
        """The connection is made by the first call, so in the process that uses it."""
        self._path = path
        self._one_at_a_time = threading.Lock()
        self._commits: Commits | None = None
        self._cursor: sqlite3.Cursor
        self._known = Version(0, 0)
        # The count that it is good for, and the moment until when.
        self._seen = -1
        self._until = 0.0

    def __call__(self) -> Version:
        """The present version."""
        commits = self._commits
        if commits and commits.number() == self._seen and time.monotonic() < self._until:
            return self._known
        with self._one_at_a_time:
            try:
                return self._look()
            except (sqlite3.Error, OSError) as error:
                raise unavailable(error) from error

    def _look(self) -> Version:
        commits = self._commits or self._open()
        until, before = time.monotonic() + LOOK_AGAIN_SECONDS, commits.number()
        known = self._known = Version(*self._cursor.execute(QUERY).fetchone())
        # Noted last: whoever finds the new count finds the new version.
        if before % 2 == 0:
            self._until, self._seen = until, before
        return known

    def _open(self) -> Commits:
        connection = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        self._cursor = connection.execute("PRAGMA query_only = ON")
        self._commits = Commits.of(self._path)
        return self._commits
