"""The pieces of a filter's text, each read where one is expected."""

import re

from cms.foundation.filters.tree import Operator, Word

# What ends a value without quotes, or has to be escaped in it.
SPECIAL = "'\"+,()<>=[]~ \t\r\n"
_NAME = re.compile("[A-Za-z_][A-Za-z0-9_.]*(?=:)")
_RELATIVE = re.compile(r"now[-+ ][0-9]+[smhdwMy](?=[+,()\[\] \t\r\n]|\Z)")
_BARE = re.compile(rf"(?:\\.|[^\\{re.escape(SPECIAL)}])+", re.DOTALL)
_QUOTED = {mark: re.compile(rf"{mark}((?:\\.|[^\\{mark}])*){mark}", re.DOTALL) for mark in "'\""}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_SPACE = re.compile("[ \t\r\n]*")
# No part of any text: control characters, and halves of a surrogate pair.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# The longer ones first.
_OPERATORS = sorted((one for one in Operator if one), key=len, reverse=True)


class BadFilter(ValueError):
    """The text is no filter that this list understands."""

    def __init__(self, position: int, problem: str) -> None:
        """``position`` in characters, from 0; people count from 1."""
        super().__init__(f"At character {position + 1}: {problem}")
        self.position = position


class Scanner:
    """A text and how far it has been read."""

    def __init__(self, text: str) -> None:
        """At its beginning. Raises ``BadFilter`` for a character that is no text."""
        self._text = text
        self.position = 0
        unreadable = _UNREADABLE.search(text)
        if unreadable:
            code = f"U+{ord(unreadable[0]):04X}"
            raise BadFilter(unreadable.start(), f"the character {code} is not text.")
        self.skip_space()

    def skip_space(self) -> bool:
        """Pass over white space; whether there was any."""
        begin = self.position
        self.position += len(self._found(_SPACE) or "")
        return self.position > begin

    def at_end(self) -> bool:
        """Whether all of it was read."""
        return self.position == len(self._text)

    def take(self, mark: str) -> bool:
        """Pass over ``mark``, if it is next."""
        if not self._text.startswith(mark, self.position):
            return False
        self.position += len(mark)
        return True

    def begins_term(self) -> bool:
        """Whether a field or a group is next."""
        return self._text.startswith("(", self.position) or self._found(_NAME) is not None

    def name(self) -> Word:
        """A field, with the colon after it. Raises ``BadFilter``."""
        found = self._found(_NAME)
        if found is None:
            raise self.expected("a field and a colon, such as tag:, or a group in ( )")
        word = Word(found, self.position)
        self.position += len(found) + 1
        return word

    def operator(self) -> Operator:
        """How the field is compared."""
        for one in _OPERATORS:
            if self._text.startswith(one, self.position):
                self.position += len(one)
                return one
        return Operator.IS

    def value(self) -> Word:
        """One value. Raises ``BadFilter``."""
        begin = self.position
        mark = self._text[begin : begin + 1]
        if mark and mark in _QUOTED:
            quoted = _QUOTED[mark].match(self._text, begin)
            if quoted is None:
                self.position = len(self._text)
                raise self.expected(f"the closing {mark} of what begins at character {begin + 1}")
            self.position = quoted.end()
            return Word(_ESCAPE.sub(r"\1", quoted[1]), begin, is_quoted=True)
        bare = self._found(_RELATIVE) or self._found(_BARE)
        if bare is None or mark == "-":
            raise self.expected("a value; quotes are needed around + , ( ) [ ] and spaces")
        self.position += len(bare)
        # With the meaning of a character taken from it, a word has none either.
        return Word(_ESCAPE.sub(r"\1", bare), begin, is_quoted="\\" in bare)

    def expected(self, what: str) -> BadFilter:
        """The complaint that something else is here."""
        found = "the end" if self.at_end() else repr(self._text[self.position])
        return BadFilter(self.position, f"expected {what}; found {found}.")

    def _found(self, pattern: re.Pattern[str]) -> str | None:
        found = pattern.match(self._text, self.position)
        return found[0] if found else None
