"""The index of words as it is, on either database."""

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from sqlalchemy import Connection

from cms.delivery.search import postgresql, queries, sqlite
from cms.delivery.search.asked import Asked


class Index:
    """What a search asks."""

    def __init__(self, connection: Connection, *, at: int | None = None) -> None:
        """Read through ``connection``; of words, those that were there ``at`` a version."""
        self._connection = connection
        is_sqlite = connection.dialect.name == "sqlite"
        self._database: ModuleType = sqlite if is_sqlite else postgresql
        self._at = at

    def newest(self, asked: Asked, most: int) -> list[int]:
        """The numbers of the newest posts that fit, newest first."""
        found: list[int] = self._database.newest(self._connection, asked, most)
        return found

    def among(self, asked: Asked, numbers: list[int], most: int) -> list[int]:
        """Those of ``numbers``, all that fit loosely down to the last one, that fit."""
        found: list[int] = self._database.among(self._connection, asked, numbers, most)
        return found

    def entries(self, numbers: list[int]) -> Sequence[Any]:
        """What ranking and facets need of posts, in no order."""
        rows: Sequence[Any] = self._database.entries(self._connection, numbers)
        return rows

    def names(self, word: str, *, is_beginning: bool, most: int) -> Sequence[Any]:
        """``word, subject_id, kind, name`` of authors and tags, by word and id."""
        end = queries.end_of(word) if is_beginning else word
        return queries.names(self._connection, word, end, most)

    def terms(self, beginning: str, most: int) -> list[str]:
        """Words that begin so."""
        return queries.terms(self._connection, beginning, most, at=self._at)

    def terms_ending(self, ending: str, most: int) -> list[str]:
        """Words that end so."""
        return queries.terms_ending(self._connection, ending, most, at=self._at)
