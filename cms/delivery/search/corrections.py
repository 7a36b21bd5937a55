"""What was probably meant: the closest word that finds something, for one that finds nothing."""

from dataclasses import replace

from cms.delivery.search import finding
from cms.delivery.search.index import Index
from cms.delivery.search.language import Question, Term

# Shorter words are close to too many others.
SHORTEST = 4
LARGEST_DISTANCE = 2
# From this length on, two letters may be wrong, and what must be right is one letter longer.
LONG = 6
MOST_COMPARED = 1000
MOST_TRIED = 5
# Words of one question that are looked up.
MOST_CORRECTED = 3


def corrected(index: Index, question: Question) -> Question | None:
    """The question with other words for those that are in no post; ``None`` if nothing is close."""
    terms, tried = list(question.wanted), 0
    for place, term in enumerate(question.wanted):
        (word, *more) = term.words
        if more or term.is_beginning or len(word) < SHORTEST or tried == MOST_CORRECTED:
            continue
        if _finds(index, term):
            continue
        tried += 1
        for other in _closest(index, word):
            if _finds(index, Term((other,))):
                terms[place] = Term((other,))
                break
    changed = replace(question, wanted=tuple(terms))
    return changed if changed != question else None


def _finds(index: Index, term: Term) -> bool:
    asked = finding.asked(index, Question((term,)))
    return bool(finding.newest(index, asked, 1))


def _closest(index: Index, word: str) -> list[str]:
    """Known words with the same beginning or end, the closest first."""
    same = 3 if len(word) >= LONG else 2
    candidates = {
        *index.terms(word[:same], MOST_COMPARED),
        *index.terms_ending(word[-same:], MOST_COMPARED),
    }
    most = LARGEST_DISTANCE if len(word) >= LONG else LARGEST_DISTANCE - 1
    measured = [
        (distance(word, other), other[0] != word[0], other)
        for other in candidates
        if abs(len(other) - len(word)) <= most
    ]
    return [one[2] for one in sorted(measured) if 0 < one[0] <= most][:MOST_TRIED]


def distance(one: str, other: str) -> int:
    """How many letters to add, drop, replace or swap with the next (optimal string alignment)."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        line = [row]
        for column, facing in enumerate(other, 1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != facing))
            swapped = column > 1 and row > 1 and letter == other[column - 2]
            if swapped and one[row - 2] == facing:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        before, above = above, line
    return above[-1]
