"""What can be done to jobs: ask for one, take it back, note that it failed, try it again."""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.foundation import audit
from cms.foundation.database import new_id
from cms.foundation.errors import Conflict
from cms.foundation.jobs import queries
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import MOST_ATTEMPTS, Work, Works

# What the audit log calls a job. What workers do with one is no entry: nobody has changed it.
SUBJECT = "job"
# Between the first attempt and the second; then four times as long each time, 7 minutes in all for
# the usual number of attempts, and never longer than an hour.
FIRST_SECONDS = 5
GROWTH = 4
LONGEST_SECONDS = 3600
# Until a job is tried again that the database failed, and not the job itself.
PAUSE = timedelta(seconds=1)


class NotFailed(Conflict):
    """The job waits for its moment; nothing has gone wrong with it."""

    code = "job_not_failed"
    title = "The job has not failed"


def enqueue(
    session: Session,
    kind: str,
    subject_id: uuid.UUID,
    *,
    due_at: datetime,
    now: datetime,
    payload: dict[str, Any] | None = None,
) -> Job:
    """Ask for something to be done at ``due_at`` or soon after, if this transaction commits."""
    job = _job(new_id(), kind, subject_id, payload=payload, due_at=due_at, now=now)
    session.add(job)
    session.flush()
    return job


def establish(session: Session, kind: str, *, now: datetime) -> None:
    """See to it that there is the one job of a kind that recurs."""
    # The same id everywhere, so that of several workers who find none one makes it.
    job_id = uuid.uuid5(uuid.NAMESPACE_OID, kind)
    if session.get(Job, job_id) is None:
        with suppress(IntegrityError), session.begin_nested():
            session.add(_job(job_id, kind, job_id, payload=None, due_at=now, now=now))


def _job(
    job_id: uuid.UUID,
    kind: str,
    subject_id: uuid.UUID,
    *,
    payload: dict[str, Any] | None,
    due_at: datetime,
    now: datetime,
) -> Job:
    return Job(
        id=job_id,
        kind=kind,
        subject_id=subject_id,
        payload=payload or {},
        due_at=due_at,
        next_at=due_at,
        attempts=0,
        error=None,
        failed_at=None,
        created_at=now,
    )


def cancel(session: Session, job_id: uuid.UUID) -> None:
    """Take a job back, unless a worker is at it at this moment.

    That one is not waited for: it waits for its subject perhaps, which the caller has locked. So
    what a job does must find nothing to do any more, once what it was for is gone.
    """
    free = select(Job.id).where(Job.id == job_id).with_for_update(skip_locked=True)
    session.execute(delete(Job).where(Job.id.in_(free)))


def finish(session: Session, job: Job, *, next_at: datetime | None = None) -> None:
    """It is done, for good or until it comes up again at ``next_at``."""
    ended = Job.id == job.id
    if next_at is None:
        session.execute(delete(Job).where(ended))
        return
    anew = {"due_at": next_at, "next_at": next_at, "attempts": 0, "error": None, "failed_at": None}
    session.execute(update(Job).where(ended).values(anew))


def hold(session: Session, job: Job, *, until: datetime) -> None:
    """Keep a job from other workers while this one is at it in no transaction."""
    session.execute(update(Job).where(Job.id == job.id).values(next_at=until))


def fail(
    session: Session,
    job: Job,
    error: str,
    *,
    attempt: int,
    most_attempts: int = MOST_ATTEMPTS,
    now: datetime,
) -> bool:
    """Note that an attempt failed, and when to try again; say whether there is another try.

    Also said before an attempt that may end the worker itself. Then it stands, unless ``finish`` or
    another word on the same attempt comes after it.
    """
    is_last = attempt >= most_attempts
    delay = timedelta(seconds=min(FIRST_SECONDS * GROWTH ** (attempt - 1), LONGEST_SECONDS))
    next_at = None if is_last else now + delay
    _note(session, job, error, attempts=attempt, next_at=next_at, now=now)
    return not is_last


def postpone(session: Session, job: Job, error: str, *, attempt: int, now: datetime) -> None:
    """Let others go first for a moment; this attempt does not count."""
    _note(session, job, error, attempts=attempt - 1, next_at=now + PAUSE, now=now)


def _note(
    session: Session,
    job: Job,
    error: str,
    *,
    attempts: int,
    next_at: datetime | None,
    now: datetime,
) -> None:
    noted = {"attempts": attempts, "error": error, "failed_at": now, "next_at": next_at}
    # Unless another worker has taken it up since: that one knows better.
    session.execute(update(Job).where(*queries.unchanged(job)).values(noted))
    for name, value in noted.items():
        setattr(job, name, value)


def retry(session: Session, job: Job, *, now: datetime) -> Job:
    """Let a job that failed be tried at once, and as often as a new one. Raises ``NotFailed``."""
    _require_failed(job)
    audit.note(session, SUBJECT, job.id, {"attempts": (job.attempts, 0)})
    job.attempts = 0
    job.next_at = now
    session.flush()
    return job


def abandon(session: Session, job: Job, works: Works, *, now: datetime) -> None:
    """Give a job that failed up: for good, or until it comes up again. Raises ``NotFailed``."""
    _require_failed(job)
    audit.note(session, SUBJECT, job.id, {"kind": (job.kind, None)})
    work = works.get(job.kind)
    if work is not None:
        work.abandon(session, job, now)
    finish(session, job, next_at=work.next_at(now) if isinstance(work, Work) else None)


def _require_failed(job: Job) -> None:
    if job.failed_at is None:
        message = (
            "Nothing has gone wrong with it. It is done, or taken back, where it was asked for."
        )
        raise NotFailed(message)
