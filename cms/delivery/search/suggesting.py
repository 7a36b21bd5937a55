"""What somebody probably types: titles, tags and authors with words that begin so."""

import uuid
from dataclasses import dataclass

from cms.delivery.search import finding
from cms.delivery.search.asked import Asked, Sought
from cms.delivery.search.index import Index
from cms.delivery.search.language import MOST_TERMS, Term
from cms.editions.search.entries import IN_TITLE
from cms.editions.search.words import words

# One letter begins a good part of all titles.
SHORTEST_IN_TITLES = 2
MOST_NAMES = 200


@dataclass(frozen=True, slots=True)
class Suggested:
    """Editions of posts, newest first; ids of authors and tags, by name."""

    editions: list[uuid.UUID]
    authors: list[uuid.UUID]
    tags: list[uuid.UUID]


def suggest(index: Index, text: str, limit: int) -> Suggested:
    """At most ``limit`` of each kind."""
    typed = words(text)[:MOST_TERMS]
    if not typed:
        return Suggested([], [], [])
    named = _named(index, typed)
    return Suggested(
        _titled(index, typed, limit),
        named.get("authors", [])[:limit],
        named.get("tags", [])[:limit],
    )


def _titled(index: Index, typed: list[str], limit: int) -> list[uuid.UUID]:
    if len(typed[-1]) < SHORTEST_IN_TITLES and typed[-1].isascii():
        return []
    terms = [Term((IN_TITLE + word,)) for word in typed[:-1]]
    terms.append(Term((IN_TITLE + typed[-1],), is_beginning=True))
    asked = Asked(tuple(map(Sought, terms)), (), (), *finding.ALL_NUMBERS)
    numbers = finding.newest(index, asked, limit)
    found = {row.number: row.edition_id for row in index.entries(numbers)}
    return [uuid.UUID(found[number]) for number in numbers if number in found]


def _named(index: Index, typed: list[str]) -> dict[str, list[uuid.UUID]]:
    *whole, last = typed
    rows = index.names(last, is_beginning=True, most=MOST_NAMES)
    fitting = {
        (not row.name.startswith(f" {' '.join(typed)}"), row.name, row.kind, row.subject_id)
        for row in rows
        if all(f" {word} " in row.name for word in whole)
    }
    found: dict[str, list[uuid.UUID]] = {}
    for _, _, kind, subject_id in sorted(fitting):
        found.setdefault(kind, []).append(subject_id)
    return found
