"""What review is made of: submit, send back, approve, comment."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.models import User
from cms.accounts.permissions import Caller, Permission
from cms.content.posts import steps
from cms.content.posts.models import Post, Status
from cms.content.posts.review.models import Comment, StepTaken
from cms.content.posts.steps import Step
from cms.foundation.database import new_id
from cms.foundation.errors import Forbidden
from cms.foundation.versions import Expected


def submit(
    session: Session,
    post: Post,
    *,
    comment: str | None,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Post:
    """Ask for a review. Raises ``Stale``, ``IllegalStep``."""
    steps.allow(session, post, Step.SUBMIT, by=by, expected=expected)
    post.move_to(Status.IN_REVIEW)
    _save(session, post, StepTaken.SUBMITTED, comment, by=by, now=now)
    return post


def send_back(
    session: Session,
    post: Post,
    *,
    comment: str,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Post:
    """Make it a draft again, and say why. Raises ``Stale``, ``IllegalStep``."""
    steps.allow(session, post, Step.SEND_BACK, by=by, expected=expected)
    post.move_to(Status.DRAFT)
    _save(session, post, StepTaken.SENT_BACK, comment, by=by, now=now)
    return post


def approve(
    session: Session,
    post: Post,
    *,
    comment: str | None,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Post:
    """Approve what the post says now; an edit voids it. Raises ``Stale``, ``IllegalStep``."""
    steps.allow(session, post, Step.APPROVE, by=by, expected=expected)
    # Not `by`, who was read in another session.
    post.approved_by = session.get(User, by.id)
    post.approved_at, post.approved_revision = now, post.revision
    _save(session, post, StepTaken.APPROVED, comment, by=by, now=now)
    return post


def comment(session: Session, post: Post, text: str, *, by: Caller, now: datetime) -> Comment:
    """Say something about the post; whoever may see it may."""
    permissions.demand(by, Permission.POSTS_WRITE)
    return _say(session, post, text, None, by=by, now=now)


def delete_comment(session: Session, comment: Comment, *, by: Caller) -> None:
    """Take back one's own; editors also those of others."""
    permissions.demand(by, Permission.POSTS_WRITE)
    if comment.by_id != by.id and not permissions.holds(by, Permission.POSTS_ANY):
        message = "This is somebody else's comment. Ask an editor to delete it."
        raise Forbidden(message)
    session.delete(comment)
    session.flush()


def _save(
    session: Session, post: Post, taken: StepTaken, text: str | None, *, by: Caller, now: datetime
) -> None:
    # What was submitted, sent back or approved stays what it was, whatever is saved after it.
    post.revision_is_fixed = True
    saving.touch(post, by=by, now=now)
    if text is not None:
        _say(session, post, text, taken, by=by, now=now)
    session.flush()


def _say(
    session: Session, post: Post, text: str, step: StepTaken | None, *, by: Caller, now: datetime
) -> Comment:
    said = Comment(
        id=new_id(),
        post_id=post.id,
        revision=post.revision,
        step=step,
        text=text,
        by_id=by.id,
        created_at=now,
    )
    session.add(said)
    session.flush()
    return said
