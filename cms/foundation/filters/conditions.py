"""One SQL condition of a checked filter. What was written is bound, always.

Two-valued: what a term does not match, its negation matches, also where there is no value.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, ColumnElement, and_, false, literal, not_, or_, true

from cms.foundation import texts
from cms.foundation.filters.relative import Relative
from cms.foundation.filters.tree import AllOf, Checked, Operator, Term, Value

# Whether something belongs to one of some groups, by their slugs; to any at all, if empty.
Membership: TypeAlias = Callable[[Sequence[str]], ColumnElement[bool]]
_ORDERS: dict[Operator, Callable[..., ColumnElement[bool]]] = {
    Operator.BELOW: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.ABOVE: operator.gt,
    Operator.AT_LEAST: operator.ge,
}
Columns: TypeAlias = Mapping[str, "ColumnElement[Any] | Membership"]


def condition(tree: Checked, columns: Columns, *, now: datetime) -> ColumnElement[bool]:
    """What SQL asks of a row. ``columns`` has each field of the tree."""
    if isinstance(tree, Term):
        column = columns[tree.field]
        if not isinstance(column, ColumnElement):
            return _belongs(tree, column)
        return _compared(tree, column, now)
    parts = [condition(part, columns, now=now) for part in tree.parts]
    return and_(*parts) if isinstance(tree, AllOf) else or_(*parts)


def _belongs(term: Term, membership: Membership) -> ColumnElement[bool]:
    slugs = [str(value) for value in term.values if value is not None]
    found = [membership(slugs)] if slugs else []
    if None in term.values:
        found.append(not_(membership(())))
    return not_(or_(*found)) if term.is_negated else or_(*found)


def _compared(term: Term, column: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    if term.operator is Operator.IS:
        return _is(term, column, now)
    (value,) = term.values
    order = _ORDERS.get(term.operator)
    if order is None:
        return _matched(term, column, texts.folded(str(value)))
    return order(column, _bound(value, now))


def _matched(term: Term, column: ColumnElement[Any], part: str) -> ColumnElement[bool]:
    """``column`` is folded already; what LIKE would take for a pattern is escaped."""
    if term.operator is Operator.CONTAINS:
        found = column.contains(part, autoescape=True)
    elif term.operator is Operator.STARTS:
        found = column.startswith(part, autoescape=True)
    else:
        found = column.endswith(part, autoescape=True)
    return or_(not_(found), column.is_(None)) if term.is_negated else found


def _is(term: Term, column: ColumnElement[Any], now: datetime) -> ColumnElement[bool]:
    bound = [_bound(value, now) for value in term.values if value is not None]
    has_null = len(bound) < len(term.values)
    if term.is_negated:
        others = [not_(_any_of(column, bound))] if bound else []
        absent = column.is_not(None) if has_null else column.is_(None)
        return and_(*others, absent) if has_null else or_(*others, absent)
    found = [_any_of(column, bound)] if bound else []
    return or_(*found, column.is_(None)) if has_null else or_(*found)


def _any_of(column: ColumnElement[Any], bound: list[Any]) -> ColumnElement[bool]:
    if isinstance(bound[0], bool):
        # Constants: an index of what is true is used only where the statement itself says so.
        return or_(*(column == (true() if value else false()) for value in bound))
    return column.in_(bound)


def _bound(value: Value, now: datetime) -> Any:
    if isinstance(value, Relative):
        return value.at(now)
    if isinstance(value, int) and not isinstance(value, bool):
        # Wider than the column: the number may be any that was written.
        return literal(value, BigInteger)
    return value
