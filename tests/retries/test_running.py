"""While a request runs, another with its key is told so at once; never are both carried out."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from werkzeug.test import TestResponse

from cms.content.posts import actions
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from cms.foundation.retries import claims
from tests import factories
from tests.callers import Caller
from tests.retries.asking import POSTS, REPLAYED, ask, posts, rows, shown

PATIENCE_SECONDS = 30


@contextmanager
def running(by: Caller, monkeypatch: pytest.MonkeyPatch) -> Iterator[Future[TestResponse]]:
    """A request with the key `k` that has written, and not committed before the block ends."""
    written, may_go_on = Event(), Event()
    create = actions.create

    def slowly(*args: Any, **kwargs: Any) -> Any:
        created = create(*args, **kwargs)
        written.set()
        assert may_go_on.wait(PATIENCE_SECONDS)
        return created

    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(actions, "create", slowly)
        asked = pool.submit(ask, by, "k")
        try:
            assert written.wait(PATIENCE_SECONDS)
            monkeypatch.setattr(actions, "create", create)
            yield asked
        finally:
            may_go_on.set()


def test_a_second_request_is_told_at_once_and_answered_when_the_first_is_done(
    admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(admin, monkeypatch) as asked:
        for body in ({"title": "Once"}, {"title": "Other"}):
            answer = ask(admin, "k", json=body)
            assert (answer.status_code, answer.get_json()["code"]) == (409, "still_running")
            assert answer.headers["Retry-After"] == "1"
        assert not asked.done()
    first = asked.result(PATIENCE_SECONDS)

    assert first.status_code == 201
    assert shown(ask(admin, "k")) == shown(first)
    assert posts(database) == 1


def test_nobody_else_is_held_up_by_a_key(
    admin: Caller, editor: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ThreadPoolExecutor(1) as pool, running(admin, monkeypatch) as asked:
        # On SQLite writers wait for each other, whatever keys they have.
        other = pool.submit(ask, editor, "k", json={"title": "Another"})
        if not database.is_sqlite:
            assert other.result(PATIENCE_SECONDS).status_code == 201
            assert not asked.done()
        assert ask(admin, "k").status_code == 409
    assert other.result(PATIENCE_SECONDS).status_code == 201
    assert asked.result(PATIENCE_SECONDS).status_code == 201
    assert posts(database) == 2


def _failing_once(error: Exception) -> Callable[..., Any]:
    errors, create = [error], actions.create

    def failing(*args: Any, **kwargs: Any) -> Any:
        created = create(*args, **kwargs)
        if errors:
            raise errors.pop()
        return created

    return failing


def test_an_accident_frees_the_key(
    app: Edge, admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "create", _failing_once(ZeroDivisionError()))
    headers = {"Authorization": f"Bearer {admin.token}", "Idempotency-Key": "k"}
    broken = app.test_client().post(POSTS, headers=headers, json={"title": "Once"})
    assert broken.status_code == 500

    assert ask(admin, "k").status_code == 201
    assert posts(database) == 1


def test_what_the_edge_repeats_by_itself_is_still_done_once(
    admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = OperationalError("UPDATE", {}, psycopg.errors.DeadlockDetected("no luck"))
    monkeypatch.setattr(actions, "create", _failing_once(lost))
    first = ask(admin, "k")

    assert first.status_code == 201
    assert shown(ask(admin, "k")) == shown(first)
    assert posts(database) == 1


def test_without_claims_the_key_of_the_answer_keeps_the_effect_single(
    app: Edge, admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Generous:
        """Gives everybody the claim."""

        @contextmanager
        def claimed(self, _digest: bytes) -> Iterator[bool]:
            yield True

    monkeypatch.setattr(app, "claims", Generous())
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(admin, "k"), range(12)))

    assert {answer.status_code for answer in answers} <= {201, 409}
    assert [answer.status_code for answer in answers].count(201) >= 1
    refused = [one.get_json()["code"] for one in answers if one.status_code == 409]
    assert set(refused) <= {"still_running"}
    assert posts(database) == len(rows(database)) == 1


def test_many_at_once_have_the_effect_of_one(app: Edge, admin: Caller, database: Database) -> None:
    def until_answered(_number: int) -> TestResponse:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            answer = ask(admin, "k")
            if answer.status_code != 409:
                return answer
        raise AssertionError

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(until_answered, range(18)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert sum(REPLAYED not in answer.headers for answer in answers) == 1
    assert posts(database) == 1
    factories.a_caller(app, "author")  # The writer's connection went back: nobody holds it.


CLAIM = """
import sys, time
from cms.foundation.database import Database
from cms.foundation.retries import claims
with claims.on(Database(sys.argv[1])).claimed(b"0123456789abcdef") as is_ours:
    print(is_ours, flush=True)
    time.sleep(60)
"""


def test_a_claim_holds_between_processes_and_dies_with_its_own(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    ours = claims.on(database)
    digest = b"0123456789abcdef"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", CLAIM, url], stdout=subprocess.PIPE, text=True
    ) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "True\n"
            with ours.claimed(digest) as is_ours:
                assert not is_ours
            with ours.claimed(b"another digest of a key") as is_ours:
                assert is_ours
        finally:
            other.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    is_free = False
    # PostgreSQL sees some milliseconds later that its client is gone.
    while not is_free and time.monotonic() < deadline:
        with ours.claimed(digest) as is_free:
            pass
    assert is_free


def test_a_connection_that_the_server_closed_meanwhile_costs_no_request(
    admin: Caller, database: Database
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no server that could close one")
    first = ask(admin, "k")
    with database.writer.begin() as connection:
        others = "pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608
        )

    assert shown(ask(admin, "k")) == shown(first)
    assert ask(admin, "other").status_code == 201
