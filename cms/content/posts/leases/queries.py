"""How the lease of a post is found."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.content.posts import queries
from cms.content.posts.leases.models import Lease
from cms.content.posts.models import Post
from cms.foundation.errors import NotFound


@dataclass(frozen=True, slots=True)
class Held:
    """Who is editing a post, since when and until when."""

    holder_id: uuid.UUID
    holder_name: str
    taken_at: datetime
    expires_at: datetime


def demand_post(session: Session, post_id: uuid.UUID, *, by: Caller, lock: bool = False) -> None:
    """Raise ``NotFound`` unless ``by`` may see the post.

    With ``lock``, nobody else takes its lease before the transaction ends.
    """
    found = queries.visible(select(Post.id).where(Post.id == post_id), by=by)
    if lock:
        found = found.with_for_update(of=Post)
    if session.scalar(found) is None:
        message = f"There is no post {post_id}."
        raise NotFound(message)


def find(session: Session, post_id: uuid.UUID, *, now: datetime) -> Held | None:
    """Who holds the lease of a post, unless it has run out."""
    row = session.execute(
        select(Lease.holder_id, User.name, Lease.taken_at, Lease.expires_at)
        .join(User, User.id == Lease.holder_id)
        .where(Lease.post_id == post_id, Lease.expires_at > now)
    ).one_or_none()
    return None if row is None else Held(*row)
