"""Keeping the index true: what is published is found, what is withdrawn is not."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from types import ModuleType
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, Uuid, bindparam, delete, select
from sqlalchemy.orm import Session

from cms.editions.models import NamedEdition, PostEdition
from cms.editions.search import postgresql, sqlite
from cms.editions.search.entries import Entry, Text, entry, names, number, read, terms
from cms.editions.search.models import SearchEntry, SearchName, SearchNumber
from cms.foundation import bulk
from cms.foundation.prepared import AnyRow, Prepared

_TAKEN = select(SearchEntry.number).where(
    SearchEntry.number.in_(bindparam("numbers", expanding=True, type_=BigInteger))
)

# The id of an edition, its moment, its document and the words of its text.
Post: TypeAlias = tuple[uuid.UUID, datetime, str, Text]

_FOUND = Prepared(
    select(
        SearchEntry.number,
        SearchEntry.edition_id,
        PostEdition.published_at,
        PostEdition.document,
        PostEdition.html,
    )
    .join(PostEdition, PostEdition.id == SearchEntry.edition_id)
    .where(SearchEntry.post_id == bindparam("of_post", type_=Uuid))
)

_FORGOTTEN = Prepared(
    delete(SearchEntry)
    .where(SearchEntry.number == bindparam("of_number", type_=BigInteger))
    .returning(SearchEntry.number)
)

_NAMELESS = Prepared(
    delete(SearchName)
    .where(SearchName.subject_id == bindparam("of_subject", type_=Uuid))
    .returning(SearchName.word)
)


def add(
    session: Session,
    posts: Iterable[Post],
    *,
    version: int,
    learned: set[str] | None = None,
) -> None:
    """Let posts be found that have no entry.

    ``version``: the one that they begin at; 0 where nobody knows any more.
    ``learned``: words that need not be kept again, since whoever calls knows that they are. It
    grows by those of ``posts``.
    """
    found = [(at, entry(edition_id, document, text)) for edition_id, at, document, text in posts]
    if not found:
        return
    numbers = free_numbers(session, [at for at, _ in found])
    # In order: SQLite writes out what it has gathered when a number is lower than the last.
    entries = sorted(zip(numbers, (one for _, one in found), strict=True), key=_number)
    connection, database = session.connection(), _database(session)
    bulk.add(session, SearchEntry, [_row(place, one) for place, one in entries])
    database.add(connection, entries)
    learned = set() if learned is None else learned
    new = terms(one for _, one in entries) - learned
    if new:
        # Sorted, so that no two transactions can wait for each other.
        database.learn(connection, sorted(new), version)
        learned |= new


def replace(session: Session, posts: Iterable[Post], *, version: int) -> None:
    """Let posts be found by what they say from ``version`` on, and no longer by what they said."""
    for post in sorted(posts, key=_moment):
        edition_id, moment, document, text = post
        new = entry(edition_id, document, text)
        found = _found(session, new.post_id)
        if found is None or found.published_at != moment:
            remove(session, new.post_id)
            add(session, [post], version=version)
            continue
        # Under the same number, so in its place among others; what it says again is not touched.
        old = entry(found.edition_id, found.document, read(found.html))
        connection, database = session.connection(), _database(session)
        if (new.places, new.others) != (old.places, old.others):
            database.replace(connection, found.number, old, new)
            if unknown := terms([new]) - terms([old]):
                database.learn(connection, sorted(unknown), version)
        _keep_number(session, found)
        bulk.add(session, SearchEntry, [_row(found.number, new)])


def remove(session: Session, post_id: uuid.UUID) -> None:
    """Let a post no longer be found."""
    found = _found(session, post_id)
    if found is None:
        return
    old = entry(found.edition_id, found.document, read(found.html))
    _database(session).remove(session.connection(), found.number, old)
    _keep_number(session, found)


def _found(session: Session, post_id: uuid.UUID) -> AnyRow | None:
    session.flush()
    return _FOUND.first(session.connection(), {"of_post": post_id})


def _keep_number(session: Session, found: AnyRow) -> None:
    """Remember where an edition stood that stands there no more."""
    number = {"edition_id": found.edition_id, "number": found.number}
    bulk.add(session, SearchNumber, [number])
    _FORGOTTEN.first(session.connection(), {"of_number": found.number})


def add_name(
    session: Session, model: type[NamedEdition], subject_id: uuid.UUID, document: str
) -> None:
    """Let posts be found by the name of their author or tag."""
    session.add_all(names(model, subject_id, document))


def remove_name(session: Session, subject_id: uuid.UUID) -> None:
    """Let posts no longer be found by this name."""
    _NAMELESS.rows(session.connection(), {"of_subject": subject_id})


def _database(session: Session) -> ModuleType:
    return sqlite if session.get_bind().dialect.name == "sqlite" else postgresql


def free_numbers(session: Session, moments: list[datetime]) -> list[int]:
    """A number for each; nobody else takes one meanwhile, since the version is taken."""
    chosen: dict[int, int] = {}
    attempt, open_places = 0, list(range(len(moments)))
    while open_places:
        wanted = {place: number(moments[place], attempt) for place in open_places}
        known = session.connection().scalars(_TAKEN, {"numbers": list(wanted.values())})
        taken = {*chosen.values(), *known}
        for place, one in wanted.items():
            if one not in taken:
                taken.add(one)
                chosen[place] = one
        open_places = [place for place in wanted if place not in chosen]
        attempt += 1
    return [chosen[place] for place in range(len(moments))]


def _number(numbered: tuple[int, Entry]) -> int:
    return numbered[0]


def _moment(post: Post) -> datetime:
    return post[1]


def _row(place: int, one: Entry) -> dict[str, Any]:
    return {"number": place, **{name: getattr(one, name) for name in _COLUMNS}}


_COLUMNS = ("post_id", "edition_id", "title", "excerpt", "often", "authors", "tags")
