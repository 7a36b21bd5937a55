"""Holding a filter against what a list allows: its fields, and what each may be compared with."""

from collections.abc import Mapping

from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.scanner import BadFilter
from cms.foundation.filters.tree import (
    AllOf,
    AnyOf,
    Checked,
    Comparison,
    Operator,
    Parsed,
    Term,
    Value,
    Word,
)

NULLS = frozenset({"null", "Null", "NULL"})
LONGEST_NAME = 40


def check(tree: Parsed, allowed: Mapping[str, Kind]) -> Checked:
    """The same tree, with values instead of words. Raises ``BadFilter``.

    ``allowed`` is all that there is: a name that it does not have reaches nothing.
    """
    if isinstance(tree, Comparison):
        return _term(tree, allowed)
    parts = tuple(check(part, allowed) for part in tree.parts)
    return AllOf(parts) if isinstance(tree, AllOf) else AnyOf(parts)


def _term(found: Comparison, allowed: Mapping[str, Kind]) -> Term:
    kind = allowed.get(found.field)
    if kind is None:
        name = found.field[:LONGEST_NAME]
        names = ", ".join(allowed)
        raise BadFilter(found.position, f"there is no field {name!r}. Allowed: {names}.")
    if found.operator not in kind.operators:
        known = " ".join(one for one in kind.operators if one) or "equality only"
        problem = f"{found.field} cannot be compared by {found.operator}. Allowed: {known}."
        raise BadFilter(found.position, problem)
    values = tuple(_value(word, found, kind) for word in found.values)
    return Term(found.field, found.operator, values, found.is_negated)


def _value(word: Word, found: Comparison, kind: Kind) -> Value:
    if word.text in NULLS and not word.is_quoted:
        if found.operator is not Operator.IS:
            problem = f"null cannot be compared by {found.operator}; quotes make it a text."
            raise BadFilter(word.position, problem)
        return None
    try:
        return kind.read(word.text)
    except ValueError:
        raise BadFilter(word.position, f"{found.field} is {kind.words}.") from None
