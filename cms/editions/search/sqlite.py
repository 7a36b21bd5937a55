"""The words of posts on SQLite: an FTS5 table that keeps no text."""

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection, text

from cms.editions.search.entries import GAP, Entry
from cms.foundation import bulk

# A table without content must be told what it is to forget.
_REMOVE = text(
    "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :number, :words)"
)
# Nearly all of the hundreds of words of a post are known: to ask first takes a third of the time.
_UNKNOWN = (
    "SELECT value FROM json_each(?) AS asked "
    "WHERE NOT EXISTS (SELECT * FROM search_terms WHERE term = asked.value)"
)
# SQLAlchemy's own way with parameters takes three times as long.
_LEARN = (
    "INSERT INTO search_terms (term, reversed, from_version) VALUES (?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)


def add(connection: Connection, entries: Iterable[tuple[int, Entry]]) -> None:
    """Index the words of posts."""
    rows = [(number, _spelled(entry)) for number, entry in entries]
    bulk.write(connection, "search_words", ("rowid", "words"), rows)


def remove(connection: Connection, number: int, entry: Entry) -> None:
    """Forget the words of a post."""
    connection.execute(_REMOVE, {"number": number, "words": _spelled(entry)})


def replace(connection: Connection, number: int, old: Entry, new: Entry) -> None:
    """Let the words of a post be others."""
    remove(connection, number, old)
    add(connection, [(number, new)])


def learn(connection: Connection, terms: list[str], version: int) -> None:
    """Keep words that are not known yet, from ``version`` on."""
    asked = orjson.dumps(terms).decode()
    unknown = connection.exec_driver_sql(_UNKNOWN, (asked,)).scalars().all()
    if unknown:
        connection.exec_driver_sql(_LEARN, [(term, term[::-1], version) for term in unknown])


def _spelled(entry: Entry) -> str:
    return " ".join([*entry.places, GAP, f" {GAP} ".join(entry.others)])
