"""The edge: one transaction for each request, and every accident answered properly."""

import sqlite3
import uuid
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import psycopg
import pytest
from flask import Response, abort
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from cms.foundation.errors import Conflict
from cms.foundation.http.edge import Edge, session
from tests.callers import ContractClient
from tests.foundation.conftest import Book, Shelf

Titles = Callable[[], list[str]]


class Refused(Conflict):
    """What the request wrote is undone."""

    code = "refused"
    title = "Refused"


class Recorded(Conflict):
    """What the request wrote stays."""

    code = "recorded"
    title = "Recorded"
    keeps_writes = True


def _serve(app: Edge, view: Callable[[], Any]) -> Any:
    """What the view, called with POST, is answered with."""
    app.add_url_rule("/", "view", view, methods=["POST"])
    return app.test_client().post("/")


def _add(title: str, **values: Any) -> None:
    session().add(Book(title=title, **values))
    session().flush()


def test_a_request_that_succeeds_is_committed_once(scratch: Edge, titles: Titles) -> None:
    def view() -> str:
        _add("one")
        _add("two")
        assert titles() == []
        return "written"

    assert _serve(scratch, view).status_code == 200
    assert titles() == ["one", "two"]


def test_what_only_the_commit_finds_wrong_is_409_and_nothing_is_written(
    scratch: Edge, titles: Titles
) -> None:
    def view() -> str:
        _add("fine")
        _add("on no shelf", shelf_id=uuid.uuid4())
        return "never seen"

    answer = _serve(scratch, view)

    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert answer.get_json()["code"] == "conflict"
    assert "never seen" not in answer.get_data(as_text=True)
    assert titles() == []


def test_the_same_commit_with_the_shelf_succeeds(scratch: Edge, titles: Titles) -> None:
    def view() -> str:
        shelf = Shelf()
        _add("on a shelf that comes later", shelf_id=(shelf_id := uuid.uuid4()))
        shelf.id = shelf_id
        session().add(shelf)
        return "written"

    assert _serve(scratch, view).status_code == 200
    assert len(titles()) == 1


def test_a_violation_found_while_writing_is_409_too(scratch: Edge, titles: Titles) -> None:
    def view() -> str:
        _add("same")
        _add("same")
        return "never seen"

    answer = _serve(scratch, view)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "conflict")
    assert titles() == []


def test_a_refusal_rolls_back(scratch: Edge, titles: Titles) -> None:
    def view() -> str:
        _add("undone")
        raise Refused("No.")

    assert _serve(scratch, view).get_json()["code"] == "refused"
    assert titles() == []


def test_a_refusal_that_keeps_writes_commits(scratch: Edge, titles: Titles) -> None:
    def view() -> str:
        _add("kept")
        raise Recorded("No, and I will remember.")

    answer = _serve(scratch, view)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "recorded")
    assert titles() == ["kept"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ZeroDivisionError(), 500),
        (RecursionError(), 500),
        (StaleDataError(), 412),
        (KeyError("x"), 500),
    ],
    ids=repr,
)
def test_an_accident_rolls_back(
    scratch: Edge, titles: Titles, error: Exception, status: int
) -> None:
    def view() -> str:
        _add("undone")
        raise error

    assert _serve(scratch, view).status_code == status
    assert titles() == []


@pytest.mark.parametrize("status", [400, 404, 405, 409, 410, 418, 451, 503])
def test_an_abort_rolls_back(scratch: Edge, titles: Titles, status: int) -> None:
    def view() -> str:
        _add("undone")
        abort(status)

    answer = _serve(scratch, view)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert titles() == []


def test_a_view_that_answers_nothing_is_500_and_nothing_is_written(
    scratch: Edge, titles: Titles
) -> None:
    def view() -> None:
        _add("undone")

    assert _serve(scratch, view).status_code == 500
    assert titles() == []


def _failure(sqlstate: str) -> DBAPIError:
    original = {
        "40001": psycopg.errors.SerializationFailure,
        "40P01": psycopg.errors.DeadlockDetected,
        "57014": psycopg.errors.QueryCanceled,
        "": sqlite3.OperationalError,
    }[sqlstate]("no luck")
    return OperationalError("UPDATE", {}, original)


@pytest.mark.parametrize("sqlstate", ["40001", "40P01"])
@pytest.mark.parametrize("failures", [1, 2])
def test_what_failed_only_because_of_its_neighbours_is_run_again(
    scratch: Edge, titles: Titles, sqlstate: str, failures: int
) -> None:
    attempts = []

    def view() -> str:
        attempts.append(session())
        _add("once")
        if len(attempts) <= failures:
            raise _failure(sqlstate)
        return "written"

    assert _serve(scratch, view).status_code == 200
    assert titles() == ["once"]
    assert len(set(map(id, attempts))) == len(attempts) == failures + 1


@pytest.mark.parametrize(("sqlstate", "attempts"), [("40001", 3), ("57014", 1), ("", 1)])
def test_it_is_run_three_times_at_most_and_then_503(
    scratch: Edge, titles: Titles, sqlstate: str, attempts: int
) -> None:
    seen = []

    def view() -> str:
        seen.append(1)
        _add("undone")
        raise _failure(sqlstate)

    answer = _serve(scratch, view)

    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert "no luck" not in answer.get_data(as_text=True)
    assert len(seen) == attempts
    assert titles() == []


def test_two_requests_that_lock_each_other_both_succeed(scratch: Edge, titles: Titles) -> None:
    if scratch.database.is_sqlite:
        pytest.skip("SQLite has one writer at a time: they cannot lock each other")
    with scratch.database.transaction() as opened:
        opened.add_all([Book(title="a"), Book(title="b")])
    meeting = Barrier(2)
    firsts = {"a": "b", "b": "a"}

    def crossing(first: str) -> Callable[[], str]:
        met: list[int] = []

        def view() -> str:
            for title in (first, firsts[first]):
                statement = select(Book).where(Book.title == title).with_for_update()
                session().scalar(statement)
                if not met:
                    met.append(meeting.wait(10))
            session().add(Book(title=f"{first} was here"))
            return "written"

        return view

    for first in firsts:
        scratch.add_url_rule(f"/{first}", first, crossing(first), methods=["POST"])
    statuses = []
    threads = [
        Thread(target=lambda at=first: statuses.append(scratch.test_client().post(f"/{at}")))
        for first in firsts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert [answer.status_code for answer in statuses] == [200, 200]
    assert titles() == ["a", "a was here", "b", "b was here"]


def test_safe_methods_cannot_write_on_sqlite(scratch: Edge, titles: Titles) -> None:
    if not scratch.database.is_sqlite:
        pytest.skip("PostgreSQL has one engine for both")

    def view() -> str:
        _add("through the back door")
        return "never seen"

    scratch.add_url_rule("/", "view", view)

    assert scratch.test_client().get("/").status_code == 503
    assert titles() == []


def test_no_connection_stays_out_after_a_request(scratch: Edge) -> None:
    def view() -> str:
        session().execute(text("SELECT 1"))
        raise Refused("No.")

    for _ in range(10):
        scratch.view_functions.pop("view", None)
        with scratch.test_request_context("/", method="POST"):
            pass
    scratch.add_url_rule("/", "view", view, methods=["POST"])
    for _ in range(10):
        scratch.test_client().post("/")

    pool: Any = scratch.database.writer.pool
    assert pool.checkedout() == 0


UUIDS = {
    "01a20b24-ae5a-75d7-822a-5d70221e385b": "01a20b24-ae5a-75d7-822a-5d70221e385b",
    "01A20B24-AE5A-75D7-822A-5D70221E385B": "01a20b24-ae5a-75d7-822a-5d70221e385b",
    "01a20b24ae5a75d7822a5d70221e385b": "01a20b24-ae5a-75d7-822a-5d70221e385b",
}
NO_UUIDS = [
    "",
    "1",
    "rubbish",
    "01a20b24-ae5a-75d7-822a-5d70221e385",
    "01a20b24-ae5a-75d7-822a-5d70221e385bb",
    "{01a20b24-ae5a-75d7-822a-5d70221e385b}",
    "urn:uuid:01a20b24-ae5a-75d7-822a-5d70221e385b",
    "01a20b24-ae5a-75d7-822a-5d70221e385b, 01a20b24-ae5a-75d7-822a-5d70221e385b",
    "01a20b24ae5a-75d7822a-5d70221e385b",
    "<script>alert(1)</script>",
    "\u0660" * 32,
    "x" * 10_000,
]


@pytest.mark.parametrize("given", UUIDS)
def test_a_request_id_that_is_a_uuid_is_kept(client: ContractClient, given: str) -> None:
    answer = client.get("/api/v1/posts/nothing", headers={"X-Request-Id": given})

    assert answer.headers.getlist("X-Request-Id") == [UUIDS[given]]
    assert answer.get_json()["instance"] == f"urn:uuid:{UUIDS[given]}"


@pytest.mark.parametrize("given", NO_UUIDS, ids=range(len(NO_UUIDS)))
def test_any_other_request_id_is_replaced(client: ContractClient, given: str) -> None:
    seen = set()
    for _ in range(2):
        header = given.encode().decode("latin-1")
        answer = client.get("/api/v1/posts", headers={"X-Request-Id": header})
        seen.add(answer.headers["X-Request-Id"])

    assert len(seen) == 2
    assert all(uuid.UUID(one).version == 7 for one in seen)
    assert given not in seen


def test_a_finished_response_of_a_view_is_taken_as_it_is(scratch: Edge) -> None:
    def view() -> Response:
        return Response("as it is", status=202, headers={"X-Mine": "1"})

    answer = _serve(scratch, view)

    assert (answer.status_code, answer.get_data(), answer.headers["X-Mine"]) == (
        202,
        b"as it is",
        "1",
    )


@pytest.mark.parametrize("host", [f"{'x' * 70}.example", "a..b"])
def test_a_host_that_is_none_is_refused(scratch: Edge, host: str) -> None:
    scratch.add_url_rule("/", "view", lambda: "seen")
    client = scratch.test_client()

    assert client.get("/", headers={"Host": host}).status_code == 400
    assert client.get("/", headers={"Host": "blog.example:8000"}).get_data() == b"seen"


@pytest.mark.parametrize("host", ["blog.example:8000", "evil.example", ""])
@pytest.mark.parametrize("below", ["", "/below"])
@pytest.mark.parametrize("path", ["/a//b", "/a/b//", "/a///b"])
def test_a_redirect_stays_where_the_request_came_in(
    scratch: Edge, path: str, below: str, host: str
) -> None:
    rule = "/a/b/" if path.endswith("/") else "/a/b"
    scratch.add_url_rule(rule, "view", lambda: "seen")
    environ = {"HTTP_HOST": host, "SCRIPT_NAME": below, "PATH_INFO": path}

    answer = scratch.test_client().get("/?q=%C3%A9&u=//c", environ_overrides=environ)

    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{below}{rule}?q=%C3%A9&u=//c"


def test_who_asks_to_change_the_protocol_is_answered_in_this_one(scratch: Edge) -> None:
    scratch.add_url_rule("/", "view", lambda: "seen")

    answer = scratch.test_client().get(
        "/", headers={"Connection": "Upgrade", "Upgrade": "websocket"}
    )

    assert (answer.status_code, answer.get_data()) == (200, b"seen")
