"""Taking a version of the site: issuing and closing editions, and saying why."""

import uuid
from datetime import datetime
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.editions.models import (
    AuthorListing,
    Change,
    Edition,
    PostEdition,
    Site,
    TagListing,
)
from cms.foundation.database import new_id

E = TypeVar("E", bound=Edition)


def issue(session: Session, edition: E, *, kind: str, by_id: uuid.UUID | None, now: datetime) -> E:
    """Make ``edition`` what the world sees of its subject from the next version on.

    The edition that was live until now ends where this one begins. Call it last in an action:
    from here to the commit, nobody else can take a version.
    """
    version = _take_version(session)
    _close(session, type(edition), edition.subject_id, version)
    edition.id = new_id()
    edition.from_version = version
    edition.until_version = None
    session.add(edition)
    _explain(session, version, kind, edition.subject_id, by_id, now)
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
    issue(session, edition, kind="post.published", by_id=by_id, now=now)
    session.add_all(AuthorListing.of(edition, author_id) for author_id in author_ids)
    session.add_all(TagListing.of(edition, tag_id) for tag_id in tag_ids)
    session.flush()
    return edition


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
    version = _take_version(session)
    _close(session, model, subject_id, version)
    _explain(session, version, kind, subject_id, by_id, now)
    session.flush()


def _take_version(session: Session) -> int:
    """The number that this transaction publishes under; the same for all it does.

    The row stays locked until the commit, which puts versions in commit order.
    """
    transaction = session.get_transaction() or session.begin()
    if session.in_nested_transaction():
        message = "A version taken inside of a savepoint could be rolled back alone"
        raise RuntimeError(message)
    taken: tuple[object, int] | None = session.info.get("site_version")
    if taken is not None and taken[0] is transaction:
        return taken[1]
    version = session.scalars(
        update(Site).values(version=Site.version + 1).returning(Site.version)
    ).one()
    session.info["site_version"] = (transaction, version)
    return version


def _close(session: Session, model: type[Edition], subject_id: uuid.UUID, version: int) -> None:
    live = session.scalar(
        select(model.id).where(model.subject_id == subject_id, model.until_version.is_(None))
    )
    if live is None:
        return
    session.execute(update(model).where(model.id == live).values(until_version=version))
    if issubclass(model, PostEdition):
        for listing in (AuthorListing, TagListing):
            session.execute(
                update(listing).where(listing.edition_id == live).values(until_version=version)
            )


def _explain(
    session: Session,
    version: int,
    kind: str,
    subject_id: uuid.UUID,
    by_id: uuid.UUID | None,
    now: datetime,
) -> None:
    session.add(Change(version=version, kind=kind, subject_id=subject_id, by_id=by_id, at=now))
