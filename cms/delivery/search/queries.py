"""How the search index is read: the same statements on both databases."""

import uuid
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, select

from cms.delivery.looking import VERSION, once
from cms.editions.models import PostEdition
from cms.editions.search.models import SearchName, SearchTerm
from cms.foundation.database import Key
from cms.foundation.prepared import AnyRow, AnySelect, Prepared

# Behind every word with the same beginning.
_END = "\U0010ffff"


def editions(connection: Connection, ids: list[uuid.UUID]) -> dict[uuid.UUID, AnyRow]:
    """The ``document`` and ``html`` of editions."""
    return {row.id: row for row in _editions().rows(connection, {"ids": ids})}


def names(
    connection: Connection,
    begin: str,
    end: str,
    most: int,
    *,
    without: Sequence[uuid.UUID] = (),
) -> Sequence[AnyRow]:
    """``word, subject_id, kind, name`` of authors and tags with such a word in their name."""
    parameters: dict[str, Any] = {"begin": begin, "end": end, "limit": most}
    if without:
        parameters["without"] = without
    return _names(less=bool(without)).rows(connection, parameters)


def terms(connection: Connection, beginning: str, most: int, *, at: int | None = None) -> list[str]:
    """Words that begin so; only those that were there ``at`` a version."""
    return _some(connection, _terms, beginning, most, at)


def terms_ending(
    connection: Connection, ending: str, most: int, *, at: int | None = None
) -> list[str]:
    """Words that end so; only those that were there ``at`` a version."""
    return _some(connection, _terms_ending, ending[::-1], most, at)


def end_of(begin: str) -> str:
    """What is behind every word that begins so."""
    return begin + _END


def _some(
    connection: Connection,
    statement: Callable[..., Prepared],
    begin: str,
    most: int,
    at: int | None,
) -> list[str]:
    parameters: dict[str, Any] = {"begin": begin, "end": end_of(begin), "limit": most}
    if at is not None:
        parameters["version"] = at
    rows = statement(in_past=at is not None).rows(connection, parameters)
    return [row.term for row in rows]


@once
def _editions() -> AnySelect:
    return select(PostEdition.id, PostEdition.document, PostEdition.html).where(
        PostEdition.id.in_(bindparam("ids", expanding=True))
    )


@once
def _names(*, less: bool) -> AnySelect:
    key = (SearchName.word, SearchName.subject_id)
    found = select(*key, SearchName.kind, SearchName.name).where(
        SearchName.word >= _text("begin"), SearchName.word <= _text("end")
    )
    if less:
        found = found.where(SearchName.subject_id.not_in(bindparam("without", expanding=True)))
    return found.order_by(*key).limit(bindparam("limit", type_=Integer))


@once
def _terms(*, in_past: bool) -> AnySelect:
    return _between(SearchTerm.term, in_past=in_past)


@once
def _terms_ending(*, in_past: bool) -> AnySelect:
    return _between(SearchTerm.reversed, in_past=in_past)


def _between(column: Any, *, in_past: bool) -> AnySelect:
    found = select(SearchTerm.term).where(column >= _text("begin"), column < _text("end"))
    if in_past:
        found = found.where(SearchTerm.from_version <= VERSION)
    return found.order_by(column).limit(bindparam("limit", type_=Integer))


def _text(name: str) -> Any:
    return bindparam(name, type_=Key)
