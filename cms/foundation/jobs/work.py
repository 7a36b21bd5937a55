"""What doing the jobs of one kind means: given by the feature that asks for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from sqlalchemy.orm import Session

from cms.foundation.jobs.models import Job


class Run(Protocol):
    """Does a job in the transaction that ends it."""

    def __call__(
        self, session: Session, job: Job, /, *, prepared: Any, now: datetime
    ) -> datetime | None:
        """Whatever it raises fails this attempt and rolls back all that it wrote.

        Gives when there is more to do, where the kind recurs; if that is not known, nothing.
        """


def _prepare_nothing(_session: Session, _job: Job) -> None:
    """All of it is done in ``run``."""


def _leave_as_it_is(_session: Session, _job: Job, _now: datetime) -> None:
    """Nothing was waiting for the job."""


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs of one kind are done.

    ``run`` writes to the database only, and the job ends in the same transaction: so it has its
    effect once, however often it is begun. ``prepare`` is what takes long and needs only to read;
    what it gives goes to ``run``, which must be right without it too. ``abandon`` brings to order
    what a job was for that somebody gives up for good.

    Nobody asks for a kind with ``every``: there is always one job of it, which comes up again after
    so much time at the latest.
    """

    run: Run
    prepare: Callable[[Session, Job], Any] = _prepare_nothing
    abandon: Callable[[Session, Job, datetime], None] = _leave_as_it_is
    every: timedelta | None = None

    def next_at(self, now: datetime, wished: datetime | None = None) -> datetime | None:
        """When a job that was done at ``now`` comes up again; never, unless the kind recurs."""
        if self.every is None:
            return None
        latest = now + self.every
        return latest if wished is None else min(wished, latest)


Works: TypeAlias = Mapping[str, Work]
