"""Keeping the schedule of a post together with the job that carries it out."""

from datetime import datetime

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from cms.content.posts.models import Post
from cms.content.posts.scheduling.models import Schedule
from cms.foundation.jobs import actions as jobs

KIND = "post.schedule"


def set_for(session: Session, post: Post, schedule: Schedule, *, now: datetime) -> None:
    """Have the next part of ``schedule`` carried out in time, and nothing else."""
    _stop(session, schedule)
    schedule.job = jobs.enqueue(session, KIND, post.id, due_at=schedule.due_at, now=now)
    post.schedule = schedule
    session.flush()


def after_publishing(session: Session, post: Post, *, now: datetime) -> None:
    """Let go of what was to publish the post: it is published. Its end stays."""
    schedule = post.schedule
    if schedule is None or schedule.publish_at is None:
        return
    if schedule.unpublish_at is None:
        forget(session, post)
        return
    schedule.publish_at = schedule.revision = None
    set_for(session, post, schedule, now=now)


def forget(session: Session, post: Post) -> None:
    """Let go of the whole schedule, if there is one."""
    if post.schedule is None:
        return
    _stop(session, post.schedule)
    post.schedule = None
    session.flush()


def go_with(session: Session, post: Post) -> None:
    """Let nobody come for a post that is about to be deleted; its schedule goes with its row."""
    if post.schedule is None:
        return
    _stop(session, post.schedule)
    # Not as something of its own that the audit log would name.
    set_committed_value(post, "schedule", None)


def _stop(session: Session, schedule: Schedule) -> None:
    if schedule.job_id is not None:
        jobs.cancel(session, schedule.job_id)
