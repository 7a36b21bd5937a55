"""Writes what was prepared: some lines at a time, each time in one transaction."""

import random
import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple, Self

from sqlalchemy.exc import DBAPIError

from cms.accounts.permissions import Caller
from cms.commands.load.preparing import Line, Prepared
from cms.content.loading import actions
from cms.content.loading.actions import Known, Source
from cms.content.loading.assembling import Portion
from cms.foundation import audit, moments
from cms.foundation.database import Database
from cms.foundation.errors import CmsError

# So many times what is prepared at a time, 500 posts at most, under one version and in one
# transaction. Readers see them together; who else writes waits meanwhile.
BATCH = 10
# Each is created by itself: more of them would let the others wait for too long.
MOST_NEW_NAMES = 200
TRIES = 20
# In seconds.
LONGEST_PAUSE = 0.1


class Batch(NamedTuple):
    """What is loaded in one transaction."""

    lines: list[Line]
    portions: list[Portion]

    @classmethod
    def of(cls, some: list[Prepared]) -> Self:
        """Of what was prepared, in order."""
        return cls([line for one in some for line in one.lines], [one.portion for one in some])

    def faults(self, refused: dict[int, str]) -> dict[int, str]:
        """What is wrong, by the numbers of lines; ``refused`` are posts by their places."""
        numbers = [line.number for line in self.lines if line.has_post]
        return {
            **{line.number: line.fault for line in self.lines if line.fault},
            **{numbers[place]: fault for place, fault in refused.items()},
        }


def batches(prepared: Iterable[Prepared], known: Known) -> Iterator[Batch]:
    """Until there is enough of posts or of names that are not known yet."""
    batch: list[Prepared] = []
    unknown = set[object]()
    for some in chain.from_iterable(_small_enough(one, known) for one in prepared):
        new = known.names.unknown(some.portion.posts)
        if len(batch) == BATCH or (batch and len(unknown | new) > MOST_NEW_NAMES):
            yield Batch.of(batch)
            batch, unknown = [], set()
        batch.append(some)
        unknown |= new
    if batch:
        yield Batch.of(batch)


def _small_enough(some: Prepared, known: Known) -> Iterator[Prepared]:
    if len(known.names.unknown(some.portion.posts)) <= MOST_NEW_NAMES:
        yield some
        return
    posts = iter(some.portion.posts)
    for line in some.lines:
        yield Prepared([line], Portion([next(posts)] if line.has_post else []))


def check(database: Database, batch: Batch, taken: set[str]) -> dict[int, str]:
    """What is wrong with which lines; ``taken`` as in ``actions.check``."""
    with database.session(read_only=True) as session:
        return batch.faults(actions.check(session, batch.portions, taken))


def write(
    database: Database, source: Source, batch: Batch, known: Known, *, by: Caller
) -> dict[int, str]:
    """Load a batch; gives what is wrong with which lines.

    What others do at the same time may make it fail: then it is tried again.
    """
    tries_left = TRIES
    while True:
        try:
            return batch.faults(_add(database, source, batch, known, by=by))
        except (DBAPIError, CmsError) as error:
            tries_left -= 1
            if not (tries_left and actions.may_go_on(error)):
                raise
            known.forget()
            batch = batch._replace(portions=[Portion(one.posts) for one in batch.portions])
            # Not again at the same moment as who was in the way.
            time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - no secret


def _add(
    database: Database, source: Source, batch: Batch, known: Known, *, by: Caller
) -> dict[int, str]:
    """Load a batch and note that it is done, in one transaction."""
    now = moments.now()
    with database.transaction() as session:
        audit.sign(session, by.id, by.name)
        first, last = batch.lines[0].number, batch.lines[-1].number
        actions.note(session, source, after=first - 1, lines=last, now=now)
        return actions.add(session, batch.portions, known=known, by=by, now=now)
