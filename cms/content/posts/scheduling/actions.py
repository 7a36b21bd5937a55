"""What can be done about the future of a post: schedule it, and take that back."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts import saving
from cms.accounts.permissions import Caller
from cms.content.posts import steps
from cms.content.posts.checks import actions as checks
from cms.content.posts.models import Post, Status
from cms.content.posts.scheduling import alarms
from cms.content.posts.scheduling.models import Schedule
from cms.content.posts.steps import Step
from cms.foundation.errors import Fault, Unprocessable
from cms.foundation.versions import Expected


def schedule(
    session: Session,
    post: Post,
    values: dict[str, Any],
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Post:
    """Have the post published, withdrawn or both at moments to come; replaces a former schedule.

    What is published is the present revision, unless ``follow_draft``. Raises ``Stale``,
    ``IllegalStep``, ``Unprocessable``, ``ChecksFailed``.
    """
    steps.allow(session, post, Step.SCHEDULE, by=by, expected=expected)
    _check(post, values, now=now)
    if values.get("publish_at") is not None:
        checks.demand(session, post.content(), post_id=post.id, by=by)
    planned = post.schedule or Schedule(post_id=post.id, former_status=post.status, job_id=None)
    planned.publish_at = values.get("publish_at")
    planned.unpublish_at = values.get("unpublish_at")
    is_pinned = planned.publish_at is not None and not values.get("follow_draft", False)
    planned.revision = post.revision if is_pinned else None
    planned.scheduled_by_id = by.id
    post.revision_is_fixed = True
    if not post.is_published:
        post.status = Status.SCHEDULED
    saving.touch(post, by=by, now=now)
    alarms.set_for(session, post, planned, now=now)
    return post


def unschedule(
    session: Session, post: Post, *, by: Caller, expected: Expected, now: datetime
) -> Post:
    """Take a schedule back; the post stands where it stood before.

    Raises ``Stale``, ``IllegalStep``.
    """
    steps.allow(session, post, Step.UNSCHEDULE, by=by, expected=expected)
    take_back(session, post, by=by, now=now)
    return post


def take_back(session: Session, post: Post, *, by: Caller | None, now: datetime) -> None:
    """Let go of the schedule, and let the post stand where it stood before."""
    if post.schedule is not None and post.status == Status.SCHEDULED:
        post.status = post.schedule.former_status
    post.revision_is_fixed = True
    alarms.forget(session, post)
    saving.touch(post, by=by, now=now)
    session.flush()


def _check(post: Post, values: dict[str, Any], *, now: datetime) -> None:
    publish_at, unpublish_at = values.get("publish_at"), values.get("unpublish_at")
    faults = [
        Fault(f"#/{name}", "Must be in the future.")
        for name, moment in (("publish_at", publish_at), ("unpublish_at", unpublish_at))
        if moment is not None and moment <= now
    ]
    if publish_at and unpublish_at and unpublish_at <= publish_at:
        faults.append(Fault("#/unpublish_at", "Must be after publish_at."))
    faults += _what_does_not_fit(post, values)
    if faults:
        pointer, detail = faults[0].pointer, faults[0].detail
        raise Unprocessable(f"{pointer.removeprefix('#/')}: {detail}", errors=faults)


def _what_does_not_fit(post: Post, values: dict[str, Any]) -> list[Fault]:
    """What a schedule of this post needs, or has no use for."""
    follows = values.get("follow_draft", False)
    if values.get("publish_at") is not None:
        if post.is_published and not post.has_unpublished_changes and not follows:
            return [Fault("#/publish_at", "The post is published as it is: nothing would change.")]
        return []
    if follows:
        return [Fault("#/follow_draft", "Says what is published: it needs publish_at.")]
    if not post.is_published:
        return [Fault("#/publish_at", "The post is not published: say when it is to be.")]
    if values.get("unpublish_at") is None:
        return [Fault("#/publish_at", "Say publish_at, unpublish_at or both.")]
    return []
