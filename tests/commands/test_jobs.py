"""`cms worker` and `cms jobs`."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from cms.app import WORKS
from cms.content.posts.trash import emptying
from cms.foundation.database import Database
from cms.foundation.errors import Conflict
from cms.foundation.jobs.models import Job
from tests.commands.conftest import Cms
from tests.jobs.desk import KIND, Desk

DAY = 86_400


@pytest.fixture
def desk(
    migrated: Cms,  # noqa: ARG001 - the tables
    stored: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    """A desk at the present, whose jobs `cms worker` does."""
    desk = Desk(stored)
    desk.now = datetime.now(UTC)
    monkeypatch.setitem(WORKS, KIND, desk.works[KIND])
    return desk


def listed(cms: Cms, *options: str) -> Any:
    """What `cms jobs list` says to machines."""
    outcome = cms("jobs", "list", "--json", *options)
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def a_dead_job(desk: Desk) -> Job:
    """One that has failed too often."""
    job = desk.ask(-DAY)
    desk.faults[job.subject_id] = Conflict("The slug is taken.")
    for _ in range(5):
        desk.pass_time(1000)
    return job


def test_what_is_due_is_done_once_and_the_worker_stops(migrated: Cms, desk: Desk) -> None:
    due, waiting = desk.ask(-DAY), desk.ask(DAY)

    for _ in range(2):
        outcome = migrated("worker", "--once")
        assert outcome.code == 0

    assert desk.done() == [due.subject_id]
    left = desk.left()
    assert {job.kind for job in left.values()} == {KIND, emptying.KIND}
    assert [one for one in left if left[one].kind == KIND] == [waiting.id]


def test_jobs_are_listed_for_people_and_for_machines(migrated: Cms, desk: Desk) -> None:
    dead, waiting = a_dead_job(desk), desk.ask(2 * DAY)

    assert [one["id"] for one in listed(migrated)] == [str(dead.id), str(waiting.id)]
    (one,) = listed(migrated, "--status", "dead")
    assert (one["status"], one["error"]) == ("dead", "The slug is taken.")
    shown = migrated("jobs", "list").out
    assert all(word in shown for word in (str(dead.id), "The slug is taken.", "waiting"))
    assert len(listed(migrated, "--limit", "1")) == 1


def test_an_empty_list_says_so(migrated: Cms) -> None:
    assert migrated("jobs", "list").out == "There are none.\n"
    assert listed(migrated) == []


@pytest.mark.parametrize("by_id", [True, False], ids=["by id", "all dead"])
def test_dead_jobs_are_tried_again(migrated: Cms, desk: Desk, by_id: bool) -> None:  # noqa: FBT001
    job = a_dead_job(desk)
    desk.faults.clear()

    outcome = migrated("jobs", "retry", str(job.id) if by_id else "--dead")

    assert outcome.out == "To be tried again: 1.\n"
    assert migrated("worker", "--once").code == 0
    assert desk.done() == [job.subject_id]


def test_a_job_that_waits_or_is_unknown_is_not_retried(migrated: Cms, desk: Desk) -> None:
    for job_id in (desk.ask(DAY).id, uuid.uuid4()):
        outcome = migrated("jobs", "retry", str(job_id))
        assert outcome.is_one_clear_line()


@pytest.mark.parametrize("arguments", [[], ["--dead", str(uuid.uuid4())], ["nonsense"]])
def test_retry_wants_ids_or_all(migrated: Cms, arguments: list[str]) -> None:
    assert migrated("jobs", "retry", *arguments).code == 2


def test_a_worker_wants_a_database_that_is_migrated(cms: Cms) -> None:
    assert cms("worker", "--once").is_one_clear_line()
