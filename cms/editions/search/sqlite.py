"""The words of posts on SQLite: an FTS5 table that keeps no text."""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import Connection, text

from cms.editions.search.entries import GAP, Words
from cms.foundation import bulk

# A table without content must be told what it is to forget.
_REMOVE = text(
    "INSERT INTO search_words (search_words, rowid, words) VALUES ('delete', :number, :words)"
)
# Nearly all of the hundreds of words of a post are known: to ask first takes a third of the time.
# One answer, since each row of many takes Python longer than the database.
_UNKNOWN = (
    "SELECT json_group_array(value) FROM json_each(?) AS asked "
    "WHERE NOT EXISTS (SELECT * FROM search_terms WHERE term = asked.value)"
)
# SQLAlchemy's own way with parameters takes three times as long.
_LEARN = (
    "INSERT INTO search_terms (term, reversed, from_version) VALUES (?, ?, ?)"
    " ON CONFLICT DO NOTHING"
)


def spell(said: Words) -> str:
    """Words as the table takes them."""
    return " ".join([*said.places, GAP, f" {GAP} ".join(said.others)])


def joined(spelled: str, groups: Iterable[str]) -> str:
    """What was spelled and further words, beside none of the others."""
    return f" {GAP} ".join([spelled, *groups])


def add(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Index the words of posts."""
    bulk.write(connection, "search_words", ("rowid", "words"), rows)


def remove(connection: Connection, number: int, words: str) -> None:
    """Forget the words of a post."""
    connection.execute(_REMOVE, {"number": number, "words": words})


def replace(connection: Connection, number: int, old: str, new: str) -> None:
    """Let the words of a post be others."""
    remove(connection, number, old)
    add(connection, [(number, new)])


def learn(connection: Connection, terms: list[str], version: int) -> None:
    """Keep words that are not known yet, from ``version`` on."""
    asked = orjson.dumps(terms).decode()
    unknown = orjson.loads(connection.exec_driver_sql(_UNKNOWN, (asked,)).scalar_one())
    if unknown:
        connection.exec_driver_sql(_LEARN, [(term, term[::-1], version) for term in unknown])
