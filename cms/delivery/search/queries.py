"""How the search index is read: the same statements on both databases."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, select

from cms.delivery.looking import AnyRow, AnySelect, once
from cms.editions.models import PostEdition
from cms.editions.search.models import SearchName, SearchTerm
from cms.foundation.database import Key

# Behind every word with the same beginning.
_END = "\U0010ffff"


def editions(connection: Connection, ids: list[uuid.UUID]) -> dict[uuid.UUID, AnyRow]:
    """The ``document`` and ``html`` of editions."""
    return {row.id: row for row in connection.execute(_editions(), {"ids": ids})}


def names(connection: Connection, word: str, *, is_beginning: bool, most: int) -> Sequence[AnyRow]:
    """``subject_id, kind, name`` of authors and tags with a word in their name, by that word."""
    end = word + _END if is_beginning else word
    return connection.execute(_names(), {"begin": word, "end": end, "limit": most}).all()


def terms(connection: Connection, beginning: str, most: int) -> list[str]:
    """Words that begin so."""
    return _some(connection, _terms(), beginning, most)


def terms_ending(connection: Connection, ending: str, most: int) -> list[str]:
    """Words that end so."""
    return _some(connection, _terms_ending(), ending[::-1], most)


def _some(connection: Connection, statement: AnySelect, begin: str, most: int) -> list[str]:
    parameters: dict[str, Any] = {"begin": begin, "end": begin + _END, "limit": most}
    return list(connection.scalars(statement, parameters))


@once
def _editions() -> AnySelect:
    return select(PostEdition.id, PostEdition.document, PostEdition.html).where(
        PostEdition.id.in_(bindparam("ids", expanding=True))
    )


@once
def _names() -> AnySelect:
    key = (SearchName.word, SearchName.subject_id)
    return (
        select(SearchName.subject_id, SearchName.kind, SearchName.name)
        .where(SearchName.word >= _text("begin"), SearchName.word <= _text("end"))
        .order_by(*key)
        .limit(bindparam("limit", type_=Integer))
    )


@once
def _terms() -> AnySelect:
    return _between(SearchTerm.term)


@once
def _terms_ending() -> AnySelect:
    return _between(SearchTerm.reversed)


def _between(column: Any) -> AnySelect:
    return (
        select(SearchTerm.term)
        .where(column >= _text("begin"), column < _text("end"))
        .order_by(column)
        .limit(bindparam("limit", type_=Integer))
    )


def _text(name: str) -> Any:
    return bindparam(name, type_=Key)
