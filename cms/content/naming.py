"""Giving rows a slug of their own, also when two are made at the same moment."""

from collections.abc import Callable
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, select, true
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.content import slugs
from cms.foundation.database import new_id, violates, writes_alone
from cms.foundation.errors import Conflict, Fault

TRIES = 30
EVERY_ROW: ColumnElement[bool] = true()


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


def save(session: Session, row: Row) -> None:
    """Save ``row`` under the slug that it has. Raises ``SlugTaken``."""
    # A flush that fails takes the attributes with it.
    slug = row.slug
    try:
        session.flush()
    except IntegrityError as error:
        if not violates(error, row.__tablename__, "slug"):
            raise
        raise taken(slug) from error


def insert(
    session: Session,
    row: Row,
    *,
    slug: str | None,
    name: str,
    fallback: str,
    is_taken: Callable[[str], bool],
    holding: ColumnElement[bool] = EVERY_ROW,
    complete: Callable[[], object] | None = None,
) -> None:
    """Insert ``row`` under ``slug``, or under a free one made from ``name``.

    ``complete`` does to it what needs its slug. Raises ``SlugTaken`` for a slug that was asked for.
    """

    def put(candidate: str) -> None:
        row.slug = candidate
        if complete is not None:
            complete()
        session.add(row)

    if slug is None:
        base = slugs.slugify(name, fallback=fallback)
        settle(session, row, base, put=put, is_taken=is_taken, holding=holding)
    elif is_taken(slug) or not _fits(session, row, slug, put):
        raise taken(slug)


def settle(
    session: Session,
    row: Row,
    base: str,
    *,
    put: Callable[[str], None],
    is_taken: Callable[[str], bool],
    holding: ColumnElement[bool] = EVERY_ROW,
) -> None:
    """Save ``row`` under ``base``, or with the first number behind it that is free.

    ``put`` gives it a slug and makes whatever other change is to be saved with it. Where others
    write at the same time, they may take a free slug before that: then the next one is tried, each
    in a savepoint.
    ``holding``: which rows' slugs are taken.
    """
    number = 1
    for _ in range(TRIES):
        candidate = base if number == 1 else slugs.numbered(base, number)
        while is_taken(candidate):
            number = _next_free(session, row, base, number, holding)
            candidate = slugs.numbered(base, number)
        if _fits(session, row, candidate, put):
            return
        number += 1
    # So many at once that counting up does not end: the tail of a new id is free.
    put(f"{base[: slugs.MAX_LENGTH - 13]}-{new_id().hex[-12:]}")
    session.flush()


def numbered_like(slug: Any, base: str) -> ColumnElement[bool]:
    """Whether the column ``slug`` may be ``base`` with a number; an index finds those that are."""
    first, end = slugs.numbers_of(base)
    return and_(slug >= first, slug < end)


def _fits(session: Session, row: Row, candidate: str, put: Callable[[str], None]) -> bool:
    if writes_alone(session):
        put(candidate)
        save(session, row)
        return True
    try:
        with session.begin_nested():
            put(candidate)
            save(session, row)
    except SlugTaken:
        return False
    return True


def _next_free(
    session: Session, row: Row, base: str, number: int, holding: ColumnElement[bool]
) -> int:
    """The first number after ``number`` that no row of this table holds."""
    column: Any = type(row).slug
    used = set(session.scalars(select(column).where(numbered_like(column, base), holding)))
    while True:
        number += 1
        if slugs.numbered(base, number) not in used:
            return number
