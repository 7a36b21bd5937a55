"""How revisions are found."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.content.posts.content import Content
from cms.content.posts.models import Post
from cms.content.posts.revisions import reviving
from cms.content.posts.revisions.models import PostRevision, Revision, Saved
from cms.editions import queries as editions
from cms.foundation.errors import NotFound

SAVED = tuple(field.name for field in fields(Saved))


def saved(post: Post) -> dict[str, Any]:
    """How the state in which ``post`` is came about, by name."""
    return {
        "number": post.revision,
        "saved_at": post.revised_at,
        "saved_by_id": post.revised_by_id,
        "changed": post.revised_fields,
        "is_autosave": post.autosaves_began_at is not None,
    }


def present(post: Post) -> Revision:
    """The state in which ``post`` is."""
    return Revision(**saved(post), content=post.content())


def get(session: Session, post: Post, number: int) -> Revision:
    """A state that ``post`` is or was in. Raises ``NotFound``.

    Authors and tags that were merged away since are named by those they were merged into.
    """
    if number == post.revision:
        return present(post)
    row = session.get(PostRevision, (post.id, number)) if number < post.revision else None
    if row is None:
        message = f"There is no revision {number}; the post is at revision {post.revision}."
        raise NotFound(message)
    content = reviving.followed(session, Content.unpacked(row.content))
    return Revision(**{name: getattr(row, name) for name in SAVED}, content=content)


def listed(session: Session, post: Post, *, before: int | None, limit: int) -> list[Saved]:
    """How the states of ``post`` came about, newest first, without their texts.

    ``before``: only those with a lower number.
    """
    columns = [getattr(PostRevision, name) for name in SAVED]
    found = select(*columns).where(PostRevision.post_id == post.id)
    if before is not None:
        found = found.where(PostRevision.number < before)
    rows = session.execute(found.order_by(PostRevision.number.desc()).limit(limit))
    superseded = [Saved(*row) for row in rows]
    return superseded if before is not None else [present(post), *superseded][:limit]


def described(session: Session, post: Post, states: Sequence[Saved]) -> list[dict[str, Any]]:
    """The same by name, with who saved each, and which of them readers see."""
    wanted = {one.saved_by_id for one in states if one.saved_by_id is not None}
    names = dict(session.execute(select(User.id, User.name).where(User.id.in_(wanted))).all())
    live = editions.find_live_revision(session, post.id)
    return [
        {
            **{name: getattr(one, name) for name in SAVED},
            "saved_by": {"id": one.saved_by_id, "name": names[one.saved_by_id]}
            if one.saved_by_id in names
            else None,
            "is_published": one.number == live,
        }
        for one in states
    ]
