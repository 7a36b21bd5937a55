"""The whole server killed in the middle of writes: what was acknowledged is there, all of it."""

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.live import record
from tests.live.callers import MANAGED, PATIENCE_SECONDS, PUBLIC, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

CRASHES = 5
WRITERS = 6
WRITES_BEFORE_CRASH = 25


@pytest.fixture
def server(make_database_url: Callable[[str], str], tmp_path: Path) -> Iterator[LiveServer]:
    """A server of its own, to be killed."""
    # A long life of the token: the login is not what is tested.
    url = make_database_url(f"crashes-{tmp_path.name}")
    with LiveServer.started(tmp_path, url, CMS_ACCESS_TOKEN_SECONDS="86400") as server:
        yield server


@pytest.fixture
def caller(server: LiveServer) -> Iterator[HttpCaller]:
    """The admin."""
    with HttpCaller.logged_in(server) as caller:
        yield caller


@dataclass(slots=True)
class Ledger:
    """What the server acknowledged: the last state of each post."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Posts with a write that was never answered: either state is right.
    open: dict[str, dict[str, Any]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    enough: threading.Event = field(default_factory=threading.Event)
    count: int = 0

    def acknowledge(self, post: dict[str, Any]) -> None:
        """The server answered a write with this state."""
        with self.lock:
            self.posts[post["id"]] = post
            self.open.pop(post["id"], None)
            self.count += 1
            if self.count >= WRITES_BEFORE_CRASH:
                self.enough.set()


def write_until_cut_off(caller: HttpCaller, ledger: Ledger, number: int) -> None:
    """Create, edit, publish and withdraw posts until the connection breaks."""
    turn = 0
    try:
        while True:
            turn += 1
            title = f"Writer {number} turn {turn} of {threading.get_ident()}"
            answer = caller.create(
                title=title, body=title, status="published", tags=[f"Shared {turn % 3}", title]
            ).expect(201)
            post = answer.json()
            ledger.acknowledge(post)
            path = f"{MANAGED}/{post['id']}"
            steps: list[tuple[str, str, Any]] = [("PATCH", path, {"title": f"{title} again"})]
            steps.append(("POST", f"{path}/publish", None))
            if turn % 3 == 0:
                steps.append(("POST", f"{path}/unpublish", None))
            for method, where, body in steps:
                with ledger.lock:
                    ledger.open[post["id"]] = post
                answer = caller.request(method, where, body, if_match=answer.etag).expect(200)
                post = answer.json()
                ledger.acknowledge(post)
    except (OSError, HTTPException):
        return
    finally:
        caller.close()


def crash_while_writing(server: LiveServer, caller: HttpCaller, ledger: Ledger) -> None:
    """Kill every process of the server while all writers are at work."""
    ledger.count = 0
    ledger.enough.clear()
    writers = [
        threading.Thread(target=write_until_cut_off, args=(caller.again(), ledger, number))
        for number in range(WRITERS)
    ]
    for writer in writers:
        writer.start()
    assert ledger.enough.wait(PATIENCE_SECONDS), "the writers write nothing"
    server.stop(signal.SIGKILL)
    for writer in writers:
        writer.join(PATIENCE_SECONDS)
        assert not writer.is_alive()


def test_no_acknowledged_write_is_lost_by_a_kill(server: LiveServer, caller: HttpCaller) -> None:
    ledger = Ledger()
    version = 0
    for _ in range(CRASHES):
        crash_while_writing(server, caller, ledger)
        server.start()
        caller.close()
        record.is_whole(server.environment["CMS_DATABASE_URL"])
        now = caller.request("GET", f"{PUBLIC}?limit=1").expect(200).json()["version"]
        assert now >= version + WRITES_BEFORE_CRASH // 3, "the site version went back"
        version = now
    assert len(ledger.posts) >= CRASHES * WRITES_BEFORE_CRASH // 4
    for post in ledger.posts.values():
        found = caller.request("GET", f"{MANAGED}/{post['id']}").expect(200).json()
        if post["id"] in ledger.open:
            # One more step may have happened before the kill; less may not.
            assert found["version"] in {post["version"], post["version"] + 1}
        else:
            assert found == post
        public = caller.request("GET", f"{PUBLIC}/{post['slug']}")
        assert (public.status == 200) == (found["status"] == "published")
        assert public.status in {200, 404, 410}
        if public.status == 200 and not found["has_unpublished_changes"]:
            assert public.json()["title"] == found["title"]


def test_a_killed_server_still_takes_writes_after_its_restart(
    server: LiveServer, caller: HttpCaller
) -> None:
    crash_while_writing(server, caller, Ledger())
    server.start()
    caller.close()
    post = caller.create(title="After", status="published").expect(201).json()
    caller.request("GET", f"{PUBLIC}/{post['slug']}").expect(200)
