"""Showing where a post has what was asked for: safe HTML whose only element is ``mark``."""

import unicodedata
from collections.abc import Sequence
from html import escape

from cms.delivery.search.language import Term
from cms.editions.search.words import pieces

# How much of a text is searched for a place to show, in characters.
LONGEST_TEXT = 50_000
# How much is shown around it, in words.
BEFORE, SHOWN = 8, 32
# Places to begin at, of a text that is full of hits.
MOST_COMPARED = 100

Span = tuple[int, int]


def marked(text: str, terms: Sequence[Term]) -> str | None:
    """All of ``text`` with its hits marked; ``None`` if it has none."""
    text = unicodedata.normalize("NFC", text)
    spans = [(begin, end) for begin, end, _ in _hits(list(pieces(text)), terms)]
    return _spelled(text, spans, 0, len(text)) if spans else None


def snippet(text: str, terms: Sequence[Term]) -> str | None:
    """The part of ``text`` with the most different hits; ``None`` if it has none."""
    text = unicodedata.normalize("NFC", " ".join(text[:LONGEST_TEXT].split()))
    words = list(pieces(text))
    hits = _hits(words, terms)
    if not hits:
        return None
    places = {word[0]: place for place, word in enumerate(words)}
    first = max(0, _best(hits, places) - BEFORE)
    last = min(len(words), first + SHOWN) - 1
    begin = words[first][0] if first else 0
    end = words[last][1] if last < len(words) - 1 else len(text)
    spans = [(one, other) for one, other, _ in hits]
    shown = _spelled(text, [span for span in spans if begin <= span[0] < end], begin, end)
    return f"{'…' if first else ''}{shown}{'…' if end < len(text) else ''}"


def _hits(words: list[tuple[int, int, str]], terms: Sequence[Term]) -> list[tuple[int, int, int]]:
    """Where each hit begins and ends, and of which term it is."""
    places: dict[str, list[int]] = {}
    for place, (_, _, word) in enumerate(words):
        places.setdefault(word, []).append(place)
    found = []
    for number, term in enumerate(terms):
        length = len(term.words)
        for place in _beginnings(places, term):
            part = words[place : place + length]
            if len(part) == length and term.is_met_by([word for _, _, word in part]):
                found.append((part[0][0], part[-1][1], number))
    return sorted(found)


def _beginnings(places: dict[str, list[int]], term: Term) -> list[int]:
    """Where the first word of a term stands."""
    first, *more = term.words
    if more or not term.is_beginning:
        return places.get(first, [])
    return [place for word, found in places.items() if word.startswith(first) for place in found]


def _best(hits: list[tuple[int, int, int]], places: dict[int, int]) -> int:
    """At which word to begin, so that as many terms as possible are shown; the first of those."""
    best, most = 0, 0
    hits = hits[:MOST_COMPARED]
    for begin, _, _ in hits:
        place = places[begin]
        near = {term for other, _, term in hits if place <= places[other] < place + SHOWN - BEFORE}
        if len(near) > most:
            best, most = place, len(near)
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
