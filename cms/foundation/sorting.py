"""The order of a list by several fields, and where a walk through it goes on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, tuple_


@dataclass(frozen=True, slots=True)
class By:
    """A field to sort by."""

    field: str
    is_descending: bool = False


Order = tuple[By, ...]
IDENTITY = "id"


class BadOrder(ValueError):
    """The text names no order that this list has."""


def parse(text: str, allowed: Collection[str]) -> Order:
    """The order that ``text`` says: ``-featured,title``. Raises ``BadOrder``.

    Complete: the id decides between equals, in the direction of the last field.
    """
    order: list[By] = []
    for written in text.split(","):
        by = By(written.removeprefix("-"), is_descending=written.startswith("-"))
        if by.field not in allowed:
            names = ", ".join(allowed)
            raise BadOrder(f"{by.field[:40]!r} is nothing to sort by. Allowed: {names}.")
        if any(by.field == other.field for other in order):
            raise BadOrder(f"{by.field} is named twice.")
        order.append(by)
    return complete(order)


def complete(order: Sequence[By]) -> Order:
    """With the id at its end, and nothing behind the id."""
    for place, by in enumerate(order):
        if by.field == IDENTITY:
            return tuple(order[: place + 1])
    return (*order, By(IDENTITY, is_descending=order[-1].is_descending))


def clauses(order: Order, columns: Mapping[str, ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """What SQL orders by."""
    return [
        columns[by.field].desc() if by.is_descending else columns[by.field].asc() for by in order
    ]


def beyond(
    order: Order, columns: Mapping[str, ColumnElement[Any]], place: Sequence[Any]
) -> ColumnElement[bool]:
    """Which rows come after the one whose fields are ``place``.

    In one direction it is a row value, which an index can begin at.
    """
    keys = [columns[by.field] for by in order]
    values = [literal(value, key.type) for key, value in zip(keys, place, strict=True)]
    directions = {by.is_descending for by in order}
    if len(directions) == 1:
        here, there = tuple_(*keys), tuple_(*values)
        return here < there if directions == {True} else here > there
    alternatives = []
    for number, by in enumerate(order):
        key, value = keys[number], values[number]
        equal = [keys[before] == values[before] for before in range(number)]
        alternatives.append(and_(*equal, key < value if by.is_descending else key > value))
    return or_(*alternatives)
