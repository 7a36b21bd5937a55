"""Keeping the state that a save replaces, and telling whether a save makes a revision."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from cms.accounts.permissions import Caller
from cms.content.posts.content import Content
from cms.content.posts.models import Post
from cms.content.posts.revisions import queries
from cms.content.posts.revisions.models import PostRevision
from cms.foundation.audit import UNAUDITED

# Autosaves by one person within this time, from the first of them on, are one revision.
LONGEST_RUN = timedelta(minutes=10)


def begin(post: Post, *, by: Caller, now: datetime) -> None:
    """A new post is at its first revision."""
    post.revision = 1
    post.revised_fields = []
    _note(post, by=by, now=now, autosave=False)


def keep(
    session: Session, post: Post, before: Content, *, by: Caller, now: datetime, autosave: bool
) -> None:
    """Number the state that ``post`` was just brought into, and keep the one ``before`` it.

    An autosave that goes on with a run takes the place of the one before; what stood when the run
    began is kept already.
    """
    after = post.content()
    if autosave and _goes_on(post, by=by, now=now):
        with session.no_autoflush:
            base = queries.get(session, post, post.revision - 1)
        post.revised_fields = after.changed_from(base.content)
        post.revised_at = now
        return
    session.add(PostRevision(post_id=post.id, **queries.saved(post), content=before.packed()))
    post.revision += 1
    post.revised_fields = after.changed_from(before)
    _note(post, by=by, now=now, autosave=autosave)


def fix(session: Session, post: Post) -> None:
    """Let the present revision be what it is for ever: somebody stands on its number.

    The next autosave makes another. It is no change of the post: its version stays.
    """
    if post.autosaves_began_at is None or post.revision_is_fixed:
        return
    # Not by way of the object, which would raise the version.
    fixed = update(Post).where(Post.id == post.id).values(revision_is_fixed=True)
    session.execute(fixed, execution_options={**UNAUDITED, "synchronize_session": False})
    set_committed_value(post, "revision_is_fixed", value=True)


def _goes_on(post: Post, *, by: Caller, now: datetime) -> bool:
    """Whether an autosave belongs to the run that the present revision is."""
    return (
        post.autosaves_began_at is not None
        and not post.revision_is_fixed
        and post.revised_by_id == by.id
        and now - post.autosaves_began_at <= LONGEST_RUN
    )


def _note(post: Post, *, by: Caller, now: datetime, autosave: bool) -> None:
    post.revised_at = now
    post.revised_by_id = by.id
    post.autosaves_began_at = now if autosave else None
    post.revision_is_fixed = False
