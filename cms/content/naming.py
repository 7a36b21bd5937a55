"""Giving rows a slug of their own, also when two are made at the same moment."""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.content import slugs
from cms.foundation.database import new_id, violates
from cms.foundation.errors import Conflict, Fault

TRIES = 30


class Row(Protocol):
    """A row with a slug that is unique in its table."""

    __tablename__: str
    slug: str


class SlugTaken(Conflict):
    """Another one of this kind has this slug."""

    code = "slug_taken"
    title = "The slug is taken"


def taken(slug: str) -> SlugTaken:
    """The refusal, with what to do."""
    message = f"The slug {slug!r} is taken. Choose another one, or leave it out to get a free one."
    return SlugTaken(message, errors=[Fault("#/slug", message)])


def insert(
    session: Session,
    row: Row,
    *,
    slug: str | None,
    name: str,
    fallback: str,
    is_taken: Callable[[str], bool],
) -> None:
    """Insert ``row`` under ``slug``, or under a free one made from ``name``.

    A free slug may be taken by somebody else before the insert: then the next one is tried, each
    in a savepoint. Raises ``SlugTaken`` for a slug that was asked for.
    """
    base = slug or slugs.slugify(name, fallback=fallback)
    number = 1
    for _ in range(TRIES):
        candidate = base if number == 1 else slugs.numbered(base, number)
        while is_taken(candidate):
            if slug is not None:
                raise taken(slug)
            number = _next_free(session, row, base, number)
            candidate = slugs.numbered(base, number)
        row.slug = candidate
        try:
            with session.begin_nested():
                session.add(row)
                session.flush()
        except IntegrityError as error:
            if not violates(error, row.__tablename__, "slug"):
                raise
            if slug is not None:
                raise taken(slug) from error
            number += 1
        else:
            return
    # So many at once that counting up does not end: the tail of a new id is free.
    row.slug = f"{base[: slugs.MAX_LENGTH - 13]}-{new_id().hex[-12:]}"
    session.add(row)
    session.flush()


def _next_free(session: Session, row: Row, base: str, number: int) -> int:
    """The first number after ``number`` that no row of this table has."""
    column: Any = type(row).slug
    stem = slugs.numbered(base, 10**9).removesuffix(str(10**9))
    used = set(session.scalars(select(column).where(column.startswith(stem, autoescape=True))))
    while True:
        number += 1
        if slugs.numbered(base, number) not in used:
            return number
