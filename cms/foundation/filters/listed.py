"""What a list of plain rows may be filtered by: each field's kind and where it is."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select

from cms.foundation.filters.conditions import Membership, condition
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.relative import minute
from cms.foundation.filters.tree import Checked

Listed: TypeAlias = Mapping[str, "tuple[Kind, ColumnElement[Any] | Membership]"]

R = TypeVar("R")


def kinds(listed: Listed) -> dict[str, Kind]:
    """What a filter is checked against."""
    return {name: kind for name, (kind, _column) in listed.items()}


def fitting(found: Select[R], tree: Checked | None, listed: Listed, *, now: datetime) -> Select[R]:
    """Those rows that fit a checked filter; all of them without one."""
    if tree is None:
        return found
    columns = {name: column for name, (_kind, column) in listed.items()}
    return found.where(condition(tree, columns, now=minute(now)))
