"""Finding posts, best first, at a cost that does not grow with the number of hits."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cms.delivery.search.asked import Asked, Sought
from cms.delivery.search.index import Index
from cms.delivery.search.language import Question, Term
from cms.editions.search import entries

# Of more hits than this, the newest are ranked and counted.
MOST_RANKED = 1000
# Of more posts than this with all words of a phrase, the newest are searched for the phrase.
MOST_READ = 2000
# Of the authors and tags that one term names.
MOST_NAMED = 50
ALL_NUMBERS = (0, 2**63 - 1)
TITLE, NAMES, EXCERPT, OFTEN, TEXT = 8, 5, 3, 2, 1
WHOLE_TITLE = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that fits. Better ones have higher scores, newer ones higher numbers."""

    score: int
    number: int
    # As the database spells it: of a thousand hits few are shown.
    edition_id: str


@dataclass(frozen=True, slots=True)
class Found:
    """Hits, best first; how often each author, tag and year is among them."""

    hits: list[Hit]
    is_exact: bool
    counts: dict[str, Counter[Any]]


def asked(
    index: Index,
    question: Question,
    *,
    within: Sequence[uuid.UUID] = (),
    year: int | None = None,
) -> Asked:
    """The question as the index is asked it."""
    lowest, highest = ALL_NUMBERS if year is None else entries.numbers_of(year)
    return Asked(
        wanted=tuple(_sought(index, term) for term in question.wanted),
        unwanted=tuple(_sought(index, term) for term in question.unwanted),
        within=tuple(within),
        lowest=lowest,
        highest=highest,
    )


def find(index: Index, wanted: Asked) -> Found:
    """Posts that fit."""
    numbers, is_exact = _fitting(index, wanted, MOST_RANKED)
    rows = index.entries(numbers) if numbers else []
    hits = [Hit(_score(row, wanted), row.number, row.edition_id) for row in rows]
    hits.sort(key=lambda hit: (hit.score, hit.number), reverse=True)
    counts: dict[str, Counter[Any]] = {"tags": Counter(), "authors": Counter(), "years": Counter()}
    for row in rows:
        counts["tags"].update(row.tags.split())
        counts["authors"].update(row.authors.split())
        counts["years"][entries.year_of(row.number)] += 1
    return Found(hits, is_exact, counts)


def newest(index: Index, wanted: Asked, most: int) -> list[int]:
    """The numbers of the newest posts that fit, the order of words aside."""
    return index.newest(wanted.loosely(), most)


def _fitting(index: Index, wanted: Asked, most: int) -> tuple[list[int], bool]:
    """The newest that fit, and whether these are all."""
    if not wanted.has_phrases:
        found = index.newest(wanted, most + 1)
        return found[:most], len(found) <= most
    read = newest(index, wanted, MOST_READ + 1)
    if not read:
        return [], True
    among = read[:MOST_READ]
    found = index.among(wanted, among, most + 1)
    return found[:most], len(found) <= most and len(read) <= MOST_READ


def _sought(index: Index, term: Term) -> Sought:
    """A term, with the authors and tags whose names it is in."""
    is_beginning = term.is_beginning and len(term.words) == 1
    rows = index.names(term.words[0], is_beginning=is_beginning, most=MOST_NAMED)
    named = dict.fromkeys(row.subject_id for row in rows if term.needle() in row.name)
    return Sought(term, tuple(named))


def _score(row: Any, wanted: Asked) -> int:
    """How well a post fits: the same on any database, and whatever else was published."""
    score: int = 0
    for one in wanted.wanted:
        needle = one.term.needle()
        is_named = any(f" {group} " in row.authors + row.tags for group in one.groups)
        score += (
            TEXT
            + TITLE * (needle in row.title)
            + NAMES * is_named
            + EXCERPT * (needle in row.excerpt)
            + OFTEN * (needle in row.often)
        )
    phrase = [word for one in wanted.wanted for word in one.term.words]
    is_whole = bool(phrase) and row.title == entries.spaced(phrase)
    return score + WHOLE_TITLE * int(is_whole)
