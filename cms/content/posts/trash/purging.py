"""Deleting what has been in the trash for long."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cms.content.posts.models import Post
from cms.foundation import audit
from cms.foundation.audit import UNAUDITED
from cms.foundation.database import Database


def plan(session: Session, before: datetime) -> int:
    """How many posts came into the trash by then."""
    return session.scalars(select(func.count()).where(Post.trashed_at <= before)).one()


def carry_out(
    database: Database,
    before: datetime,
    *,
    advance: Callable[[int], object],
    portion: int = 200,
) -> None:
    """Delete them, ``portion`` in each transaction, so that nobody waits long to write.

    ``advance`` is told how many more are done.
    """
    done = portion
    while done:
        with database.transaction() as session:
            done = purge(session, before, portion)
        advance(done)


def purge(session: Session, before: datetime, portion: int) -> int:
    """Delete up to ``portion`` of them, the oldest first; gives how many."""
    old = (
        select(Post.id)
        .where(Post.trashed_at <= before)
        .order_by(Post.trashed_at, Post.id)
        .limit(portion)
        # Restored at this moment: it stays. Purged at this moment: somebody else sees to it.
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(old).all()
    if ids:
        session.execute(delete(Post).where(Post.id.in_(ids)), execution_options=UNAUDITED)
    for post_id in ids:
        audit.note(session, "post", post_id, {"purged": (False, True)})
    return len(ids)
