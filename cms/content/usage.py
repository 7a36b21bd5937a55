"""Where an author or a tag is used: what stands against deleting it, and what does not."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from cms.accounts.permissions import Caller
from cms.content.posts.models import Post
from cms.content.posts.queries import KEPT
from cms.editions.models import Listing
from cms.foundation.errors import Conflict

SHOWN = 20


class StillInUse(Conflict):
    """Posts, or the editions that readers see of them, still name it."""

    code = "still_in_use"
    title = "It is still in use"


def refuse_if_used(
    session: Session,
    group_id: uuid.UUID,
    link: InstrumentedAttribute[uuid.UUID],
    listing: type[Listing],
) -> None:
    """Raise ``StillInUse``, saying by which posts.

    A working copy and the live edition of the same post can differ; both count. What is in the
    trash does not: it may stay there for long, and nobody can edit it.
    """
    drafts = select(link.class_.post_id).where(link == group_id)
    live = select(listing.post_id).where(
        listing.group_id == group_id, listing.until_version.is_(None)
    )
    using = session.execute(
        select(Post.id, Post.title, Post.status)
        .where(KEPT, or_(Post.id.in_(drafts), Post.id.in_(live)))
        .order_by(Post.id.desc())
        .limit(SHOWN + 1)
    ).all()
    if not using:
        return
    shown: list[dict[str, Any]] = [
        {"id": str(post_id), "title": title, "status": status}
        for post_id, title, status in using[:SHOWN]
    ]
    more = " and more" if len(using) > SHOWN else ""
    count = f"{len(shown)} post{'s' if len(shown) != 1 else ''}{more}"
    message = f"Used by {count}; see used_by. Take it off them and publish them again first."
    raise StillInUse(message, used_by=shown)


def take_off_trash(
    session: Session,
    group_id: uuid.UUID,
    link: InstrumentedAttribute[uuid.UUID],
    *,
    by: Caller,
    now: datetime,
) -> None:
    """Let the posts in the trash no longer name it: should they be restored, it is gone.

    Each of them is saved: whoever restores one from what it was finds a newer version.
    """
    trashed = select(Post.id).where(~KEPT)
    naming = select(link.class_.post_id).where(link == group_id)
    saved = {Post.version: Post.version + 1, Post.updated_at: now, Post.updated_by_id: by.id}
    for statement in (
        update(Post).where(~KEPT, Post.id.in_(naming)).values(saved),
        delete(link.class_).where(link == group_id, link.class_.post_id.in_(trashed)),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
