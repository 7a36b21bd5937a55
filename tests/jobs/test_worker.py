"""Jobs are done once, when they are due, in order; one that fails stops no other."""

import threading
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError  # noqa: A004
from sqlalchemy.orm import Session

from cms.foundation.database import Database
from cms.foundation.errors import Conflict
from cms.foundation.jobs import actions, clock, queries
from cms.foundation.jobs.models import Job, Status
from cms.foundation.jobs.work import Work
from cms.foundation.jobs.worker import Worker
from tests.jobs.desk import DELAYS, KIND, Desk

PATIENCE_SECONDS = 30


def test_a_job_is_done_once_it_is_due_and_not_before(desk: Desk) -> None:
    job = desk.ask(10)

    desk.pass_time(9.999)
    assert (desk.done(), list(desk.left())) == ([], [job.id])

    desk.pass_time(0.001)
    assert (desk.done(), desk.left()) == ([job.subject_id], {})

    desk.pass_time(1000)
    assert desk.done() == [job.subject_id]


def test_what_was_missed_is_caught_up_in_the_order_in_which_it_was_due(desk: Desk) -> None:
    jobs = {seconds: desk.ask(seconds) for seconds in (50, 10, 40, 20, 30, 600)}

    desk.pass_time(500)

    assert desk.done() == [jobs[seconds].subject_id for seconds in (10, 20, 30, 40, 50)]
    assert list(desk.left()) == [jobs[600].id]


def test_a_job_is_asked_for_only_by_a_transaction_that_commits(desk: Desk) -> None:
    with desk.database.session() as session:
        actions.enqueue(session, "note", uuid.uuid4(), due_at=desk.now, now=desk.now)
        session.rollback()

    desk.pass_time(1)

    assert desk.done() == []


def test_a_job_can_be_taken_back(desk: Desk) -> None:
    job, other = desk.ask(), desk.ask()
    with desk.database.transaction() as session:
        actions.cancel(session, job.id)

    desk.pass_time(1)

    assert desk.done() == [other.subject_id]


def test_jobs_of_a_kind_that_this_worker_does_not_know_are_left_for_others(desk: Desk) -> None:
    strange, known = desk.ask(kind="of the next release"), desk.ask()

    desk.pass_time(1)

    assert desk.done() == [known.subject_id]
    assert desk.left()[strange.id].status(desk.now) == Status.DUE


def test_a_job_that_fails_leaves_no_trace_and_stops_no_other(desk: Desk) -> None:
    bad, good = desk.ask(1), desk.ask(2)
    desk.faults[bad.subject_id] = Conflict("Something stands against it.")

    desk.pass_time(3)

    assert desk.done() == [good.subject_id]
    left = desk.left()[bad.id]
    assert (left.attempts, left.error) == (1, "Something stands against it.")
    assert left.status(desk.now) == Status.RETRYING


def test_it_is_tried_again_at_growing_distances_and_then_no_more(desk: Desk) -> None:
    job = desk.ask()
    desk.faults[job.subject_id] = Conflict("No.")
    desk.pass_time(0)

    for attempt, delay in enumerate(DELAYS, start=1):
        desk.pass_time(delay - 0.001)
        assert desk.left()[job.id].attempts == attempt
        desk.pass_time(0.001)
        assert desk.left()[job.id].attempts == attempt + 1

    dead = desk.left()[job.id]
    assert (dead.status(desk.now), dead.next_at, dead.failed_at) == (Status.DEAD, None, desk.now)
    assert dead.due_at == job.due_at
    del desk.faults[job.subject_id]
    desk.pass_time(1_000_000)
    assert desk.done() == []


def test_a_dead_job_that_is_retried_is_done_and_gone(desk: Desk) -> None:
    job = dead_job(desk)
    del desk.faults[job]
    with desk.database.transaction() as session:
        (left,) = desk.left()
        actions.retry(session, queries.get(session, left), now=desk.now)

    desk.pass_time(0)

    assert (desk.done(), desk.left()) == ([job], {})


HOUR = timedelta(hours=1)


def recurring(desk: Desk, *wishes: timedelta | None) -> Worker:
    """A worker of a kind that comes up each hour; what it wishes for each time, from then on."""
    wished = iter(wishes)

    def run(session: Session, job: Job, *, prepared: Any, now: datetime) -> datetime | None:
        desk.works[KIND].run(session, job, prepared=prepared, now=now)
        wish = next(wished, None)
        return None if wish is None else now + wish

    return desk.another_worker({KIND: Work(run=run, every=HOUR)})


def test_what_recurs_is_there_by_itself_and_comes_up_again(desk: Desk) -> None:
    worker = recurring(desk)
    for times in (1, 2, 3):
        worker.run_due()
        recurring(desk).run_due()
        assert len(desk.done()) == times
        desk.now += HOUR - timedelta(milliseconds=1)
        worker.run_due()
        assert len(desk.done()) == times
        desk.now += timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("wish", "expected"),
    [(timedelta(minutes=5), timedelta(minutes=5)), (timedelta(days=5), HOUR), (None, HOUR)],
)
def test_what_recurs_may_come_up_sooner_but_not_later(
    desk: Desk, wish: timedelta | None, expected: timedelta
) -> None:
    recurring(desk, wish).run_due()

    (job,) = desk.left().values()
    assert (job.due_at, job.next_at) == (desk.now + expected, desk.now + expected)
    assert job.status(desk.now) == Status.WAITING


def failed_once(desk: Desk, worker: Worker) -> Job:
    """A recurring job that is broken, after its first attempt."""
    with desk.database.transaction() as session:
        actions.establish(session, KIND, now=desk.now)
    (job,) = desk.left().values()
    desk.faults[job.subject_id] = Conflict("No.")
    worker.run_due()
    failed = desk.left()[job.id]
    assert failed.attempts == 1
    return failed


def test_what_recurs_and_failed_begins_anew_once_it_is_done(desk: Desk) -> None:
    worker = recurring(desk)
    job = failed_once(desk, worker)

    del desk.faults[job.subject_id]
    desk.now += timedelta(seconds=DELAYS[0])
    worker.run_due()

    left = desk.left()[job.id]
    assert (left.attempts, left.error, left.next_at) == (0, None, desk.now + HOUR)


def test_what_recurs_and_is_given_up_waits_for_its_next_time(desk: Desk) -> None:
    job = failed_once(desk, recurring(desk))
    works = {KIND: Work(run=desk.works[KIND].run, every=HOUR)}

    with desk.database.transaction() as session:
        actions.abandon(session, queries.get(session, job.id), works, now=desk.now)

    left = desk.left()[job.id]
    assert (left.status(desk.now), left.next_at) == (Status.WAITING, desk.now + HOUR)


def dead_job(desk: Desk) -> uuid.UUID:
    """The subject of a job that has failed too often."""
    job = desk.ask()
    desk.faults[job.subject_id] = Conflict("No.")
    for delay in [0, *DELAYS]:
        desk.pass_time(delay)
    assert desk.left()[job.id].status(desk.now) == Status.DEAD
    return job.subject_id


@pytest.mark.parametrize(
    "fault",
    [OperationalError("UPDATE …", {}, Exception("lost")), TimeoutError("no connection")],
    ids=["operational", "pool"],
)
def test_a_failure_of_the_database_does_not_count_and_lets_others_go_first(
    desk: Desk, fault: Exception
) -> None:
    job, other = desk.ask(1), desk.ask(2)
    desk.faults[job.subject_id] = fault

    desk.pass_time(3)
    for _ in range(2 * len(DELAYS)):
        desk.pass_time(1)

    assert desk.done() == [other.subject_id]
    assert desk.left()[job.id].attempts == 0
    del desk.faults[job.subject_id]
    desk.pass_time(1)
    assert desk.done() == [other.subject_id, job.subject_id]


def test_an_error_that_people_read_holds_neither_statements_nor_values(desk: Desk) -> None:
    job = desk.ask()
    desk.faults[job.subject_id] = IntegrityError("INSERT hunter2", {"a": "hunter2"}, Exception())

    desk.pass_time(0)

    error = desk.left()[job.id].error or ""
    assert "IntegrityError" in error
    assert "hunter2" not in error
    assert "INSERT" not in error


def test_what_takes_long_is_prepared_where_a_transaction_keeps_others_waiting(desk: Desk) -> None:
    job = desk.ask()

    desk.pass_time(0)

    assert desk.prepared == [job.id if desk.database.is_sqlite else None]


def test_a_clock_of_the_worker_that_is_fast_makes_nothing_early(
    desk: Desk, database: Database
) -> None:
    with database.session(read_only=True) as session:
        desk.now = clock.now(session)
    job = desk.ask(3600)
    early = desk.ask(-1)
    worker = Worker(database, desk.works)

    with time_machine.travel(desk.now + timedelta(days=30)):
        worker.run_due()

    assert desk.done() == [early.subject_id]
    assert list(desk.left()) == [job.id]


def test_several_workers_do_each_job_once(desk: Desk) -> None:
    jobs = [desk.ask() for _ in range(60)]
    started = threading.Barrier(4)

    def work() -> None:
        started.wait()
        Worker(desk.database, desk.works, now=lambda _session: desk.now).run_due()

    together = [threading.Thread(target=work) for _ in range(4)]
    for one in together:
        one.start()
    for one in together:
        one.join(PATIENCE_SECONDS)
    # Whoever found only what others held has gone home; what those held is done too.
    assert sorted(desk.done()) == sorted(job.subject_id for job in jobs)
    assert desk.left() == {}


@pytest.fixture
def running(desk: Desk) -> Iterator[Any]:
    """A worker in a thread, by the database's own clock."""
    stop = threading.Event()
    worker = Worker(desk.database, desk.works)
    thread = threading.Thread(target=worker.run_until, args=(stop,))
    thread.stop = stop  # type: ignore[attr-defined]
    with desk.database.session(read_only=True) as session:
        desk.now = clock.now(session)
    yield thread
    stop.set()
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive()


def test_a_worker_that_is_told_to_stop_ends_the_job_in_hand_first(desk: Desk, running: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def wait(_job: Any) -> None:
        begun.set()
        assert go_on.wait(PATIENCE_SECONDS)

    desk.before_run = wait
    job, later = desk.ask(-2), desk.ask(-1)
    running.start()
    assert begun.wait(PATIENCE_SECONDS)
    running.stop.set()
    go_on.set()
    running.join(PATIENCE_SECONDS)

    assert desk.done() == [job.subject_id]
    assert list(desk.left()) == [later.id]


def test_a_worker_outlives_whatever_happens(
    desk: Desk, running: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.foundation.jobs.worker.AFTER_FAILURE_SECONDS", 0)
    failures = iter([ValueError("broken"), OperationalError("", {}, Exception("away"))])
    done = threading.Event()
    real = queries.outlook

    def outlook(*arguments: Any) -> Any:
        for failure in failures:
            raise failure
        return real(*arguments)

    monkeypatch.setattr(queries, "outlook", outlook)
    desk.before_run = lambda _job: done.set()
    desk.ask(-1)

    running.start()

    assert done.wait(PATIENCE_SECONDS)
