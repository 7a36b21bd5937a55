"""What the log says of a row: only fields that its table names, and no secret."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import inspect
from sqlalchemy.orm import InstanceState
from sqlalchemy.orm.attributes import History

from cms.foundation import moments

# Each changed field with what it was before and what it is now.
Changes: TypeAlias = dict[str, tuple[Any, Any]]
# What stands in the place of a secret.
HIDDEN: Final = "(hidden)"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Audited:
    """Which fields of a table the log shows. All others it does not know."""

    kind: str
    fields: tuple[str, ...] = ()
    # Told by their length and digest.
    texts: tuple[str, ...] = ()
    # Told to be there, and to have changed.
    secrets: tuple[str, ...] = ()
    # Lists of ids: the relationship with the rows that link, and which of their columns.
    links: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def changes(self, row: object, *, is_new: bool, is_deleted: bool) -> Changes:
        """What a flush did to ``row``, asked before it forgets."""
        state: InstanceState[Any] = inspect(row)
        found = {}
        for name in (*self.fields, *self.texts, *self.secrets):
            history = state.attrs[name].history
            if history.has_changes() or is_new or is_deleted:
                before, after = (self._told(name, value) for value in _ends(history))
                found[name] = (None if is_new else before, None if is_deleted else after)
        for name, (relationship, column) in self.links.items():
            history = state.attrs[relationship].history
            ids = None if is_new else _ids_before(history, column)
            found[name] = (ids, None if is_deleted else _ids_after(history, column))
        return {name: pair for name, pair in found.items() if is_change(*pair)}

    def _told(self, name: str, value: Any) -> Any:
        if name in self.secrets:
            return HIDDEN if value else None
        if name in self.texts and value is not None:
            return _measured(value)
        return _plain(value)


def is_change(before: Any, after: Any) -> bool:
    """Whether anything is another than before; a secret that took another's place is."""
    return bool(before != after or before == HIDDEN)


def _ends(history: History) -> tuple[Any, Any]:
    """The value before and the value after; the same if it did not change."""
    after = next(iter((*history.added, *history.unchanged)), None)
    before = next(iter((*history.deleted, *history.unchanged)), None)
    return before, after


def _ids_before(history: History, column: str) -> list[str]:
    rows = [*history.unchanged, *history.deleted]
    return _ids(rows, column, [_ends(inspect(row).attrs.position.history)[0] for row in rows])


def _ids_after(history: History, column: str) -> list[str]:
    rows = [*history.unchanged, *history.added]
    return _ids(rows, column, [row.position for row in rows])


def _ids(rows: list[Any], column: str, positions: list[int]) -> list[str]:
    placed = sorted(zip(positions, rows, strict=True), key=lambda pair: pair[0])
    return [str(getattr(row, column)) for _, row in placed]


def _measured(value: str) -> dict[str, Any]:
    digest = hashlib.sha256(value.encode()).hexdigest()
    return {"characters": len(value), "sha256": digest[:_DIGITS]}


def _plain(value: Any) -> Any:
    match value:
        case uuid.UUID():
            return str(value)
        case datetime():
            return moments.spell(value)
    return value
