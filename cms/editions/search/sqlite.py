"""The words of posts on SQLite: an FTS5 table that keeps no text."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from cms.editions.search.entries import GAP, Entry
from cms.foundation import bulk

# A table without content must be told what it is to forget.
_REMOVE = text(
    "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :number, :words)"
)
# Some hundred words for each post: SQLAlchemy's own way with parameters takes three times as long.
_LEARN = "INSERT INTO search_terms (term, reversed) VALUES (?, ?) ON CONFLICT DO NOTHING"
_LEARN_AT = (
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


def learn(connection: Connection, terms: list[str], version: int | None) -> None:
    """Keep words that are not known yet, from ``version`` on; without it, as known for ever."""
    if version is None:
        connection.exec_driver_sql(_LEARN, [(term, term[::-1]) for term in terms])
    else:
        connection.exec_driver_sql(_LEARN_AT, [(term, term[::-1], version) for term in terms])


def _spelled(entry: Entry) -> str:
    return " ".join([*entry.places, GAP, f" {GAP} ".join(entry.others)])
