"""Keeping the index true: what is published is found, what is withdrawn is not."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any, NamedTuple, TypeAlias

import orjson
from sqlalchemy import BigInteger, Dialect, Uuid, bindparam, delete, select
from sqlalchemy.orm import Session

from cms.editions.models import NamedEdition, PostEdition
from cms.editions.search import postgresql, sqlite
from cms.editions.search.entries import (
    Spelled,
    Text,
    filed,
    names,
    number,
    read,
    said,
    spaced,
    spelled,
)
from cms.editions.search.models import SearchEntry, SearchName, SearchNumber
from cms.foundation import bulk
from cms.foundation.bulk import Rows
from cms.foundation.prepared import AnyRow, Prepared

_TAKEN = select(SearchEntry.number).where(
    SearchEntry.number.in_(bindparam("numbers", expanding=True, type_=BigInteger))
)

# The id of an edition, its moment, its document and the words of its text, which may have been
# spelled by the ``database`` of the session.
Post: TypeAlias = tuple[uuid.UUID, datetime, str, Text | Spelled]

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


class Entries(NamedTuple):
    """Posts as the database indexes them, but for their numbers: these it has to be asked for.

    They need no connection, and go to other processes.
    """

    # In the same order.
    moments: list[datetime]
    rows: Rows
    words: list[str]
    # What a reader can ask for, of all of them, between spaces: as a set it would make a load
    # slower by a twentieth.
    terms: str


def entries_of(posts: Iterable[Post], dialect: Dialect) -> Entries:
    """What ``add_entries`` needs of ``posts``, at least one."""
    posts, way = list(posts), database(dialect.name)
    found = [_indexed(post, way) for post in posts]
    (rows,) = bulk.converted({SearchEntry: [one.row for one in found]}, dialect)
    return Entries(
        moments=[_moment(post) for post in posts],
        rows=rows,
        words=[one.words for one in found],
        terms=spaced(set[str]().union(*(one.terms for one in found))),
    )


def add(session: Session, posts: Iterable[Post], *, version: int) -> None:
    """Let posts be found that have no entry.

    ``version``: the one that they begin at; 0 where nobody knows any more.
    """
    if posts := list(posts):
        found = entries_of(posts, session.connection().dialect)
        add_entries(session, [found], version=version, learned=set())


def add_entries(session: Session, many: list[Entries], *, version: int, learned: set[str]) -> None:
    """Let posts be found that have no entry, from ``version`` on.

    ``learned``: words that need not be kept again, since whoever calls knows that they are. It
    grows by those of the posts.
    """
    numbers = free_numbers(session, [at for some in many for at in some.moments])
    (rows,) = bulk.joined(some.rows for some in many)
    words = [one for some in many for one in some.words]
    # In order: SQLite writes out what it has gathered when a number is lower than the last.
    found = sorted(zip(numbers, rows.values, words, strict=True), key=_number)
    columns = ("number", *rows.columns)
    numbered = [(place, *row) for place, row, _ in found]
    bulk.insert(session, [Rows(rows.table, columns, numbered)])
    connection, way = session.connection(), _database_of(session)
    way.add(connection, [(place, spelled) for place, _, spelled in found])
    new = set[str]().union(*(some.terms.split() for some in many)) - learned
    if new:
        # Sorted, so that no two transactions can wait for each other.
        way.learn(connection, sorted(new), version)
        learned |= new


def replace(session: Session, posts: Iterable[Post], *, version: int) -> None:
    """Let posts be found by what they say from ``version`` on, and no longer by what they said."""
    connection, way = session.connection(), _database_of(session)
    for post in sorted(posts, key=_moment):
        new = _indexed(post, way)
        found = _found(session, new.row["post_id"])
        if found is None or found.published_at != _moment(post):
            _forget(session, found)
            add(session, [post], version=version)
            continue
        # Under the same number, so in its place among others; what it says again is not touched.
        old = _indexed(_as_post(found), way)
        if new.words != old.words:
            way.replace(connection, found.number, old.words, new.words)
            if unknown := set(new.terms) - set(old.terms):
                way.learn(connection, sorted(unknown), version)
        _keep_number(session, found)
        bulk.add(session, SearchEntry, [{"number": found.number, **new.row}])


def remove(session: Session, post_id: uuid.UUID) -> None:
    """Let a post no longer be found."""
    _forget(session, _found(session, post_id))


def _forget(session: Session, found: AnyRow | None) -> None:
    if found is None:
        return
    way = _database_of(session)
    way.remove(session.connection(), found.number, _indexed(_as_post(found), way).words)
    _keep_number(session, found)


def _found(session: Session, post_id: uuid.UUID) -> AnyRow | None:
    session.flush()
    return _FOUND.first(session.connection(), {"of_post": post_id})


def _as_post(found: AnyRow) -> Post:
    return found.edition_id, found.published_at, found.document, read(found.html)


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


def database(name: str) -> ModuleType:
    """What knows how a database, by the name of its dialect, has words spelled and kept."""
    return sqlite if name == "sqlite" else postgresql


def _database_of(session: Session) -> ModuleType:
    return database(session.get_bind().dialect.name)


@dataclass(frozen=True, slots=True)
class _Indexed:
    """A post as the index has it."""

    # Its columns but the number.
    row: dict[str, Any]
    # As the database takes them.
    words: str
    terms: list[str]


def _indexed(post: Post, way: ModuleType) -> _Indexed:
    edition_id, _, document, text = post
    shown: dict[str, Any] = orjson.loads(document)
    if isinstance(text, Text):
        text = spelled(said(shown["title"], shown["excerpt"], text), way.spell)
    filing = filed(shown)
    row = {
        "post_id": filing.post_id,
        "edition_id": edition_id,
        "title": text.title,
        "excerpt": text.excerpt,
        "often": text.often,
        "authors": filing.authors,
        "tags": filing.tags,
    }
    return _Indexed(row, way.joined(text.spelled, filing.groups), text.terms.split())


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


def _number(numbered: tuple[int, object, object]) -> int:
    return numbered[0]


def _moment(post: Post) -> datetime:
    return post[1]
