"""Issuing and closing editions: what the world sees, from the next version of the site on."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Uuid, bindparam, update
from sqlalchemy.orm import Session

from cms.editions import counts, versions
from cms.editions.models import (
    LISTINGS,
    AuthorEdition,
    AuthorListing,
    Change,
    Edition,
    Listing,
    NamedEdition,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.editions.search import actions as search
from cms.editions.search.entries import Spelled, Text
from cms.foundation import bulk
from cms.foundation.database import Base, new_id
from cms.foundation.prepared import AnyRow, Prepared

_AT_VERSION = bindparam("at_version", type_=BigInteger)


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


def issue(
    session: Session, edition: NamedEdition, *, kind: str, by_id: uuid.UUID | None, now: datetime
) -> None:
    """Make ``edition`` what the world sees of an author or a tag from the next version on.

    The edition that was live until now ends where this one begins. Call it last in an action:
    from here to the commit, nobody else can take a version.
    """
    version = versions.take(session)
    close(session, type(edition), edition.subject_id, version)
    edition.id, edition.from_version, edition.until_version = new_id(), version, None
    session.add(edition)
    search.add_name(session, type(edition), edition.subject_id, edition.document)
    versions.explain(session, version, kind, edition.subject_id, by_id, now)
    session.flush()


def issue_post(session: Session, post: Issued, *, by_id: uuid.UUID | None, now: datetime) -> None:
    """Publish a post: its edition, and the listings that let it be found by author and tag."""
    version = versions.take(session)
    left = end_post(session, post.columns["subject_id"], version)
    issued = _issue_posts(session, [post], left, version=version, by_id=by_id, now=now)
    if left:
        search.replace(session, issued, version=version)
    else:
        search.add(session, issued, version=version)


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
    issued = _issue_posts(session, posts, [], version=version, by_id=by_id, now=now)
    search.add(session, issued, version=version, learned=learned)
    return version


def _issue_posts(
    session: Session,
    posts: list[Issued],
    left: list[uuid.UUID],
    *,
    version: int,
    by_id: uuid.UUID | None,
    now: datetime,
) -> list[search.Post]:
    """Issue editions, explain and count them; ``left``: what those before no longer count for.

    Gives what is to be found.
    """
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
    issued = add_posts(session, posts, version=version)
    bulk.add(session, Change, reasons)
    counts.change(session, entered, version=version)
    return issued


def add_posts(session: Session, posts: Iterable[Issued], *, version: int) -> list[search.Post]:
    """Let editions of posts and their listings begin at ``version``; gives what is to be found.

    In few statements. Whoever calls it has ended the editions before, counts and explains, and
    lets them be found.
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
    return found


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
    if model is PostEdition:
        left = end_post(session, subject_id, version)
        search.remove(session, subject_id)
        counts.change(session, dict.fromkeys(left, -1), version=version)
    else:
        close(session, model, subject_id, version)
    versions.explain(session, version, kind, subject_id, by_id, now)
    session.flush()


def close(session: Session, model: type[Edition], subject_id: uuid.UUID, version: int) -> None:
    """End the live edition of an author or a tag, if there is one."""
    _end(session, model, subject_id, version)
    versions.move_names(session, version)
    search.remove_name(session, subject_id)


def end_post(session: Session, post_id: uuid.UUID, version: int) -> list[uuid.UUID]:
    """End the live edition of a post, if there is one; gives all that it no longer counts for.

    It is found until it is replaced, or removed from the index.
    """
    ended = _end(session, PostEdition, post_id, version)
    if ended is None:
        return []
    return counts.of_post(ended.published_at, _unlist(session, ended.id, version))


def _end(
    session: Session, model: type[Edition], subject_id: uuid.UUID, version: int
) -> AnyRow | None:
    given = {"of_subject": subject_id, "at_version": version}
    return _ENDING[model].first(session.connection(), given)


def _ending(model: type[Edition]) -> Prepared:
    wanted = [PostEdition.id, PostEdition.published_at] if model is PostEdition else [model.id]
    return Prepared(
        update(model)
        .where(model.subject_id == bindparam("of_subject", type_=Uuid), model.live())
        .values(until_version=_AT_VERSION)
        .returning(*wanted)
    )


_ENDING: dict[type[Edition], Prepared] = {
    model: _ending(model) for model in (PostEdition, AuthorEdition, TagEdition)
}


def _unlist(session: Session, edition_id: uuid.UUID, version: int) -> list[uuid.UUID]:
    """End the listings of an edition; gives the authors and tags."""
    given = {"of_edition": edition_id, "at_version": version}
    connection = session.connection()
    ended = [row for listing in LISTINGS for row in _UNLISTING[listing].rows(connection, given)]
    return [row.group_id for row in ended]


def _unlisting(listing: type[Listing]) -> Prepared:
    return Prepared(
        update(listing)
        .where(listing.edition_id == bindparam("of_edition", type_=Uuid))
        .values(until_version=_AT_VERSION)
        .returning(listing.group_id)
    )


_UNLISTING = {listing: _unlisting(listing) for listing in LISTINGS}
