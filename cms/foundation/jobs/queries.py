"""How jobs are found: the next one to run, and those that somebody asks for."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, select
from sqlalchemy.orm import Session

from cms.foundation.errors import NotFound
from cms.foundation.jobs.clock import Now
from cms.foundation.jobs.models import Job, Status


def outlook(connection: Connection, kinds: Collection[str]) -> tuple[datetime, datetime | None]:
    """What time it is, and when the next job of these kinds is due; in one statement."""
    waiting = select(Job.next_at).where(Job.next_at.is_not(None), Job.kind.in_(kinds))
    first = waiting.order_by(Job.next_at, Job.id).limit(1).scalar_subquery()
    now, next_at = connection.execute(select(Now(), first)).one()
    return now, next_at


def next_due(kinds: Collection[str], *, now: datetime) -> Select[Job]:
    """The job that has been due for longest. Those that another transaction holds are left out."""
    return (
        select(Job)
        .where(Job.next_at <= now, Job.kind.in_(kinds))
        .order_by(Job.next_at, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


def unchanged(job: Job) -> tuple[ColumnElement[bool], ...]:
    """Where a job still is as it was when it was found."""
    return Job.id == job.id, Job.attempts == job.attempts, Job.next_at == job.next_at


def claim(session: Session, job: Job) -> bool:
    """Take a job that was found; not if it has changed since, or another transaction holds it."""
    still = select(Job.id).where(*unchanged(job)).with_for_update(skip_locked=True)
    return session.scalar(still) is not None


def get(session: Session, job_id: uuid.UUID) -> Job:
    """One job, locked. Raises ``NotFound``."""
    job = session.scalar(select(Job).where(Job.id == job_id).with_for_update())
    if job is None:
        message = f"There is no job {job_id}. What is done is gone from here."
        raise NotFound(message)
    return job


def matching(
    *, status: Status | None = None, kind: str | None = None, now: datetime
) -> Select[Job]:
    """The jobs that stand so at ``now``, of one kind."""
    found = select(Job)
    if kind is not None:
        found = found.where(Job.kind == kind)
    match status:
        case Status.DEAD:
            return found.where(Job.next_at.is_(None))
        case Status.RETRYING:
            return found.where(Job.next_at.is_not(None), Job.failed_at.is_not(None))
        case Status.DUE:
            return found.where(Job.next_at <= now, Job.failed_at.is_(None))
        case Status.WAITING:
            return found.where(Job.next_at > now, Job.failed_at.is_(None))
    return found
