"""What leads into the trash, and out of it: trash, restore, purge."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.permissions import Caller, Permission
from cms.content import naming
from cms.content.posts import publishing, queries, steps
from cms.content.posts.models import Post, Status
from cms.content.posts.revisions import keeping
from cms.content.posts.scheduling import alarms
from cms.content.posts.steps import Step
from cms.editions import pruning
from cms.foundation.versions import Expected


def trash(session: Session, post: Post, *, by: Caller, expected: Expected, now: datetime) -> None:
    """Put the post into the trash; readers lose it, and its slug is free.

    Raises ``Stale``, ``IllegalStep``.
    """
    steps.allow(session, post, Step.TRASH, by=by, expected=expected)
    was_published = post.is_published
    post.move_to(Status.TRASHED)
    post.trashed_at = now
    post.forget_edition()
    alarms.forget(session, post)
    saving.touch(post, by=by, now=now)
    session.flush()
    if was_published:
        publishing.withdraw(session, post.id, kind="post.trashed", by=by, now=now)


def restore(session: Session, post: Post, *, by: Caller, expected: Expected, now: datetime) -> Post:
    """Bring the post back as a draft; with another slug, if its own is taken by now.

    Raises ``Stale``, ``IllegalStep``.
    """
    steps.allow(session, post, Step.RESTORE, by=by, expected=expected)
    post_id, before = post.id, post.content()

    def put(slug: str) -> None:
        # A try that failed has emptied the object.
        queries.get(session, post_id, by=by, lock=True)
        post.slug, post.trashed_at = slug, None
        post.move_to(Status.DRAFT)
        if slug != before.slug:
            keeping.keep(session, post, before, by=by, now=now, autosave=False)
        saving.touch(post, by=by, now=now)

    naming.settle(
        session,
        post,
        post.slug,
        put=put,
        is_taken=lambda slug: queries.slug_is_taken(session, slug, post_id),
        holding=queries.KEPT,
    )
    return post


def purge(session: Session, post: Post, *, by: Caller, expected: Expected, now: datetime) -> None:
    """Delete the post and all that belongs to it, in the trash or not. Raises ``Stale``.

    Nobody reads it in the past either. Who had its address is still told that it is gone.
    """
    permissions.demand(by, Permission.POSTS_PURGE)
    saving.guard(session, post, expected)
    had_readers = post.first_published_at is not None
    alarms.go_with(session, post)
    session.delete(post)
    session.flush()
    if had_readers:
        publishing.withdraw(session, post.id, kind="post.purged", by=by, now=now)
        pruning.erase_post(session, post.id)
