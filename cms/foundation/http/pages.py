"""Lists: page size, cursor, envelope and ``Link`` header, the same for every list."""

import uuid
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import request
from marshmallow import Schema, fields, validate
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cms.foundation.http import cursors
from cms.foundation.http.edge import site_version
from cms.foundation.http.fields import QueryInteger
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown

DEFAULT_LIMIT = 20
HIGHEST_LIMIT = 100

T = TypeVar("T")


class PageFilter(Strict):
    """Which part of a list."""

    limit = QueryInteger(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, HIGHEST_LIMIT, error="Must be from {min} to {max}."),
        metadata={"description": "Items on a page"},
    )
    cursor = fields.String(
        validate=validate.Length(1, cursors.LONGEST),
        metadata={"description": "`next_cursor` of the page before"},
    )


def page_of(schema: type[Schema], **more: fields.Field[Any]) -> type[Schema]:
    """The envelope of a list of ``schema``; ``more`` adds members."""
    name = schema.__name__.removesuffix("Out")
    members: dict[str, Any] = {
        "__doc__": f"One page of {name}.",
        "data": fields.List(fields.Nested(schema), required=True),
        "next_cursor": fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "Send it as `cursor` for the next page; null on the last"},
        ),
        "version": fields.Integer(
            required=True, metadata={"description": "The site version this page shows"}
        ),
        **more,
    }
    example = getattr(schema, "example", None)
    if example is not None:
        members["example"] = {"data": [example], "next_cursor": None, "version": 42}
    return type(f"{name}Page", (Shown,), members)


def cut(rows: list[T], limit: int) -> tuple[list[T], bool]:
    """A page from ``limit + 1`` rows, and whether more follow."""
    return rows[:limit], len(rows) > limit


def link_next(cursor: str | None) -> dict[str, str]:
    """The ``Link`` header (RFC 8288) to the page after this one."""
    if cursor is None:
        return {}
    # A cursor needs no escaping.
    query = f"cursor={cursor}"
    if request.query_string:
        others = {name: value for name, value in request.args.items() if name != "cursor"}
        query = "&".join(part for part in (urlencode(others), query) if part)
    return {"Link": f'<{request.path}?{query}>; rel="next"'}


def filters(page: dict[str, Any]) -> dict[str, Any]:
    """What a list is asked for, besides which part of it."""
    return {name: value for name, value in page.items() if name not in {"limit", "cursor"}}


def managed(
    session: Session,
    select: Select[T],
    key: InstrumentedAttribute[uuid.UUID],
    *,
    scope: str,
    page: dict[str, Any],
    expand: Callable[[Select[T]], Select[T]] = lambda select: select,
) -> tuple[dict[str, Any], dict[str, str]]:
    """One page of a management list, newest first by ``key`` (a UUIDv7).

    Ids never change, so a walk shows each row that exists throughout exactly once. ``scope`` names
    the list; a cursor goes on in the same one with the same filters.
    """

    def read(after: tuple[str] | None, limit: int) -> list[T]:
        found = select if after is None else select.where(key < uuid.UUID(after[0]))
        return list(session.scalars(expand(found.order_by(key.desc()).limit(limit))))

    return walked(
        read, place=lambda row: (str(getattr(row, key.key)),), length=1, scope=scope, page=page
    )


def walked(
    read: Callable[[Any, int], list[T]],
    *,
    place: Callable[[T], tuple[str, ...]],
    length: int,
    scope: str,
    page: dict[str, Any],
) -> tuple[dict[str, Any], dict[str, str]]:
    """One page of a list: what ``read`` finds behind a ``place`` of ``length``, so many at most."""
    scope = f"{scope} {sorted(filters(page).items())}"
    after = tuple(cursors.unseal(scope, page["cursor"], length)) if "cursor" in page else None
    limit = page["limit"]
    rows, more = cut(read(after, limit + 1), limit)
    cursor = cursors.seal(scope, list(place(rows[-1]))) if more else None
    body = {"data": rows, "next_cursor": cursor, "version": site_version()}
    return body, link_next(cursor)
