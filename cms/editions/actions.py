"""Issuing and closing editions: what the world sees, from the next version of the site on."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Uuid, bindparam, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from cms.editions import counts, versions
from cms.editions.models import (
    LISTINGS,
    AuthorEdition,
    AuthorListing,
    Change,
    Edition,
    NamedEdition,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.editions.search import actions as search
from cms.editions.search.entries import Spelled, Text
from cms.foundation import bulk
from cms.foundation.database import Base, new_id

E = TypeVar("E", bound=Edition)


@dataclass(frozen=True, slots=True)
class Issued:
    """What an edition of a post begins with."""

    columns: dict[str, Any]
    author_ids: list[uuid.UUID]
    tag_ids: list[uuid.UUID]
    # The words of its HTML; or all of its words, where they were spelled beforehand.
    text: Text | Spelled

    def counted(self) -> list[uuid.UUID]:
        """All that it counts for."""
        return counts.of_post(self.columns["published_at"], [*self.author_ids, *self.tag_ids])


def issue(session: Session, edition: E, *, kind: str, by_id: uuid.UUID | None, now: datetime) -> E:
    """Make ``edition`` what the world sees of its subject from the next version on.

    The edition that was live until now ends where this one begins. Call it last in an action:
    from here to the commit, nobody else can take a version.
    """
    version = versions.take(session)
    close(session, type(edition), edition.subject_id, version)
    _add(session, edition, version)
    versions.explain(session, version, kind, edition.subject_id, by_id, now)
    session.flush()
    return edition


def issue_post(session: Session, post: Issued, *, by_id: uuid.UUID | None, now: datetime) -> None:
    """Publish a post: its edition, and the listings that let it be found by author and tag."""
    version = versions.take(session)
    left = close(session, PostEdition, post.columns["subject_id"], version)
    _issue_posts(session, [post], left, version=version, by_id=by_id, now=now)


def issue_new_posts(
    session: Session,
    posts: list[Issued],
    *,
    by_id: uuid.UUID | None,
    now: datetime,
    learned: set[str] | None = None,
) -> int:
    """Publish many posts that have no edition yet, in few statements and under one version.

    Gives the version. ``learned``: see ``search.add``.
    """
    version = versions.take(session)
    _issue_posts(session, posts, [], version=version, by_id=by_id, now=now, learned=learned)
    return version


def _issue_posts(
    session: Session,
    posts: list[Issued],
    left: list[uuid.UUID],
    *,
    version: int,
    by_id: uuid.UUID | None,
    now: datetime,
    learned: set[str] | None = None,
) -> None:
    """Issue editions, explain and count them; ``left``: what those before no longer count for."""
    entered, reasons = Counter[uuid.UUID](), []
    for post in posts:
        entered.update(post.counted())
        reasons.append(
            {
                "version": version,
                "kind": "post.published",
                "subject_id": post.columns["subject_id"],
                "by_id": by_id,
                "at": now,
            }
        )
    entered.subtract(left)
    add_posts(session, posts, version=version, learned=learned)
    bulk.add(session, Change, reasons)
    counts.change(session, entered, version=version)


def add_posts(
    session: Session,
    posts: Iterable[Issued],
    *,
    version: int,
    learned: set[str] | None = None,
) -> None:
    """Let editions of posts, their listings and their words begin at ``version``.

    In few statements. Whoever calls it has ended the editions before, counts and explains.
    """
    span = {"from_version": version, "until_version": None}
    rows: dict[type[Base], list[dict[str, Any]]] = {
        PostEdition: [],
        AuthorListing: [],
        TagListing: [],
    }
    found = []
    for post in posts:
        edition = {**post.columns, "id": new_id(), **span}
        rows[PostEdition].append(edition)
        found.append((edition["id"], edition["published_at"], edition["document"], post.text))
        for listing, group_ids in ((AuthorListing, post.author_ids), (TagListing, post.tag_ids)):
            rows[listing] += [
                {
                    "edition_id": edition["id"],
                    "group_id": group_id,
                    "post_id": edition["subject_id"],
                    "published_at": edition["published_at"],
                    **span,
                }
                for group_id in group_ids
            ]
    for model, all_of_them in rows.items():
        bulk.add(session, model, all_of_them)
    search.add(session, found, version=version, learned=learned)


def withdraw(
    session: Session,
    model: type[Edition],
    subject_id: uuid.UUID,
    *,
    kind: str,
    by_id: uuid.UUID | None,
    now: datetime,
) -> None:
    """End the live edition of a subject. Readers see nothing of it from the next version on."""
    version = versions.take(session)
    left = close(session, model, subject_id, version)
    counts.change(session, dict.fromkeys(left, -1), version=version)
    versions.explain(session, version, kind, subject_id, by_id, now)
    session.flush()


def _add(session: Session, edition: Edition, version: int) -> None:
    """Let ``edition`` begin at ``version``."""
    edition.id = new_id()
    edition.from_version = version
    edition.until_version = None
    session.add(edition)
    if isinstance(edition, NamedEdition):
        versions.move_names(session, version)
        search.add_name(session, type(edition), edition.subject_id, edition.document)


def close(
    session: Session, model: type[Edition], subject_id: uuid.UUID, version: int
) -> list[uuid.UUID]:
    """End the live edition, if there is one; gives all that a post no longer counts for."""
    given = {"of_subject": subject_id, "at_version": version}
    ended = session.connection().execute(_ENDING[model], given).one_or_none()
    if issubclass(model, NamedEdition):
        versions.move_names(session, version)
        search.remove_name(session, subject_id)
    if ended is None or not issubclass(model, PostEdition):
        return []
    search.remove(session, subject_id)
    return counts.of_post(ended.published_at, _unlist(session, ended.id, version))


def _ending(model: type[Edition]) -> ReturningUpdate[Any]:
    wanted = [PostEdition.id, PostEdition.published_at] if model is PostEdition else [model.id]
    return (
        update(model)
        .where(model.subject_id == bindparam("of_subject", type_=Uuid), model.live())
        .values(until_version=bindparam("at_version", type_=BigInteger))
        .returning(*wanted)
    )


_ENDING: dict[type[Edition], ReturningUpdate[Any]] = {
    model: _ending(model) for model in (PostEdition, AuthorEdition, TagEdition)
}


def _unlist(session: Session, edition_id: uuid.UUID, version: int) -> list[uuid.UUID]:
    """End the listings of an edition; gives the authors and tags."""
    left: list[uuid.UUID] = []
    for listing in LISTINGS:
        left += session.scalars(
            update(listing)
            .where(listing.edition_id == edition_id)
            .values(until_version=version)
            .returning(listing.group_id)
        )
    return left
