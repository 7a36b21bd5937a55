"""Keeping the index true: what is published is found, what is withdrawn is not."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from types import ModuleType
from typing import Any

import orjson
from sqlalchemy import BigInteger, bindparam, delete, select
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
    spelled,
)
from cms.editions.search.models import SearchEntry, SearchName, SearchNumber
from cms.foundation import bulk

_TAKEN = select(SearchEntry.number).where(
    SearchEntry.number.in_(bindparam("numbers", expanding=True, type_=BigInteger))
)


def add(
    session: Session,
    posts: Iterable[tuple[uuid.UUID, datetime, str, Text | Spelled]],
    *,
    version: int,
    learned: set[str] | None = None,
) -> None:
    """Let posts be found that have no entry; each is an edition's id, moment, document and text.

    A text may have been spelled by the ``database`` of this session.
    ``version``: the one that they begin at; 0 where nobody knows any more.
    ``learned``: words that need not be kept again, since whoever calls knows that they are. It
    grows by those of ``posts``.
    """
    posts = list(posts)
    if not posts:
        return
    numbers = free_numbers(session, [at for _, at, _, _ in posts])
    connection, way = session.connection(), _database_of(session)
    rows, indexed, terms = [], [], set[str]()
    # In order: SQLite writes out what it has gathered when a number is lower than the last.
    for place, post in sorted(zip(numbers, posts, strict=True), key=_number):
        edition_id, _, document, text = post
        row, words, its_terms = _indexed(edition_id, document, text, way)
        rows.append({"number": place, **row})
        indexed.append((place, words))
        terms.update(its_terms.split())
    bulk.add(session, SearchEntry, rows)
    way.add(connection, indexed)
    learned = set() if learned is None else learned
    new = terms - learned
    if new:
        # Sorted, so that no two transactions can wait for each other.
        way.learn(connection, sorted(new), version)
        learned |= new


def remove(session: Session, post_id: uuid.UUID) -> None:
    """Let a post no longer be found."""
    found = session.execute(
        select(SearchEntry.number, SearchEntry.edition_id, PostEdition.document, PostEdition.html)
        .join(PostEdition, PostEdition.id == SearchEntry.edition_id)
        .where(SearchEntry.post_id == post_id)
    ).first()
    if found is None:
        return
    way = _database_of(session)
    _, words, _ = _indexed(found.edition_id, found.document, read(found.html), way)
    way.remove(session.connection(), found.number, words)
    session.add(SearchNumber(edition_id=found.edition_id, number=found.number))
    session.execute(delete(SearchEntry).where(SearchEntry.number == found.number))


def add_name(
    session: Session, model: type[NamedEdition], subject_id: uuid.UUID, document: str
) -> None:
    """Let posts be found by the name of their author or tag."""
    session.add_all(names(model, subject_id, document))


def remove_name(session: Session, subject_id: uuid.UUID) -> None:
    """Let posts no longer be found by this name."""
    session.execute(delete(SearchName).where(SearchName.subject_id == subject_id))


def database(name: str) -> ModuleType:
    """What knows how a database, by the name of its dialect, has words spelled and kept."""
    return sqlite if name == "sqlite" else postgresql


def _database_of(session: Session) -> ModuleType:
    return database(session.get_bind().dialect.name)


def _indexed(
    edition_id: uuid.UUID, document: str, text: Text | Spelled, way: ModuleType
) -> tuple[dict[str, Any], str, str]:
    """The columns of a post but its number, its words as the database takes them, its terms."""
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
    return row, way.joined(text.spelled, filing.groups), text.terms


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


def _number(numbered: tuple[int, object]) -> int:
    return numbered[0]
