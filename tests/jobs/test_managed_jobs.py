"""Jobs as admins see them over HTTP."""

import uuid
from typing import Any

import pytest

from cms.foundation.errors import Conflict
from cms.foundation.http.edge import Edge
from cms.foundation.jobs import clock
from tests.callers import Caller
from tests.jobs.desk import Desk

JOBS = "/api/v1/manage/jobs"
FAR = 1_000_000_000


@pytest.fixture
def desk(app: Edge, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A desk at the present, whose kinds the application knows."""
    desk = Desk(app.database)
    with app.database.session(read_only=True) as session:
        desk.now = clock.now(session)
    monkeypatch.setitem(app.extensions, "cms.works", desk.works)
    return desk


def a_failed_job(desk: Desk, *, attempts: int) -> str:
    """The id of a job that failed so often."""
    job = desk.ask(-FAR)
    desk.faults[job.subject_id] = Conflict("The slug is taken.")
    begun = desk.now
    for _ in range(attempts):
        desk.worker.run_due()
        next_at = desk.left()[job.id].next_at
        desk.now = next_at or desk.now
    desk.now = begun
    return str(job.id)


def listed(admin: Caller, query: str = "") -> list[dict[str, Any]]:
    """The jobs of one page."""
    answer = admin.get(f"{JOBS}{query}")
    assert answer.status_code == 200
    data: list[dict[str, Any]] = answer.get_json()["data"]
    return data


def test_each_job_is_listed_with_where_it_stands(admin: Caller, desk: Desk) -> None:
    dead, retrying = a_failed_job(desk, attempts=5), a_failed_job(desk, attempts=1)
    due, waiting = str(desk.ask(-60).id), str(desk.ask(3600).id)
    expected = {dead: "dead", retrying: "retrying", due: "due", waiting: "waiting"}

    assert {one["id"]: one["status"] for one in listed(admin)} == expected
    for job_id, status in expected.items():
        assert [one["id"] for one in listed(admin, f"?status={status}")] == [job_id]
    (one,) = listed(admin, "?status=dead")
    assert (one["attempts"], one["error"], one["next_at"]) == (5, "The slug is taken.", None)
    assert listed(admin, "?kind=other") == []
    assert len(listed(admin, "?kind=note")) == 4


def test_a_walk_through_pages_shows_each_job_once(admin: Caller, desk: Desk) -> None:
    jobs = {str(desk.ask(3600).id) for _ in range(5)}
    seen: list[str] = []
    query = "?limit=2&status=waiting"
    while query:
        answer = admin.get(JOBS + query)
        seen += [one["id"] for one in answer.get_json()["data"]]
        link = answer.headers.get("Link", "")
        query = link.partition("<")[2].partition(">")[0].partition("?")[2]
        query = f"?{query}" if query else ""

    assert sorted(seen) == sorted(jobs)
    assert len(seen) == 5


@pytest.mark.parametrize("attempts", [1, 5])
def test_a_job_that_failed_is_tried_again_at_once(admin: Caller, desk: Desk, attempts: int) -> None:
    job_id = a_failed_job(desk, attempts=attempts)
    desk.faults.clear()

    answer = admin.post(f"{JOBS}/{job_id}/retry")

    assert answer.status_code == 200
    assert (answer.get_json()["status"], answer.get_json()["attempts"]) == ("retrying", 0)
    desk.pass_time(3600)
    assert listed(admin) == []
    assert len(desk.done()) == 1


@pytest.mark.parametrize("attempts", [1, 5])
def test_a_job_that_failed_can_be_given_up(admin: Caller, desk: Desk, attempts: int) -> None:
    job_id = a_failed_job(desk, attempts=attempts)
    (subject,) = desk.faults

    assert admin.delete(f"{JOBS}/{job_id}").status_code == 204

    assert listed(admin) == []
    assert desk.abandoned == [subject]


def test_a_job_that_only_waits_is_left_alone(admin: Caller, desk: Desk) -> None:
    address = f"{JOBS}/{desk.ask(3600).id}"

    answers = [admin.post(f"{address}/retry"), admin.delete(address)]

    assert [answer.status_code for answer in answers] == [409, 409]
    assert {answer.get_json()["code"] for answer in answers} == {"job_not_failed"}
    assert [one["status"] for one in listed(admin)] == ["waiting"]


def test_what_does_not_exist_is_not_found(admin: Caller) -> None:
    address = f"{JOBS}/{uuid.uuid4()}"

    assert admin.post(f"{address}/retry").status_code == 404
    assert admin.delete(address).status_code == 404


@pytest.mark.parametrize("query", ["?status=done", "?limit=101", "?kind=", "?rubbish=1"])
def test_nonsense_is_refused(admin: Caller, query: str) -> None:
    assert admin.get(JOBS + query).status_code == 422


def test_a_cursor_of_another_list_is_refused(admin: Caller, desk: Desk) -> None:
    for _ in range(2):
        desk.ask(3600)
    cursor = admin.get(f"{JOBS}?limit=1").get_json()["next_cursor"]

    assert admin.get(f"{JOBS}?status=dead&cursor={cursor}").status_code == 400
