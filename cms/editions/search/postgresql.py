"""The words of posts on PostgreSQL: vectors under an inverted index."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import BigInteger, Connection, Text, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from cms.editions.search.entries import GAP, MOST_PLACES, Words
from cms.foundation import bulk

# Past the last place that counts, so beside no other word.
NOWHERE = "16383"
# From so many posts on.
MANY = 100
# What may wait, and what may be sorted at a time, while their transaction lasts.
ROOM = {"gin_pending_list_limit": "64MB", "work_mem": "64MB"}
_REMOVE = text("DELETE FROM search_words WHERE number = :number")
_REPLACE = text("UPDATE search_words SET words = CAST(:words AS tsvector) WHERE number = :number")
# Nearly all of the hundreds of words of a post are known: to ask first takes less time.
_LEARN = text(
    "INSERT INTO search_terms (term, reversed, from_version) "
    "SELECT term, reverse(term), :version FROM unnest(:terms) AS new (term) "
    "WHERE NOT EXISTS (SELECT FROM search_terms AS known WHERE known.term = new.term) "
    "ON CONFLICT DO NOTHING"
).bindparams(bindparam("terms", type_=ARRAY(Text)), bindparam("version", type_=BigInteger))


def spell(said: Words) -> str:
    """A vector in the words of PostgreSQL, which has its own idea of what a word is."""
    places: dict[str, str] = {}
    for word, place in zip(said.places, _numbers(), strict=False):
        places[word] = f"{places[word]},{place}" if word in places else place
    places.pop(GAP, None)
    for word in said.others:
        if word != GAP:
            places.setdefault(word, NOWHERE)
    return " ".join([f"'{word}':{found}" for word, found in places.items()])


@cache
def _numbers() -> list[str]:
    """Of all places: to spell each anew takes a third of the time."""
    return [str(place) for place in range(1, MOST_PLACES + 1)]


def joined(spelled: str, groups: Iterable[str]) -> str:
    """What was spelled and further words, beside none of the others."""
    return " ".join([spelled, *(f"'{word}':{NOWHERE}" for word in groups)])


def add(connection: Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Index the words of posts; those of many are sorted in together: that is quicker."""
    columns = ("number", "words")
    if len(rows) >= MANY:
        for setting, value in ROOM.items():
            connection.exec_driver_sql(f"SET LOCAL {setting} = '{value}'")
        bulk.write(connection, "search_words", columns, rows[:-1])
        connection.exec_driver_sql("SET LOCAL gin_pending_list_limit TO DEFAULT")
        # With one more it is too much that waits, and all of it is sorted in.
        rows = rows[-1:]
    bulk.write(connection, "search_words", columns, rows)


def remove(connection: Connection, number: int, _words: str) -> None:
    """Forget the words of a post."""
    connection.execute(_REMOVE, {"number": number})


def replace(connection: Connection, number: int, _old: str, new: str) -> None:
    """Let the words of a post be others."""
    connection.execute(_REPLACE, {"number": number, "words": new})


def learn(connection: Connection, terms: list[str], version: int) -> None:
    """Keep words that are not known yet, from ``version`` on."""
    connection.execute(_LEARN, {"terms": terms, "version": version})
