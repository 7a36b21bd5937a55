"""What is done outside of the database is done in no transaction, and as a rule once."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cms.foundation.errors import Conflict
from cms.foundation.jobs import actions
from cms.foundation.jobs.models import Job, Status
from cms.foundation.jobs.work import Errand, Works, lanes
from cms.foundation.jobs.worker import Worker
from tests.jobs.desk import KIND, Desk, Killed

OUTSIDE = "errand"
LONGEST = timedelta(minutes=2)
MOST_ATTEMPTS = 12
PATIENCE_SECONDS = 30


class Road:
    """Where errands lead: what was done there, and what happens on the way."""

    def __init__(self, desk: Desk) -> None:
        """For the jobs of ``desk``."""
        self.desk = desk
        self.done: list[uuid.UUID] = []
        self.gone: set[uuid.UUID] = set()
        self.on_the_way: Callable[[uuid.UUID], None] = lambda _subject: None
        errand = Errand(self._find, self._act, LONGEST, most_attempts=MOST_ATTEMPTS)
        self.works: Works = {**desk.works, OUTSIDE: errand}
        desk.worker = self.worker()

    def worker(self) -> Worker:
        """One more."""
        return self.desk.another_worker(self.works)

    def ask(self, seconds: float = 0) -> Job:
        """An errand that is due so many seconds after now."""
        return self.desk.ask(seconds, kind=OUTSIDE)

    def _find(self, session: Session, job: Job, now: datetime) -> uuid.UUID | None:
        assert session.in_transaction()
        assert now == self.desk.now
        return None if job.subject_id in self.gone else job.subject_id

    def _act(self, subject: uuid.UUID) -> None:
        self.on_the_way(subject)
        self.done.append(subject)


@pytest.fixture
def road(desk: Desk) -> Road:
    """A desk that also asks for errands."""
    return Road(desk)


def test_an_errand_is_done_once_it_is_due_and_then_gone(desk: Desk, road: Road) -> None:
    job = road.ask(10)

    desk.pass_time(9.999)
    assert road.done == []
    desk.pass_time(0.001)
    desk.pass_time(1000)

    assert (road.done, desk.left()) == ([job.subject_id], {})


def test_what_is_no_longer_to_be_done_is_left_and_the_job_gone(desk: Desk, road: Road) -> None:
    job = road.ask()
    road.gone.add(job.subject_id)

    desk.pass_time(0)

    assert (road.done, desk.left()) == ([], {})


def test_meanwhile_others_write_and_no_other_worker_takes_it(desk: Desk, road: Road) -> None:
    def look_around(_subject: uuid.UUID) -> None:
        # On SQLite nobody could write beside a transaction, and this would wait for ever.
        other = desk.ask()
        assert road.worker().run_due()
        assert desk.done() == [other.subject_id]

    road.on_the_way = look_around
    job = road.ask()

    desk.pass_time(0)

    assert (road.done, desk.left()) == ([job.subject_id], {})


def test_what_a_worker_began_that_was_killed_is_done_when_its_time_is_over(
    desk: Desk, road: Road
) -> None:
    def kill(_subject: uuid.UUID) -> None:
        raise Killed

    road.on_the_way = kill
    job = road.ask()
    with pytest.raises(Killed):
        desk.pass_time(0)
    road.on_the_way = lambda _subject: None

    desk.pass_time(LONGEST.total_seconds() - 0.001)
    assert road.done == []
    desk.pass_time(0.001)

    assert (road.done, desk.left()) == ([job.subject_id], {})


def test_one_that_fails_is_tried_again_each_hour_in_the_end_and_then_dead(
    desk: Desk, road: Road
) -> None:
    def refuse(_subject: uuid.UUID) -> None:
        raise Conflict("Nobody is at home.")

    road.on_the_way = refuse
    job = road.ask()
    desk.pass_time(0)

    for attempt, delay in enumerate([5, 20, 80, 320, 1280, *[3600] * 6], start=1):
        left = desk.left()[job.id]
        assert (left.attempts, left.error) == (attempt, "Nobody is at home.")
        assert left.next_at == desk.now + timedelta(seconds=delay)
        desk.pass_time(delay)

    assert desk.left()[job.id].status(desk.now) == Status.DEAD


def test_a_database_that_is_lost_before_it_begins_delays_it(
    desk: Desk, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [OperationalError("UPDATE", {}, Exception("lost"))]
    hold = actions.hold

    def failing(*arguments: Any, **named: Any) -> None:
        hold(*arguments, **named)
        if lost:
            raise lost.pop()

    monkeypatch.setattr(actions, "hold", failing)
    job = road.ask()
    desk.pass_time(0)
    assert (road.done, desk.left()[job.id].attempts) == ([], 0)

    desk.pass_time(1)

    assert (road.done, desk.left()) == ([job.subject_id], {})


def test_a_database_that_is_lost_after_it_repeats_it_late_and_not_at_once(
    desk: Desk, road: Road, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = [OperationalError("DELETE", {}, Exception("lost"))]
    finish = actions.finish

    def failing(*arguments: Any) -> None:
        if lost:
            raise lost.pop()
        finish(*arguments)

    monkeypatch.setattr(actions, "finish", failing)
    job = road.ask()
    with pytest.raises(OperationalError):
        desk.pass_time(0)
    desk.pass_time(60)
    assert road.done == [job.subject_id]

    desk.pass_time(60)

    assert (road.done, desk.left()) == ([job.subject_id] * 2, {})


def test_several_workers_do_each_errand_once(desk: Desk, road: Road) -> None:
    jobs = [road.ask() for _ in range(40)]
    started = threading.Barrier(4)

    def work() -> None:
        started.wait()
        road.worker().run_due()

    together = [threading.Thread(target=work) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join(PATIENCE_SECONDS)

    assert sorted(road.done) == sorted(job.subject_id for job in jobs)
    assert desk.left() == {}


def test_errands_have_a_worker_of_their_own(desk: Desk, road: Road) -> None:
    inside, outside = lanes(road.works)
    assert (set(inside), set(outside)) == ({KIND}, {OUTSIDE})
    assert lanes(desk.works) == [desk.works]
    punctual, errand = desk.ask(), road.ask()

    desk.another_worker(inside).run_due()
    assert (desk.done(), road.done) == ([punctual.subject_id], [])
    desk.another_worker(outside).run_due()

    assert road.done == [errand.subject_id]
