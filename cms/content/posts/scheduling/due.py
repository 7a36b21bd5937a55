"""Carrying out what is due of a schedule, in the worker."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.content.posts import publishing, queries
from cms.content.posts.models import Post
from cms.content.posts.revisions import queries as revisions
from cms.content.posts.revisions.models import Revision
from cms.content.posts.scheduling import actions, alarms
from cms.content.posts.scheduling.models import Schedule
from cms.foundation import audit
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import Work


def run(session: Session, job: Job, *, prepared: Any, now: datetime) -> None:
    """Publish the post, or withdraw it; nothing, if what the job was for was replaced meanwhile.

    A post whose whole time has passed while no worker ran is not shown for a moment after it.
    """
    found = _find(session, job, lock=True)
    if found is None:
        return
    post, schedule = found
    # Whoever scheduled it may have been deactivated or have another role by now: it was approved.
    user = session.get(User, schedule.scheduled_by_id) if schedule.scheduled_by_id else None
    by = None if user is None else Caller.of(user)
    if user is not None:
        audit.sign(session, user.id, user.name)
    is_over = schedule.unpublish_at is not None and schedule.unpublish_at <= now
    if schedule.publish_at is not None and not is_over:
        _publish(session, post, schedule, prepared=prepared, by=by, now=now)
    elif post.is_published:
        publishing.unpublish(session, post, by=by, now=now)
        alarms.forget(session, post)
    else:
        actions.take_back(session, post, by=by, now=now)


def _publish(
    session: Session,
    post: Post,
    schedule: Schedule,
    *,
    prepared: Any,
    by: Caller | None,
    now: datetime,
) -> None:
    # It counts as published when it was due, however late the worker is.
    post.first_published_at = post.first_published_at or schedule.publish_at
    revision = _pinned(session, post, schedule)
    if revision is not None or not post.is_published or post.has_unpublished_changes:
        publishing.publish(session, post, by=by, now=now, revision=revision, prepared=prepared)
    alarms.after_publishing(session, post, now=now)


def prepare(session: Session, job: Job) -> Any:
    """Render what will be published."""
    found = _find(session, job)
    if found is None or found[1].publish_at is None:
        return None
    post, schedule = found
    revision = _pinned(session, post, schedule)
    return publishing.prepare(post.body if revision is None else revision.content.body)


def abandon(session: Session, job: Job, now: datetime) -> None:
    """Take the schedule back."""
    found = _find(session, job, lock=True)
    if found is not None:
        actions.take_back(session, found[0], by=None, now=now)


def _find(session: Session, job: Job, *, lock: bool = False) -> tuple[Post, Schedule] | None:
    """The post, and its schedule if that is the one which the job was made for."""
    found = queries.expanded(select(Post).where(Post.id == job.subject_id))
    post = session.scalar(queries.locked(found) if lock else found)
    if post is None or post.schedule is None or post.schedule.job_id != job.id:
        return None
    return post, post.schedule


def _pinned(session: Session, post: Post, schedule: Schedule) -> Revision | None:
    """The revision that was approved; ``None`` to publish whatever the post says now."""
    if schedule.revision is None:
        return None
    return revisions.get(session, post, schedule.revision)


WORK = Work(run=run, prepare=prepare, abandon=abandon)
