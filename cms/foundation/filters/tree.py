"""What a filter says, as a tree."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeAlias, TypeVar, Union

from cms.foundation.filters.relative import Relative

# As the checked tree has it; ``None`` is null.
Value: TypeAlias = str | int | bool | uuid.UUID | datetime | Relative | None


class Operator(StrEnum):
    """How a field is compared, spelled as in the text; equality is not spelled at all."""

    IS = ""
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="
    CONTAINS = "~"
    STARTS = "~^"
    ENDS = "~$"


@dataclass(frozen=True, slots=True)
class Word:
    """A value as it was written, and where."""

    text: str
    position: int
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field and what is said of it, as it was written. Several values: any of them."""

    field: str
    position: int
    operator: Operator
    values: tuple[Word, ...]
    is_negated: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """A comparison that was checked: the field allows it, and the values are of its kind."""

    field: str
    operator: Operator
    values: tuple[Value, ...]
    is_negated: bool = False


L = TypeVar("L", Comparison, Term)


@dataclass(frozen=True, slots=True)
class AllOf(Generic[L]):
    """Each of them."""

    parts: tuple["Node[L]", ...]


@dataclass(frozen=True, slots=True)
class AnyOf(Generic[L]):
    """At least one of them."""

    parts: tuple["Node[L]", ...]


Node: TypeAlias = Union[L, AllOf[L], AnyOf[L]]  # noqa: UP007 - `|` cannot take a type variable
Parsed: TypeAlias = Comparison | AllOf[Comparison] | AnyOf[Comparison]
Checked: TypeAlias = Term | AllOf[Term] | AnyOf[Term]


def terms(node: Checked) -> Iterator[Term]:
    """All that a checked tree compares."""
    if isinstance(node, Term):
        yield node
    else:
        for part in node.parts:
            yield from terms(part)


def alternatives(tree: Checked, *, most: int = 50) -> tuple[Checked, ...]:
    """Trees of which a row fits one if it fits ``tree``: one for each way, so that none says "or".

    Of several that stand together the first is taken apart. More than ``most`` are not worth it.
    """
    found = _ways(tree)
    return found if len(found) <= most else (tree,)


def _ways(tree: Checked) -> tuple[Checked, ...]:
    if isinstance(tree, AnyOf):
        return tuple(way for part in tree.parts for way in _ways(part))
    if isinstance(tree, Term):
        if tree.operator is not Operator.IS or tree.is_negated:
            return (tree,)
        return tuple(replace(tree, values=(value,)) for value in tree.values)
    for place, part in enumerate(tree.parts):
        if len(ways := _ways(part)) > 1:
            before, behind = tree.parts[:place], tree.parts[place + 1 :]
            return tuple(AllOf((*before, way, *behind)) for way in ways)
    return (tree,)
