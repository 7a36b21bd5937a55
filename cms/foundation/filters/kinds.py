"""What kinds of fields there are: how each may be compared, and which values it takes."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from cms.foundation import ids, moments, texts
from cms.foundation.filters import relative
from cms.foundation.filters.tree import Operator, Value

_EQUALITY = (Operator.IS,)
_ORDER = (Operator.BELOW, Operator.AT_MOST, Operator.ABOVE, Operator.AT_LEAST)
_PATTERNS = (Operator.CONTAINS, Operator.STARTS, Operator.ENDS)
_MOMENT = re.compile(
    "[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[-+][0-9]{2}:[0-9]{2})?)?",
    re.IGNORECASE,
)


def _number(text: str) -> int:
    if not re.fullmatch("-?[0-9]{1,18}", text):
        raise ValueError
    return int(text)


def _flag(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()]


def _moment(text: str) -> Value:
    said = relative.read(text)
    if said is not None:
        return said
    if not _MOMENT.fullmatch(text):
        raise ValueError
    moment = datetime.fromisoformat(text.upper())
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    if not moments.EARLIEST <= moment <= moments.LATEST:
        raise ValueError
    return moment


@dataclass(frozen=True, slots=True)
class _Described:
    words: str
    operators: tuple[Operator, ...]
    reader: Callable[[str], Value]


class Kind(Enum):
    """The kind of a field."""

    # Compared without regard to case.
    TEXT = _Described("a text", (*_EQUALITY, *_PATTERNS), texts.folded)
    SLUG = _Described("a slug", (*_EQUALITY, *_PATTERNS), str)
    # Others that it belongs to, by their slugs; it is each of them at once.
    GROUP = _Described("a slug", _EQUALITY, str)
    # One of a few names that the document lists.
    WORD = _Described("a word", _EQUALITY, str)
    NUMBER = _Described("a whole number", (*_EQUALITY, *_ORDER), _number)
    MOMENT = _Described(
        "a moment, such as 2026-03-01, '2026-03-01T09:00:00Z' or now-30d",
        (*_EQUALITY, *_ORDER),
        _moment,
    )
    FLAG = _Described("true or false", _EQUALITY, _flag)
    IDENTIFIER = _Described(
        "an id, such as 019ab3c4-0000-7000-8000-0000000000c1", _EQUALITY, ids.read
    )

    @property
    def words(self) -> str:
        """What a value is, for people."""
        return self.value.words

    @property
    def operators(self) -> tuple[Operator, ...]:
        """How it may be compared."""
        return self.value.operators

    def read(self, text: str) -> Value:
        """The value that ``text`` says. Raises ``ValueError``."""
        try:
            return self.value.reader(text)
        except (KeyError, OverflowError) as error:
            raise ValueError(text) from error
