"""What a reader asks for, read from one line of text.

    question  = term { space term }
    term      = [ "-" ] ( word | phrase ) [ "*" ]
    phrase    = '"' anything '"'

All words and phrases must be found, those behind a minus must not. A star stands for any ending.
A word with signs in it (`node.js`) is a phrase of its parts. Everything else divides words.
"""

import re
from dataclasses import dataclass
from typing import NoReturn

from cms.editions.search.words import is_unspaced, words
from cms.foundation.errors import Fault, Unprocessable

LONGEST = 200
MOST_TERMS = 12
# Shorter ones stand for a good part of all words.
SHORTEST_BEGINNING = 3
_TERM = re.compile(r'(-?)"([^"]*)(?:"(\*?)|$)|(\S+)')


@dataclass(frozen=True, slots=True)
class Term:
    """Words in this order; of the last one only the beginning, if ``is_beginning``."""

    words: tuple[str, ...]
    is_beginning: bool = False

    def needle(self) -> str:
        """What to look for in words between single spaces."""
        return f" {' '.join(self.words)}" + ("" if self.is_beginning else " ")

    def is_met_by(self, found: list[str]) -> bool:
        """Whether these words, as many as it has, are what it asks for."""
        *first, last = self.words
        if found[:-1] != first:
            return False
        return found[-1].startswith(last) if self.is_beginning else found[-1] == last

    def __str__(self) -> str:
        """As a reader would write it."""
        quote = '"' if len(self.words) > 1 else ""
        return f"{quote}{' '.join(self.words)}{quote}{'*' if self.is_beginning else ''}"


@dataclass(frozen=True, slots=True)
class Question:
    """Terms that must be found, and terms that must not."""

    wanted: tuple[Term, ...]
    unwanted: tuple[Term, ...] = ()

    def __str__(self) -> str:
        """As a reader would write it."""
        return " ".join([*map(str, self.wanted), *(f"-{term}" for term in self.unwanted)])


def parse(text: str) -> Question:
    """Read a question. Raises ``Unprocessable``."""
    wanted: dict[Term, None] = {}
    unwanted: dict[Term, None] = {}
    for minus, phrase, star, word in _TERM.findall(text):
        term = _term(word or phrase, is_beginning=star == "*" or word.endswith("*"))
        if term is not None:
            (unwanted if minus or word.startswith("-") else wanted)[term] = None
    if not wanted and not unwanted:
        _refuse("Has no word to look for.")
    if len(wanted) + len(unwanted) > MOST_TERMS:
        _refuse(f"Has more than {MOST_TERMS} words and phrases.")
    return Question(tuple(wanted), tuple(unwanted))


def _term(text: str, *, is_beginning: bool) -> Term | None:
    found = tuple(words(text))
    if not found:
        return None
    last = found[-1]
    if not is_beginning or is_unspaced(last):
        return Term(found)
    if len(last) < SHORTEST_BEGINNING:
        _refuse(f"Before a star there must be at least {SHORTEST_BEGINNING} letters.")
    return Term(found, is_beginning=True)


def _refuse(message: str) -> NoReturn:
    raise Unprocessable(f"q: {message}", errors=[Fault("?q", message)])
