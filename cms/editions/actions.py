"""Issuing and closing editions: what the world sees, from the next version of the site on."""

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import update
from sqlalchemy.orm import Session

from cms.editions import counts, versions
from cms.editions.models import (
    LISTINGS,
    AuthorListing,
    Change,
    Edition,
    NamedEdition,
    PostEdition,
    TagListing,
)
from cms.editions.search import actions as search
from cms.foundation import bulk
from cms.foundation.database import Base, new_id

E = TypeVar("E", bound=Edition)
# The columns of an edition of a post, the ids of its authors and of its tags.
Issued = tuple[dict[str, Any], list[uuid.UUID], list[uuid.UUID]]


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


def issue_post(
    session: Session,
    edition: PostEdition,
    *,
    author_ids: list[uuid.UUID],
    tag_ids: list[uuid.UUID],
    by_id: uuid.UUID | None,
    now: datetime,
) -> PostEdition:
    """Publish a post: its edition, and the listings that let it be found by author and tag."""
    version = versions.take(session)
    left = close(session, PostEdition, edition.subject_id, version)
    _add(session, edition, version)
    session.add_all(AuthorListing.of(edition, author_id) for author_id in author_ids)
    session.add_all(TagListing.of(edition, tag_id) for tag_id in tag_ids)
    versions.explain(session, version, "post.published", edition.subject_id, by_id, now)
    entered = Counter(counts.of_post(edition.published_at, [*author_ids, *tag_ids]))
    entered.subtract(left)
    counts.change(session, entered, version=version)
    session.flush()
    found = (edition.id, edition.published_at, edition.document, edition.html)
    search.add(session, [found], version=version)
    return edition


def issue_new_posts(
    session: Session,
    editions: Iterable[Issued],
    *,
    by_id: uuid.UUID | None,
    now: datetime,
    learned: set[str] | None = None,
) -> int:
    """Publish many posts that have no edition yet, in few statements and under one version.

    Gives the version. ``learned``: see ``search.add``.
    """
    version = versions.take(session)
    entered, reasons = Counter[uuid.UUID](), []
    issued = list(editions)
    for columns, author_ids, tag_ids in issued:
        entered.update(counts.of_post(columns["published_at"], [*author_ids, *tag_ids]))
        reasons.append(
            {
                "version": version,
                "kind": "post.published",
                "subject_id": columns["subject_id"],
                "by_id": by_id,
                "at": now,
            }
        )
    add_posts(session, issued, version=version, learned=learned)
    bulk.add(session, Change, reasons)
    counts.change(session, entered, version=version)
    return version


def add_posts(
    session: Session,
    editions: Iterable[Issued],
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
    for columns, author_ids, tag_ids in editions:
        edition = {**columns, "id": new_id(), **span}
        rows[PostEdition].append(edition)
        for listing, group_ids in ((AuthorListing, author_ids), (TagListing, tag_ids)):
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
    for model, found in rows.items():
        bulk.add(session, model, found)
    shown = ("id", "published_at", "document", "html")
    posts = [tuple(one[name] for name in shown) for one in rows[PostEdition]]
    search.add(session, posts, version=version, learned=learned)


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
    wanted = [PostEdition.id, PostEdition.published_at] if model is PostEdition else [model.id]
    ended = session.execute(
        update(model)
        .where(model.subject_id == subject_id, model.live())
        .values(until_version=version)
        .returning(*wanted)
    ).one_or_none()
    if issubclass(model, NamedEdition):
        versions.move_names(session, version)
        search.remove_name(session, subject_id)
    if ended is None or not issubclass(model, PostEdition):
        return []
    search.remove(session, subject_id)
    return counts.of_post(ended.published_at, _unlist(session, ended.id, version))


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
