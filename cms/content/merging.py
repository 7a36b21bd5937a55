"""Letting one author or tag take another's place in all working copies."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import delete, select, union, update
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from cms.accounts import saving
from cms.accounts.permissions import Caller
from cms.content.authors.models import Author
from cms.content.posts import unpublished
from cms.content.posts.models import Post
from cms.content.tags.models import Tag
from cms.editions import merging as published
from cms.editions.models import NamedEdition
from cms.foundation import audit
from cms.foundation.errors import Fault, Unprocessable

# Posts whose texts are in memory at a time.
PORTION = 200
M = TypeVar("M", Author, Tag)


def target(session: Session, model: type[M], subject_id: uuid.UUID, into_id: uuid.UUID) -> M:
    """What a merge goes into, locked. Raises ``Unprocessable`` if there is no such, or itself."""
    kind = model.__name__.lower()
    into = None if into_id == subject_id else session.get(model, into_id, with_for_update=True)
    if into is not None:
        return into
    message = f"There is no other {kind} {into_id}."
    raise Unprocessable(message, errors=[Fault("#/into", message)])


def replace(
    session: Session,
    subject: M,
    into: M,
    *,
    link: InstrumentedAttribute[uuid.UUID],
    edition: type[NamedEdition],
    by: Caller,
    now: datetime,
) -> None:
    """Let ``into`` take the place of ``subject`` in all posts, for readers too, and delete that.

    ``link`` is the column of the table between posts and them.
    """
    old, kind = subject.id, type(subject).__name__.lower()
    affected = _lock(session, link, edition, old)
    _take_over(session, link, old, into.id, by=by, now=now)
    session.delete(subject)
    session.flush()
    audit.note(session, kind, old, {"merged_into": (None, str(into.id))})
    published.merge(session, edition, old, into.id, kind=f"{kind}.merged", by_id=by.id, now=now)
    for start in range(0, len(affected), PORTION):
        unpublished.compare(session, affected[start : start + PORTION])


def _lock(
    session: Session,
    link: InstrumentedAttribute[uuid.UUID],
    edition: type[NamedEdition],
    old: uuid.UUID,
) -> Sequence[uuid.UUID]:
    """The posts that name ``old``, as working copies or for readers; nobody else changes them."""
    saying = select(link.class_.post_id).where(link == old)
    named = union(saying, published.seen_with(edition, old))
    return session.scalars(
        select(Post.id).where(Post.id.in_(named)).order_by(Post.id).with_for_update()
    ).all()


def _take_over(
    session: Session,
    link: InstrumentedAttribute[uuid.UUID],
    old: uuid.UUID,
    into: uuid.UUID,
    *,
    by: Caller,
    now: datetime,
) -> None:
    """Let every post that names ``old`` name ``into`` in its place, once.

    Each post is saved: whoever edits it meanwhile finds a newer version. One without unpublished
    changes stays without.
    """
    table = link.class_
    ids = session.scalars(select(table.post_id).where(link == old).order_by(table.post_id)).all()
    named_both = select(table.post_id).where(link == into)
    once = delete(table).where(link == old, table.post_id.in_(named_both))
    for statement in (once, update(table).where(link == old).values({link.key: into})):
        session.execute(statement.execution_options(synchronize_session=False))
    for start in range(0, len(ids), PORTION):
        portion = session.scalars(
            select(Post)
            .where(Post.id.in_(ids[start : start + PORTION]))
            .options(selectinload(Post.bylines), selectinload(Post.filings))
        ).all()
        for post in portion:
            if post.is_published and not post.has_unpublished_changes:
                post.published_fingerprint = post.fingerprint()
            saving.touch(post, by=by, now=now)
        session.flush()
        for post in portion:
            session.expunge(post)
