"""Showing where a post has what was asked for: safe HTML whose only element is ``mark``."""

import unicodedata
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from cms.delivery.search.language import Term
from cms.editions.search.words import pieces

# How much of a text is searched for a place to show, in characters.
LONGEST_TEXT = 50_000
# How much is shown around it, in words.
BEFORE, SHOWN = 8, 32
# Places to begin at, of a text that is full of hits.
MOST_COMPARED = 100

Span = tuple[int, int]


class _Hit(NamedTuple):
    """Where it begins and ends in the text, of which term it is, and at which word it begins."""

    begin: int
    end: int
    term: int
    place: int


def marked(text: str, terms: Sequence[Term]) -> str | None:
    """All of ``text`` with its hits marked; ``None`` if it has none."""
    text = unicodedata.normalize("NFC", text)
    spans = [(hit.begin, hit.end) for hit in _hits(list(pieces(text)), terms)]
    return _spelled(text, spans, 0, len(text)) if spans else None


def snippet(text: str, terms: Sequence[Term]) -> str | None:
    """The part of ``text`` with the most different hits; ``None`` if it has none."""
    text = unicodedata.normalize("NFC", " ".join(text[:LONGEST_TEXT].split()))
    words = list(pieces(text))
    hits = _hits(words, terms)
    if not hits:
        return None
    first = max(0, _best(hits) - BEFORE)
    last = min(len(words), first + SHOWN) - 1
    begin = words[first][0] if first else 0
    end = words[last][1] if last < len(words) - 1 else len(text)
    spans = [(hit.begin, hit.end) for hit in hits]
    shown = _spelled(text, [span for span in spans if begin <= span[0] < end], begin, end)
    return f"{'…' if first else ''}{shown}{'…' if end < len(text) else ''}"


def _hits(words: list[tuple[int, int, str]], terms: Sequence[Term]) -> list[_Hit]:
    whole: dict[str, list[int]] = {}
    beginnings = []
    for number, term in enumerate(terms):
        if term.is_beginning and len(term.words) == 1:
            beginnings.append((term.words[0], number))
        else:
            whole.setdefault(term.words[0], []).append(number)
    found = []
    for place, (begin, _, word) in enumerate(words):
        # Most words are none of these: they must cost next to nothing.
        numbers = whole.get(word, [])
        if beginnings:
            numbers = [*numbers, *(one for first, one in beginnings if word.startswith(first))]
        for number in numbers:
            term = terms[number]
            part = words[place : place + len(term.words)]
            if len(part) == len(term.words) and term.is_met_by([one for _, _, one in part]):
                found.append(_Hit(begin, part[-1][1], number, place))
    return sorted(found)


def _best(hits: list[_Hit]) -> int:
    """At which word to begin, so that as many terms as possible are shown; the first of those."""
    best, most = 0, 0
    hits = hits[:MOST_COMPARED]
    terms = len({hit.term for hit in hits})
    for begin in hits:
        if most == terms:
            break
        near = {hit.term for hit in hits if 0 <= hit.place - begin.place < SHOWN - BEFORE}
        if len(near) > most:
            best, most = begin.place, len(near)
    return best


def _spelled(text: str, spans: list[Span], begin: int, end: int) -> str:
    parts, at = [], begin
    for one, other in spans:
        if one < at:
            # Inside of what is marked already.
            continue
        parts += [escape(text[at:one]), "<mark>", escape(text[one:other]), "</mark>"]
        at = other
    return "".join([*parts, escape(text[at : max(at, end)])])
