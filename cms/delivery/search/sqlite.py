"""Asking SQLite's index of words."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, text

from cms.delivery.search.asked import Asked, Sought
from cms.delivery.search.language import Term
from cms.editions.search.entries import EVERY_POST, GROUP, IN_TITLE
from cms.foundation.prepared import AnyRow

# FTS5 gathers all posts of all words with a beginning; of some words, one by one, it takes the
# newest only. With more than this, finding the words takes longer.
MOST_ENDINGS = 500

_HITS = text(
    "SELECT rowid FROM search_words WHERE search_words MATCH :asked"
    " AND rowid BETWEEN :lowest AND :highest ORDER BY rowid DESC LIMIT :most"
)
_ENDINGS = text(
    "SELECT term FROM search_terms WHERE term >= :begin AND term < :end ORDER BY term LIMIT :most"
)


# A thousand parameters take longer to write down than to look up.
_ENTRIES = text(
    "SELECT number, edition_id, title, excerpt, often, authors, tags FROM search_entries"
    " WHERE number IN (SELECT value FROM json_each(:numbers))"
)


def entries(connection: Connection, numbers: list[int]) -> Sequence[AnyRow]:
    """What ranking and facets need of posts, in no order."""
    return connection.execute(_ENTRIES, {"numbers": orjson.dumps(numbers).decode()}).all()


def newest(connection: Connection, asked: Asked, most: int) -> list[int]:
    """The numbers of the newest posts that fit, newest first."""
    parameters = {
        "asked": _spelled(connection, asked),
        "lowest": asked.lowest,
        "highest": asked.highest,
        "most": most,
    }
    return list(connection.scalars(_HITS, parameters))


def among(connection: Connection, asked: Asked, numbers: list[int], most: int) -> list[int]:
    """Those of ``numbers`` that fit, newest first: all that fit loosely down to the last one."""
    parameters = {
        "asked": _spelled(connection, asked),
        "lowest": numbers[-1],
        "highest": numbers[0],
        "most": most,
    }
    return list(connection.scalars(_HITS, parameters))


def _spelled(connection: Connection, asked: Asked) -> str:
    """In the language of FTS5. Quoted words hold letters and digits only."""
    parts = [_sought(connection, one) for one in asked.wanted]
    parts += [f'"{GROUP}{group.hex}"' for group in asked.within]
    spelled = " AND ".join(parts or [f'"{EVERY_POST}"'])
    if asked.unwanted:
        others = " OR ".join(_sought(connection, one) for one in asked.unwanted)
        return f"({spelled}) NOT ({others})"
    return spelled


def _sought(connection: Connection, one: Sought) -> str:
    found = [f'"{mark}"' for mark in one.marks()]
    return f"({' OR '.join([*_term(connection, one.term), *found])})"


def _term(connection: Connection, term: Term) -> list[str]:
    phrase = f'"{" ".join(term.words)}"'
    if not term.is_beginning:
        return [phrase]
    if len(term.words) == 1 and not term.words[0].startswith(IN_TITLE):
        begin = term.words[0]
        parameters = {"begin": begin, "end": begin + "\U0010ffff", "most": MOST_ENDINGS + 1}
        endings = list(connection.scalars(_ENDINGS, parameters))
        if len(endings) <= MOST_ENDINGS:
            return [f'"{ending}"' for ending in endings or [begin]]
    return [f"{phrase} *"]
