"""A job that ends its worker is not tried for ever, keeps no other waiting, and dies by itself."""

import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, event

from cms.foundation.database import Database
from cms.foundation.jobs import actions, queries
from cms.foundation.jobs.models import Job, Status
from cms.foundation.jobs.worker import DIED
from tests.jobs import deadly
from tests.jobs.desk import DELAYS, Desk, Killed

ROOT = Path(__file__).parents[2]


def a_deadly_job(desk: Desk, seconds: float = 0) -> Job:
    """One that ends whichever worker comes to it."""
    job = desk.ask(seconds)
    desk.faults[job.subject_id] = Killed()
    return job


def die(desk: Desk, *, after: float = 0) -> None:
    """Work until the worker dies, so many seconds later; another takes its place."""
    desk.now += timedelta(seconds=after)
    with pytest.raises(Killed):
        desk.worker.run_due()
    desk.worker = desk.another_worker()


def test_other_jobs_are_done_after_the_second_death(desk: Desk) -> None:
    first, bad = desk.ask(-3), a_deadly_job(desk, -2)
    others = [desk.ask(-1), desk.ask(0)]

    die(desk)
    assert desk.left()[bad.id].attempts == 0, "this worker had done another job before"
    die(desk)
    desk.worker.run_due()

    assert desk.done() == [job.subject_id for job in (first, *others)]
    left = desk.left()[bad.id]
    assert (left.attempts, left.error, left.failed_at) == (1, DIED, desk.now)
    assert left.next_at == desk.now + timedelta(seconds=DELAYS[0])
    assert left.status(desk.now) == Status.RETRYING


def test_it_is_tried_at_growing_distances_and_then_is_dead(desk: Desk) -> None:
    bad = a_deadly_job(desk)

    for delay in [0, *DELAYS]:
        desk.now += timedelta(seconds=delay) - timedelta(milliseconds=1)
        if delay:
            # This worker does another job before; what failed once is counted all the same.
            desk.ask(-1000)
        desk.worker.run_due()
        die(desk, after=0.001)

    left = desk.left()[bad.id]
    assert (left.status(desk.now), left.attempts, left.error) == (Status.DEAD, 5, DIED)
    desk.pass_time(1_000_000)
    assert bad.subject_id not in desk.done()


def test_a_good_job_whose_worker_was_killed_four_times_in_a_row_is_done(desk: Desk) -> None:
    good = a_deadly_job(desk)
    for delay in [0, *DELAYS[:3]]:
        die(desk, after=delay)
    del desk.faults[good.subject_id]

    desk.pass_time(DELAYS[3])

    assert (desk.done(), desk.left()) == ([good.subject_id], {})


def test_a_job_that_is_dead_since_its_workers_died_can_be_retried(desk: Desk) -> None:
    bad = a_deadly_job(desk)
    for delay in [0, *DELAYS]:
        die(desk, after=delay)
    del desk.faults[bad.subject_id]

    with desk.database.transaction() as session:
        actions.retry(session, queries.get(session, bad.id), now=desk.now)
    desk.worker.run_due()

    assert (desk.done(), desk.left()) == ([bad.subject_id], {})


def test_an_ordinary_job_takes_one_transaction_that_writes(desk: Desk) -> None:
    commits: list[Any] = []

    def note(connection: Connection) -> None:
        commits.append(connection)

    for _ in range(5):
        desk.ask()
    event.listen(desk.database.writer, "commit", note)

    desk.worker.run_due()

    event.remove(desk.database.writer, "commit", note)
    assert len(desk.done()) == 5
    assert len(commits) == 5 + 1, "the first of a new worker is counted before"


def test_a_job_that_changed_since_it_was_found_is_left_alone(desk: Desk) -> None:
    job = desk.ask()
    with desk.database.transaction() as session:
        assert queries.claim(session, job)
    found = desk.left()[job.id]
    with desk.database.transaction() as session:
        actions.fail(session, job, "No.", attempt=1, now=desk.now)

    with desk.database.transaction() as session:
        assert not queries.claim(session, found)
        actions.fail(session, found, "Late.", attempt=1, now=desk.now + timedelta(days=1))

    assert (desk.left()[job.id].error, desk.left()[job.id].failed_at) == ("No.", desk.now)


def test_nobody_takes_what_another_worker_has_begun(desk: Desk) -> None:
    job = desk.ask()
    seen: list[tuple[int, bool]] = []

    def look(_job: Job) -> None:
        seen.append((desk.left()[job.id].attempts, desk.another_worker().run_due()))

    desk.before_run = look
    desk.worker.run_due()

    assert seen == [(1, False)]
    assert desk.done() == [job.subject_id]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [deadly.RUN, deadly.PREPARE])
def test_processes_that_a_job_ends_do_all_others_and_then_let_it_be(desk: Desk, kind: str) -> None:
    if kind == deadly.PREPARE and not desk.database.is_sqlite:
        pytest.skip("nothing is prepared there")
    others = [desk.ask(-2), desk.ask(0), desk.ask(1), desk.ask(100)]
    bad = desk.ask(-1, kind=kind)
    deaths = 0
    while True:
        if code := worked(desk.database, desk.now):
            assert code == deadly.CODE
            deaths += 1
            assert deaths <= 6
            continue
        moments = [job.next_at for job in desk.left().values() if job.next_at is not None]
        if not moments:
            break
        desk.now = min(moments)

    assert deaths == 6
    assert desk.done() == [job.subject_id for job in others]
    (left,) = desk.left().values()
    assert (left.id, left.status(desk.now), left.error) == (bad.id, Status.DEAD, DIED)


def worked(database: Database, now: datetime) -> int:
    """How a process ended that did what is due at ``now``."""
    address = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.jobs.deadly", address, now.isoformat()]
    return subprocess.run(  # noqa: S603 - our own words
        command, cwd=ROOT, check=False, timeout=120
    ).returncode
