"""What doing the jobs of one kind means: given by the feature that asks for them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeAlias

from sqlalchemy.orm import Session

from cms.foundation.jobs.models import Job


class Run(Protocol):
    """Does a job in the transaction that ends it."""

    def __call__(self, session: Session, job: Job, *, prepared: Any, now: datetime) -> None:
        """Whatever it raises fails this attempt and rolls back all that it wrote."""


@dataclass(frozen=True, slots=True)
class Work:
    """How jobs of one kind are done.

    ``run`` writes to the database only, and the job ends in the same transaction: so it has its
    effect once, however often it is begun. ``prepare`` is what takes long and needs only to read;
    what it gives goes to ``run``, which must be right without it too. ``abandon`` brings to order
    what a job was for that somebody gives up for good.
    """

    run: Run
    prepare: Callable[[Session, Job], Any]
    abandon: Callable[[Session, Job, datetime], None]


Works: TypeAlias = Mapping[str, Work]
