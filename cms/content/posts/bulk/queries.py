"""What a bulk looks up for all of its posts at once."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content.posts import queries
from cms.content.posts.models import Post


def lock(session: Session, ids: Collection[uuid.UUID]) -> None:
    """Let nobody else change these posts before the transaction ends.

    In the order of ids, so that two of these wait for each other in line.
    """
    session.execute(
        select(Post.id).where(Post.id.in_(ids)).order_by(Post.id).with_for_update(of=Post)
    ).all()


def unpublished_bodies(
    session: Session, ids: Collection[uuid.UUID], *, by: Caller, most: int
) -> dict[uuid.UUID, str]:
    """The texts that publishing these posts would render; short ones first, ``most`` characters."""
    wanted = queries.visible(select(Post.id).where(Post.id.in_(ids), queries.UNSEEN), by=by)
    length = func.length(Post.body)
    running_total = func.sum(length).over(order_by=(length, Post.id))
    sized = select(Post.id, running_total.label("total")).where(Post.id.in_(wanted)).subquery()
    rows = session.execute(
        select(Post.id, Post.body)
        .join(sized, sized.columns.id == Post.id)
        .where(sized.columns.total <= most)
    )
    return {row.id: row.body for row in rows}
