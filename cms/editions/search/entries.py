"""What the index holds of a post: worked out from its edition alone, so always the same."""

import random
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any, NamedTuple

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

    words: list[str]
    # How often it has each.
    counted: Counter[str]

    def often(self) -> str:
        """Those that it repeats, between spaces."""
        often = [word for word, number in self.counted.items() if number >= OFTEN]
        often.sort(key=self.counted.__getitem__, reverse=True)
        return spaced(often[:MOST_OFTEN])


@dataclass(frozen=True, slots=True)
class Words:
    """What a post says, as the index has it."""

    title: str
    excerpt: str
    often: str
    # Words in their places; ``GAP`` where nothing can be found.
    places: list[str]
    # Words without a place.
    others: list[str]
    # What a reader can ask for; some of it twice.
    terms: list[str]


class Spelled(NamedTuple):
    """The same as a database takes it: what needs no id can be worked out beforehand, elsewhere.

    One string goes from process to process at less cost than a thousand words, and a tuple at less
    than a dataclass.
    """

    title: str
    excerpt: str
    often: str
    spelled: str
    # Between spaces.
    terms: str


@dataclass(frozen=True, slots=True)
class Filing:
    """Under whom and what a post is filed, as the index has it."""

    post_id: uuid.UUID
    authors: str
    tags: str
    # What stands for them among the words.
    groups: list[str]


def plain(html: str) -> str:
    """The text of sanitised HTML, in one line.

    The same words as ``text.plain`` has, which keeps blocks apart for people to read and takes
    five times as long: too long for each publication.
    """
    return unescape(_TAG.sub(" ", _INLINE_TAG.sub("", html)))


def read(html: str) -> Text:
    """What to index of sanitised HTML."""
    found = words(plain(html))
    return Text(found, Counter(found))


def said(title: str, excerpt: str, text: Text) -> Words:
    """What to index of what readers are shown; ``text`` is that of the HTML."""
    in_title, in_excerpt = words(title), words(excerpt)
    sequence = [*in_title, GAP, *in_excerpt, GAP, *text.words]
    places = sequence[:MOST_PLACES]
    most = max(text.counted.values(), default=0)
    if most + len(in_title) + len(in_excerpt) > MOST_REPEATED:
        places = _bounded(places)
    tail = dict.fromkeys(sequence[MOST_PLACES:])
    return Words(
        title=spaced(in_title),
        excerpt=spaced(in_excerpt),
        often=text.often(),
        places=places,
        others=[EVERY_POST, *tail, *(IN_TITLE + word for word in dict.fromkeys(in_title))],
        terms=[word for word in (*text.counted, *in_title, *in_excerpt) if len(word) > 1],
    )


def spelled(said: Words, spell: Callable[[Words], str]) -> Spelled:
    """What a post says in the way of a database, which is ``spell``."""
    return Spelled(said.title, said.excerpt, said.often, spell(said), spaced(said.terms))


def filed(shown: Mapping[str, Any]) -> Filing:
    """What to index of a document beside its words."""
    authors, tags = shown["authors"], shown["tags"]
    return Filing(
        post_id=uuid.UUID(shown["id"]),
        authors=spaced(authors),
        tags=spaced(tags),
        groups=[GROUP + one.replace("-", "") for one in (*authors, *tags)],
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
