"""Jobs whose effect can be counted, and a clock that stands still until it is moved."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.editions import versions
from cms.editions.models import Change
from cms.foundation.database import Database
from cms.foundation.jobs import actions
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import Work, Works
from cms.foundation.jobs.worker import Worker

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
KIND = "note"
# Seconds from one attempt to the next.
DELAYS = [5, 20, 80, 320]


class Killed(BaseException):
    """The process ends here: nothing happens that the worker would do after it."""


class Desk:
    """Asks for jobs of one kind; each takes a site version, which can be counted."""

    def __init__(self, database: Database) -> None:
        """At the ``START``."""
        self.database = database
        self.now = START
        # What is raised for a subject after it was written.
        self.faults: dict[uuid.UUID, BaseException] = {}
        self.prepared: list[Any] = []
        self.abandoned: list[uuid.UUID] = []
        self.before_run: Callable[[Job], None] = lambda _job: None
        self.works: dict[str, Work] = {KIND: Work(self._run, self._prepare, self._abandon)}
        self.worker = self.another_worker()

    def another_worker(self, works: Works | None = None) -> Worker:
        """One that has done nothing yet; of these ``works``, or of the desk's own."""
        return Worker(self.database, works or self.works, now=lambda _session: self.now)

    def ask(self, seconds: float = 0, *, kind: str = KIND) -> Job:
        """A job that is due so many seconds after now."""
        with self.database.transaction() as session:
            due_at = self.now + timedelta(seconds=seconds)
            return actions.enqueue(session, kind, uuid.uuid4(), due_at=due_at, now=self.now)

    def pass_time(self, seconds: float) -> None:
        """So much later, with the worker at work again."""
        self.now += timedelta(seconds=seconds)
        self.worker.run_due()

    def live_through(self, seconds: float) -> None:
        """So much later; as often as the worker dies, another takes its place."""
        self.now += timedelta(seconds=seconds)
        while True:
            try:
                self.worker.run_due()
            except Killed:
                self.worker = self.another_worker()
            else:
                return

    def done(self) -> list[uuid.UUID]:
        """The subjects of what was done, in order."""
        with self.database.session(read_only=True) as session:
            return list(session.scalars(select(Change.subject_id).order_by(Change.version)))

    def left(self) -> dict[uuid.UUID, Job]:
        """The jobs that are not done."""
        with self.database.session(read_only=True) as session:
            return {job.id: job for job in session.scalars(select(Job))}

    def _run(self, session: Session, job: Job, *, prepared: Any, now: datetime) -> None:
        self.before_run(job)
        self.prepared.append(prepared)
        versions.note(session, job.kind, job.subject_id, now=now)
        if job.subject_id in self.faults:
            raise self.faults[job.subject_id]

    def _prepare(self, _session: Session, job: Job) -> Any:
        return job.id

    def _abandon(self, _session: Session, job: Job, _now: datetime) -> None:
        self.abandoned.append(job.subject_id)
