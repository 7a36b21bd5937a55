"""What the index holds of a post: worked out from its edition alone, so always the same."""

import random
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import orjson

from cms.editions.models import AuthorEdition, NamedEdition
from cms.editions.search.models import SearchName
from cms.editions.search.words import words

# Private characters, which no question can hold: its words are letters and digits.
GAP = "\ue000"
GROUP = "\ue001"
IN_TITLE = "\ue002"
EVERY_POST = "\ue003"
# PostgreSQL counts places up to 16,383, and 255 of a word. Beyond, words are found and phrases
# are not; on SQLite as well, so that both find the same.
MOST_PLACES = 16_000
MOST_REPEATED = 255
# The words that a text repeats count for more than those it only has.
OFTEN = 3
MOST_OFTEN = 30
BEGIN_OF_TIME = datetime(1, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
# Of the 63 bits of a number, 49 are the moment in milliseconds; the rest tells posts apart.
TIE_BITS = 14

_INLINE = (
    "a|abbr|b|bdi|bdo|cite|code|del|dfn|em|i|ins|kbd|mark|q|ruby|s|samp|small|span|strong|sub|sup"
    "|time|u|var|wbr"
)
_ATTRIBUTES = '(?:[^"<>]|"[^"]*")*'
_INLINE_TAG = re.compile(rf"</?(?:{_INLINE})(?: {_ATTRIBUTES})?>")
_TAG = re.compile(f"<{_ATTRIBUTES}>")


@dataclass(frozen=True, slots=True)
class Text:
    """The words of a text, in order: what takes longest, and needs nothing else to be known."""

    # Between spaces: one string goes from process to process at less cost than a thousand.
    words: str
    # Those that it repeats.
    often: str
    # How many times it has the most frequent one.
    most: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A post as the index has it."""

    post_id: uuid.UUID
    edition_id: uuid.UUID
    title: str
    excerpt: str
    often: str
    authors: str
    tags: str
    # Words in their places; ``GAP`` where nothing can be found.
    places: list[str]
    # Words without a place.
    others: list[str]


def terms(entries: Iterable[Entry]) -> set[str]:
    """The words that a reader can ask for."""
    found = set[str]().union(*(part for one in entries for part in (one.places, one.others)))
    return {word for word in found if len(word) > 1 and not GAP <= word[0] <= EVERY_POST}


def plain(html: str) -> str:
    """The text of sanitised HTML, in one line.

    The same words as ``text.plain`` has, which keeps blocks apart for people to read and takes
    five times as long: too long for each publication.
    """
    return unescape(_TAG.sub(" ", _INLINE_TAG.sub("", html)))


def read(html: str) -> Text:
    """What to index of sanitised HTML."""
    found = words(plain(html))
    counted = Counter(found)
    often = [word for word, number in counted.items() if number >= OFTEN]
    often.sort(key=counted.__getitem__, reverse=True)
    return Text(spaced(found), spaced(often[:MOST_OFTEN]), max(counted.values(), default=0))


def entry(edition_id: uuid.UUID, document: str, text: Text) -> Entry:
    """What to index of an edition; ``text`` is that of its HTML."""
    shown: dict[str, Any] = orjson.loads(document)
    title, excerpt = words(shown["title"]), words(shown["excerpt"])
    sequence = [*title, GAP, *excerpt, GAP, *text.words.split()]
    places = sequence[:MOST_PLACES]
    if text.most + len(title) + len(excerpt) > MOST_REPEATED:
        places = _bounded(places)
    tail = dict.fromkeys(sequence[MOST_PLACES:])
    groups = [GROUP + uuid.UUID(one).hex for one in (*shown["authors"], *shown["tags"])]
    return Entry(
        post_id=uuid.UUID(shown["id"]),
        edition_id=edition_id,
        title=spaced(title),
        excerpt=spaced(excerpt),
        often=text.often,
        authors=spaced(shown["authors"]),
        tags=spaced(shown["tags"]),
        places=places,
        others=[EVERY_POST, *tail, *groups, *(IN_TITLE + word for word in dict.fromkeys(title))],
    )


def names(model: type[NamedEdition], subject_id: uuid.UUID, document: str) -> Iterable[SearchName]:
    """What to index of an author or a tag."""
    spelled = words(orjson.loads(document)["name"])
    kind = "authors" if issubclass(model, AuthorEdition) else "tags"
    return [
        SearchName(word=word, subject_id=subject_id, kind=kind, name=spaced(spelled))
        for word in dict.fromkeys(spelled)
    ]


def spaced(found: Iterable[str]) -> str:
    """Words so that one of them, or several in order, are found between spaces."""
    return f" {' '.join(found)} "


def numbers_of(year: int) -> tuple[int, int]:
    """The lowest and the highest number that posts of a year can have."""
    end = datetime(year, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)
    return _lowest(datetime(year, 1, 1, tzinfo=UTC)), _lowest(end) + 2**TIE_BITS - 1


def year_of(number: int) -> int:
    """In which year the post with this number was published."""
    return (BEGIN_OF_TIME + (number >> TIE_BITS) * MILLISECOND).year


def number(published_at: datetime, attempt: int) -> int:
    """A number that is probably free, of the year of ``published_at``.

    Each further attempt has more to choose from: the milliseconds that follow, or at the end of
    a year those before.
    """
    bits = TIE_BITS + attempt
    _, last = numbers_of(published_at.year)
    return min(_lowest(published_at), last + 1 - (1 << bits)) + random.getrandbits(bits)


def _lowest(moment: datetime) -> int:
    return (moment - BEGIN_OF_TIME) // MILLISECOND << TIE_BITS


def _bounded(sequence: Sequence[str]) -> list[str]:
    seen: Counter[str] = Counter()
    bounded = []
    for word in sequence:
        seen[word] += 1
        bounded.append(word if seen[word] <= MOST_REPEATED else GAP)
    return bounded
