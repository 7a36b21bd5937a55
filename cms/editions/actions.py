"""Issuing and closing editions: what the world sees, from the next version of the site on."""

import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Dialect, Uuid, bindparam, update
from sqlalchemy.orm import Session

from cms.editions import counts, versions
from cms.editions.models import (
    LISTINGS,
    AuthorEdition,
    AuthorListing,
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
from cms.foundation.bulk import Rows
from cms.foundation.database import Base, new_id
from cms.foundation.prepared import AnyRow, Prepared

PUBLISHED = "post.published"
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


class Batch(NamedTuple):
    """First editions of some posts as the database takes them: all but the version they begin at.

    They need no connection, and go to other processes.
    """

    post_ids: list[uuid.UUID]
    # What they count for.
    counted: Counter[uuid.UUID]
    # Of editions and listings.
    rows: list[Rows]
    entries: search.Entries


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
    version, post_id = versions.take(session), post.columns["subject_id"]
    left = end_post(session, post_id, version)
    issued = add_posts(session, [post], version=version)
    versions.explain_all(session, version, PUBLISHED, [post_id], by_id, now)
    entered = Counter(post.counted())
    entered.subtract(left)
    counts.change(session, entered, version=version)
    if left:
        search.replace(session, issued, version=version)
    else:
        search.add(session, issued, version=version)


def batch(posts: Iterable[Issued], dialect: Dialect) -> Batch:
    """What ``issue_batches`` needs to publish ``posts``, at least one, that have no edition yet."""
    posts = list(posts)
    rows, found = _begin(posts)
    return Batch(
        post_ids=[post.columns["subject_id"] for post in posts],
        counted=Counter(group for post in posts for group in post.counted()),
        rows=bulk.converted(rows, dialect),
        entries=search.entries_of(found, dialect),
    )


def issue_batches(
    session: Session,
    batches: list[Batch],
    *,
    by_id: uuid.UUID | None,
    now: datetime,
    learned: set[str],
) -> None:
    """Publish many posts, in few statements and under one version.

    ``learned``: see ``search.add_entries``.
    """
    version = versions.take(session)
    bulk.insert(session, (rows for one in batches for rows in one.rows), from_version=version)
    post_ids = [post_id for one in batches for post_id in one.post_ids]
    versions.explain_all(session, version, PUBLISHED, post_ids, by_id, now)
    entered = Counter[uuid.UUID]()
    for one in batches:
        entered.update(one.counted)
    counts.change(session, entered, version=version)
    found = [one.entries for one in batches]
    search.add_entries(session, found, version=version, learned=learned)


def add_posts(session: Session, posts: Iterable[Issued], *, version: int) -> list[search.Post]:
    """Let editions of posts and their listings begin at ``version``; gives what is to be found.

    In few statements. Whoever calls it has ended the editions before, counts and explains, and
    lets them be found.
    """
    rows, found = _begin(posts)
    bulk.insert(session, bulk.converted(rows, session.connection().dialect), from_version=version)
    return found


def _begin(
    posts: Iterable[Issued],
) -> tuple[dict[type[Base], list[dict[str, Any]]], list[search.Post]]:
    """The rows of editions and listings, without their version, and what is to be found."""
    rows: dict[type[Base], list[dict[str, Any]]] = {
        PostEdition: [],
        AuthorListing: [],
        TagListing: [],
    }
    found = []
    for post in posts:
        edition = {**post.columns, "id": new_id()}
        rows[PostEdition].append(edition)
        found.append((edition["id"], edition["published_at"], edition["document"], post.text))
        for listing, group_ids in ((AuthorListing, post.author_ids), (TagListing, post.tag_ids)):
            rows[listing] += [
                {
                    "edition_id": edition["id"],
                    "group_id": group_id,
                    "post_id": edition["subject_id"],
                    "published_at": edition["published_at"],
                }
                for group_id in group_ids
            ]
    return rows, found


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
