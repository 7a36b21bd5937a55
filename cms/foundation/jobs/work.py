"""What doing the jobs of one kind means: given by the feature that asks for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeAlias

from sqlalchemy.orm import Session

from cms.foundation.jobs.models import Job

MOST_ATTEMPTS = 5


class AttemptFailed(Exception):
    """It could not be done now; says why, in words that people may read."""


class Run(Protocol):
    """Does a job in the transaction that ends it."""

    def __call__(
        self, session: Session, job: Job, /, *, prepared: Any, now: datetime
    ) -> datetime | None:
        """Whatever it raises fails this attempt and rolls back all that it wrote.

        Gives when there is more to do, where the kind recurs; if that is not known, nothing.
        """


def nothing(*_given: Any) -> None:
    """There is nothing to prepare, or to bring to order."""


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
    prepare: Callable[[Session, Job], Any] = nothing
    abandon: Callable[[Session, Job, datetime], None] = nothing
    every: timedelta | None = None
    most_attempts: int = MOST_ATTEMPTS

    def next_at(self, now: datetime, wished: datetime | None = None) -> datetime | None:
        """When a job that was done at ``now`` comes up again; never, unless the kind recurs."""
        if self.every is None:
            return None
        latest = now + self.every
        return latest if wished is None else min(wished, latest)


@dataclass(frozen=True, slots=True)
class Errand:
    """How jobs are done whose effect is not in the database, such as a mail.

    ``find`` reads what is to be done; ``None``: nothing any more. ``act`` does it, in no
    transaction, while the job is kept from other workers for ``longest``. A worker that dies before
    it could end the job leaves it to be done a second time: at least once, and as a rule once.
    """

    find: Callable[[Session, Job, datetime], Any]
    act: Callable[[Any], None]
    longest: timedelta
    abandon: Callable[[Session, Job, datetime], None] = nothing
    most_attempts: int = MOST_ATTEMPTS


Works: TypeAlias = Mapping[str, Work | Errand]


def lanes(works: Works) -> list[Works]:
    """The works that are to have a worker each: nothing is late because a mail server is slow."""
    inside = {kind: work for kind, work in works.items() if isinstance(work, Work)}
    outside = {kind: work for kind, work in works.items() if isinstance(work, Errand)}
    return [lane for lane in (inside, outside) if lane]
