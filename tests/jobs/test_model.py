"""Whatever is asked for, taken back, failing, deadly or missed: it goes as in a small model."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.foundation.errors import Conflict
from cms.foundation.http.edge import Edge
from cms.foundation.jobs import actions, queries
from tests.conftest import empty
from tests.jobs.desk import DELAYS, START, Desk, Killed

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(-50, 200)),
        st.tuples(st.just("pass"), st.sampled_from([0, 1, 5, 7, 20, 80, 400])),
        st.tuples(st.just("away"), st.sampled_from([1, 30, 500])),
        *(
            st.tuples(st.just(name), st.integers(0, 5))
            for name in ("break", "kill", "mend", "cancel", "retry")
        ),
    ),
    max_size=25,
)


@dataclass
class Expected:
    """A job as the model sees it."""

    subject: UUID
    next_at: datetime | None
    attempts: int = 0
    is_broken: bool = False
    is_deadly: bool = False
    has_failed: bool = False


@dataclass
class Model:
    """What should be left and what should be done, in order."""

    now: datetime = START
    left: dict[UUID, Expected] = field(default_factory=dict)
    done: list[UUID] = field(default_factory=list)
    # The worker has not come to the end of any job yet.
    is_new: bool = True

    def work(self) -> None:
        """Do what is due."""
        while due := [
            (one.next_at, id_)
            for id_, one in self.left.items()
            if one.next_at is not None and one.next_at <= self.now
        ]:
            _, id_ = min(due)
            job = self.left[id_]
            if job.is_deadly:
                if self.is_new or job.has_failed:
                    self.fail(job)
                self.is_new = True
            elif job.is_broken:
                self.fail(job)
            else:
                self.done.append(job.subject)
                del self.left[id_]
                self.is_new = False

    def fail(self, job: Expected) -> None:
        """Count an attempt."""
        job.attempts += 1
        job.has_failed = True
        more = job.attempts <= len(DELAYS)
        delay = timedelta(seconds=DELAYS[job.attempts - 1]) if more else None
        job.next_at = self.now + delay if delay else None


@given(steps=STEPS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_the_worker_follows_the_model(app: Edge, steps: list[tuple[str, Any]]) -> None:
    empty(app)
    desk, model = Desk(app.database), Model()
    for name, value in steps:
        _take(desk, model, name, value)
    desk.live_through(0)
    model.work()
    assert desk.done() == model.done
    assert {id_: (job.next_at, job.attempts) for id_, job in desk.left().items()} == {
        id_: (job.next_at, job.attempts) for id_, job in model.left.items()
    }


def _take(desk: Desk, model: Model, name: str, value: int) -> None:
    if name == "ask":
        job = desk.ask(value)
        model.left[job.id] = Expected(job.subject_id, job.due_at)
    elif name == "away":
        # No worker runs meanwhile.
        desk.now += timedelta(seconds=value)
        model.now = desk.now
    elif name == "pass":
        desk.live_through(value)
        model.now = desk.now
        model.work()
    elif model.left:
        id_ = sorted(model.left)[value % len(model.left)]
        _change(desk, model, name, id_)


def _change(desk: Desk, model: Model, name: str, id_: UUID) -> None:
    job = model.left[id_]
    if name == "break":
        job.is_broken = True
        desk.faults.setdefault(job.subject, Conflict("No."))
    elif name == "kill":
        job.is_deadly = True
        desk.faults[job.subject] = Killed()
    elif name == "mend":
        job.is_broken = job.is_deadly = False
        desk.faults.pop(job.subject, None)
    elif name == "cancel":
        with desk.database.transaction() as session:
            actions.cancel(session, id_)
        del model.left[id_]
    elif job.attempts:
        with desk.database.transaction() as session:
            actions.retry(session, queries.get(session, id_), now=desk.now)
        job.next_at, job.attempts = desk.now, 0
