"""Reading a filter: recursive descent, one function for each rule of the grammar.

The notation that users of Ghost know as NQL::

    filter  = any
    any     = all { "," all }
    all     = term { "+" term }
    term    = "(" any ")" | field ":" what
    what    = order value | [ "-" ] ( "[" value { "," value } "]" | [ match ] value )
    order   = ">" | ">=" | "<" | "<="
    match   = "~" | "~^" | "~$"
    value   = quoted | bare
    quoted  = "'" … "'" | '"' … '"'

``+`` (and) binds tighter than ``,`` (or); ``-`` before the value is not. ``~`` contains, ``~^``
begins with, ``~$`` ends with. A bare value begins with anything but ``-`` and goes on until white
space or one of ``+ , ( ) [ ] < > = ~ ' "``; a backslash takes the meaning from the character after
it, in quotes too. ``null`` without quotes is the absent value. ``now``, ``now-30d`` and ``now+2h``
are moments, in seconds ``s``, minutes ``m``, hours ``h``, days ``d``, weeks ``w``, months ``M`` and
years ``y``.

White space around ``+ , ( ) [ ]`` means nothing. Between two terms it means ``+``: a query string
spells the space so, and ``?filter=tag:a+tag:b``, as people type it, arrives with a space.
"""

from cms.foundation.filters.scanner import BadFilter, Scanner
from cms.foundation.filters.tree import AllOf, AnyOf, Comparison, Operator, Parsed, Word

LONGEST = 2000
DEEPEST = 10
MOST_TERMS = 50
MOST_VALUES = 50
_ORDERS = frozenset({Operator.BELOW, Operator.AT_MOST, Operator.ABOVE, Operator.AT_LEAST})


def parse(text: str) -> Parsed:
    """The tree that ``text`` says. Raises ``BadFilter``."""
    if len(text) > LONGEST:
        raise BadFilter(LONGEST, f"a filter has at most {LONGEST} characters.")
    return _Parser(text).whole()


class _Parser:
    def __init__(self, text: str) -> None:
        self._scanner = Scanner(text)
        self._terms = 0

    def whole(self) -> Parsed:
        """All of the text."""
        found = self._any(depth=0)
        if not self._scanner.at_end():
            raise self._scanner.expected("+, a comma or the end")
        return found

    def _any(self, depth: int) -> Parsed:
        parts = [self._all(depth)]
        while self._scanner.take(","):
            self._scanner.skip_space()
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self, depth: int) -> Parsed:
        parts = [self._term(depth)]
        while self._and():
            parts.append(self._term(depth))
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _and(self) -> bool:
        is_spaced = self._scanner.skip_space()
        if self._scanner.take("+"):
            self._scanner.skip_space()
            return True
        return is_spaced and self._scanner.begins_term()

    def _term(self, depth: int) -> Parsed:
        begin = self._scanner.position
        if not self._scanner.take("("):
            return self._comparison()
        if depth == DEEPEST:
            raise BadFilter(begin, f"groups are nested at most {DEEPEST} deep.")
        self._scanner.skip_space()
        found = self._any(depth + 1)
        if not self._scanner.take(")"):
            raise self._scanner.expected("+, a comma or )")
        return found

    def _comparison(self) -> Comparison:
        scanner = self._scanner
        field = scanner.name()
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise BadFilter(field.position, f"a filter compares at most {MOST_TERMS} times.")
        is_negated = scanner.take("-")
        operator = scanner.operator()
        if is_negated and operator in _ORDERS:
            raise BadFilter(field.position, f"- cannot stand before {operator}.")
        if operator is Operator.IS and scanner.take("["):
            values = self._set()
        else:
            values = (scanner.value(),)
        return Comparison(field.text, field.position, operator, values, is_negated)

    def _set(self) -> tuple[Word, ...]:
        scanner, values = self._scanner, list[Word]()
        while not values or scanner.take(","):
            if len(values) == MOST_VALUES:
                raise BadFilter(scanner.position, f"a set has at most {MOST_VALUES} values.")
            scanner.skip_space()
            values.append(scanner.value())
            scanner.skip_space()
        if not scanner.take("]"):
            raise scanner.expected("a comma or ]")
        return tuple(values)
