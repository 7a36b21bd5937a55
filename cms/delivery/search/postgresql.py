"""Asking PostgreSQL's index of words."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Connection, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from cms.delivery.search.asked import Asked, Sought
from cms.delivery.search.language import Term
from cms.editions.search.entries import EVERY_POST, GROUP
from cms.foundation.prepared import AnyRow

# The index gives all hits of a word, in no order: for words of many posts it is quicker to look at
# the newest posts. Whether a word is one of these, some of the newest tell.
SAMPLE = 200
FREQUENT = 20
MOST_LOOKED_AT = 10_000

_NUMBERS = bindparam("numbers", type_=ARRAY(BigInteger))
_LOOK = text("""
SELECT number FROM (
    SELECT number, words FROM search_words WHERE number BETWEEN :lowest AND :highest
    ORDER BY number DESC LIMIT :looked_at OFFSET 0
) AS newest
WHERE words @@ CAST(:asked AS tsquery) LIMIT :most
""")
_HITS = text(
    "SELECT * FROM search_hits(CAST(:asked AS tsquery), :lowest, :highest, CAST(:most AS integer))"
)
_AMONG = text("""
WITH chosen AS MATERIALIZED (
    SELECT number, words FROM search_words WHERE number = ANY(:numbers)
)
SELECT number FROM chosen WHERE words @@ CAST(:asked AS tsquery) ORDER BY number DESC LIMIT :most
""").bindparams(_NUMBERS)


# A thousand parameters take longer to write down than to look up.
_ENTRIES = text(
    "SELECT number, CAST(edition_id AS text), title, excerpt, often, authors, tags"
    " FROM search_entries"
    " WHERE number = ANY(:numbers)"
).bindparams(_NUMBERS)


def entries(connection: Connection, numbers: list[int]) -> Sequence[AnyRow]:
    """What ranking and facets need of posts, in no order."""
    return connection.execute(_ENTRIES, {"numbers": numbers}).all()


def newest(connection: Connection, asked: Asked, most: int) -> list[int]:
    """The numbers of the newest posts that fit, newest first."""
    parameters = {
        "asked": _spelled(asked),
        "lowest": asked.lowest,
        "highest": asked.highest,
        "most": most,
    }
    sample = connection.scalars(_LOOK, {**parameters, "looked_at": SAMPLE}).all()
    if len(sample) >= most:
        return list(sample)
    if len(sample) >= FREQUENT:
        found = connection.scalars(_LOOK, {**parameters, "looked_at": MOST_LOOKED_AT}).all()
        if len(found) == most:
            return list(found)
    return list(connection.scalars(_HITS, parameters))


def among(connection: Connection, asked: Asked, numbers: list[int], most: int) -> list[int]:
    """Those of ``numbers`` that fit, newest first."""
    parameters = {"asked": _spelled(asked), "numbers": numbers, "most": most}
    return list(connection.scalars(_AMONG, parameters))


def _spelled(asked: Asked) -> str:
    """In the language of ``tsquery``. Quoted words hold letters and digits only."""
    parts = [_sought(one) for one in asked.wanted]
    parts += [f"'{GROUP}{group.hex}'" for group in asked.within]
    # An exclusion alone would make the index give all posts to be read.
    parts = parts or [f"'{EVERY_POST}'"]
    parts += [f"!{_sought(one)}" for one in asked.unwanted]
    return " & ".join(parts)


def _sought(one: Sought) -> str:
    marks = [f"'{mark}'" for mark in one.marks()]
    return f"({' | '.join([_term(one.term), *marks])})"


def _term(term: Term) -> str:
    phrase = " <-> ".join(f"'{word}'" for word in term.words)
    return f"({phrase}{':*' if term.is_beginning else ''})"
