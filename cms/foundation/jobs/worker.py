"""The worker: takes the jobs that are due, one after the other, and does them."""

import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError  # noqa: A004
from sqlalchemy.orm import Session

from cms.foundation import audit
from cms.foundation.database import Database, took_too_long
from cms.foundation.errors import CmsError
from cms.foundation.jobs import actions, clock, queries
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import AttemptFailed, Errand, Work, Works

# How often to look whether something has become due that was not there at the last look.
LOOK_AGAIN_SECONDS = 0.5
AFTER_FAILURE_SECONDS = 1.0
# What stands with a job whose worker did not live to say anything else.
DIED = "The worker died in it: of this job, or killed from outside."


class Worker:
    """Does the jobs of one database. Any number of workers may run at once, and be killed.

    A job is claimed, done and ended in one transaction: a worker that dies leaves it as it was. But
    an errand is claimed in one and ended in another, and left until its time is over. So that a job
    which ends its worker does not do so for ever, attempts of those that may be such are counted
    before they begin; ordinary jobs cost no second write.
    """

    def __init__(
        self,
        database: Database,
        works: Works,
        *,
        now: Callable[[Session], datetime] = clock.now,
    ) -> None:
        """``works`` says how; jobs of other kinds are left alone. ``now``: whose clock counts."""
        self._database = database
        self._works = works
        self._now = now
        self._has_begun = False
        # Whether it has come to the end of a job in this process.
        self._has_survived = False

    def run_until(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set, and end the job in hand first."""
        main = threading.main_thread()
        while not stop.is_set() and main.is_alive():
            try:
                self._begin()
                pause = self._pause()
                if not pause:
                    # What is due and was not found is in the hands of another worker.
                    pause = 0.0 if self.run_due(stop) else LOOK_AGAIN_SECONDS
            except Exception as error:  # noqa: BLE001 - it must outlive whatever happens
                _complain(error)
                self._database.look_anew()
                pause = AFTER_FAILURE_SECONDS
            stop.wait(pause)
        self._database.look_anew()

    def run_due(self, stop: threading.Event | None = None) -> bool:
        """Do what is due, oldest first, until nothing is; say whether there was anything."""
        self._begin()
        found = False
        while (stop is None or not stop.is_set()) and self._run_next():
            found = True
        return found

    def _begin(self) -> None:
        """See to it, once, that what recurs is there."""
        recurring = [
            kind for kind, work in self._works.items() if isinstance(work, Work) and work.every
        ]
        if recurring and not self._has_begun:
            with self._database.transaction() as session:
                for kind in recurring:
                    actions.establish(session, kind, now=self._now(session))
        self._has_begun = True

    def _pause(self) -> float:
        """Seconds until it is worth looking again."""
        now, next_at = queries.outlook(self._database.look(), self._works)
        if next_at is None:
            return LOOK_AGAIN_SECONDS
        return max(0.0, min(LOOK_AGAIN_SECONDS, (next_at - now).total_seconds()))

    def _run_next(self) -> bool:
        """Do the job that has been due for longest; say whether there was one."""
        job = self._peek()
        if job is None:
            return False
        attempt = job.attempts + 1
        if not self._may_be_deadly(job) or self._note_death(job, attempt):
            self._do(job, attempt)
        return True

    def _peek(self) -> Job | None:
        """The job whose turn it is, out of those that no other worker has in hand."""
        with self._database.session(read_only=True) as session:
            return session.scalar(queries.next_due(self._works, now=self._now(session)))

    def _may_be_deadly(self, job: Job) -> bool:
        """Whether this job may have ended a worker: one that failed, or is the first of a new one.

        A job that ends its process is still first in line when the next process comes to it.
        """
        return job.failed_at is not None or not self._has_survived

    def _note_death(self, job: Job, attempt: int) -> bool:
        """Count the attempt before it begins; not if another worker was faster.

        In a transaction of its own: what that of the job writes is lost with the process.
        """
        with self._database.transaction() as session:
            if not queries.claim(session, job):
                return False
            self._count(session, job, attempt, DIED)
        _log(job, attempt).info("job_begun")
        return True

    def _do(self, job: Job, attempt: int) -> None:
        """Do a job, unless another worker was faster."""
        rest = None
        try:
            prepared = self._prepare(job)
            with self._database.transaction() as session:
                now = self._now(session)
                if not queries.claim(session, job):
                    return
                rest = self._carry_out(session, job, prepared=prepared, now=now)
            if rest is not None:
                rest()
        except Exception as error:  # noqa: BLE001 - whatever it is, it fails this job only
            self._fail(job, attempt, error)
            return
        if rest is not None:
            # What fails here is no failure of the job, which has had its effect.
            with self._database.transaction() as session:
                actions.finish(session, job)
        self._has_survived = True
        late = round((now - job.due_at).total_seconds(), 3)
        _log(job, attempt).info("job_done", seconds_late=late)

    def _carry_out(
        self, session: Session, job: Job, *, prepared: Any, now: datetime
    ) -> Callable[[], None] | None:
        """Do all of a job that belongs into the transaction; gives what is left to be done."""
        work, next_at = self._works[job.kind], None
        audit.start(session, audit.Origin(action=job.kind))
        if isinstance(work, Work):
            wished = work.run(session, job, prepared=prepared, now=now)
            next_at = work.next_at(now, wished)
        elif (what := work.find(session, job, now)) is not None:
            until = now + work.longest
            actions.hold(session, job, until=until)
            return partial(_act, work, what, job, until)
        actions.finish(session, job, next_at=next_at)
        return None

    def _prepare(self, job: Job) -> Any:
        """What takes long, before the transaction: on SQLite that keeps all others from writing."""
        work = self._works[job.kind]
        if not self._database.is_sqlite or not isinstance(work, Work):
            return None
        with self._database.session(read_only=True) as session:
            return work.prepare(session, job)

    def _fail(self, job: Job, attempt: int, error: Exception) -> None:
        """Write down what went wrong, in a transaction of its own."""
        log = _log(job, attempt)
        with self._database.transaction() as session:
            if _is_passing(error):
                log.warning("job_postponed", error=repr(error))
                message, now = "The database had no time.", self._now(session)
                actions.postpone(session, job, message, attempt=attempt, now=now)
            elif self._count(session, job, attempt, _told(error)):
                log.warning("job_failed", **_logged(error))
            else:
                log.error("job_dead", **_logged(error))

    def _count(self, session: Session, job: Job, attempt: int, error: str) -> bool:
        """Note that this attempt failed; say whether there is another."""
        most_attempts, now = self._works[job.kind].most_attempts, self._now(session)
        return actions.fail(
            session, job, error, attempt=attempt, most_attempts=most_attempts, now=now
        )


def _act(errand: Errand, what: Any, job: Job, until: datetime) -> None:
    # As it stands since the commit; by this it is known to be still ours, should this fail.
    job.next_at = until
    errand.act(what)


def _is_passing(error: Exception) -> bool:
    """Whether the database failed, and not the job: lost, locked for long, a deadlock."""
    if isinstance(error, OperationalError):
        return not took_too_long(error)
    return isinstance(error, TimeoutError)


def _told(error: Exception) -> str:
    """What people may read of an error: never a statement with its values, never our insides."""
    if isinstance(error, CmsError | AttemptFailed):
        return str(error)
    return f"Something broke here ({type(error).__name__}). The log of the worker says what."


def _logged(error: Exception) -> dict[str, Any]:
    """A situation in its words; an accident with where it happened."""
    if isinstance(error, CmsError | AttemptFailed):
        return {"error": str(error)}
    return {"exc_info": error}


def _complain(error: Exception) -> None:
    """In the log; whatever it is, it must not end the worker."""
    log = structlog.get_logger()
    if isinstance(error, DBAPIError | TimeoutError):
        log.error("worker_waits_for_database", error=str(error))
    else:
        log.error("worker_failed", exc_info=error)


def _log(job: Job, attempt: int) -> Any:
    return structlog.get_logger().bind(
        job=str(job.id), kind=job.kind, subject=str(job.subject_id), attempt=attempt
    )
