"""Ten thousand creations, asked for until answered, while the server is killed again and again."""

import itertools
import json
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from sqlalchemy import select

from cms.content.posts.models import Post
from cms.foundation.database import Database
from tests.live import record
from tests.live.callers import MANAGED, Answer, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1600)]

CREATIONS = 10_000
CLIENTS = 8
KILLS = 6
# Every so many requests the client goes away before the answer comes, or asks again after it.
GOES_AWAY, ASKS_TWICE = 7, 11
PATIENCE_SECONDS = 1500


@pytest.fixture
def server(make_database_url: Callable[[str], str], tmp_path: Path) -> Iterator[LiveServer]:
    """A server of its own, to be killed; its login outlives the test."""
    url = make_database_url(f"retries-{tmp_path.name}")
    with LiveServer.started(tmp_path, url, CMS_ACCESS_TOKEN_SECONDS="86400") as server:
        yield server


@dataclass(slots=True)
class Book:
    """What the clients were answered: the id of the post that was made for each key."""

    made: dict[str, str] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(CREATIONS)))

    def next(self) -> int | None:
        """The number of the next creation."""
        with self.lock:
            return next(self.numbers, None)

    def note(self, key: str, answer: Answer) -> None:
        """Write down a creation's answer."""
        made = answer.json()["id"]
        with self.lock:
            self.met["replayed" if "idempotent-replayed" in answer.headers else "done"] += 1
            if self.made.setdefault(key, made) != made:
                self.faults.append(f"{key} made {self.made[key]} and {made}")


def ask(caller: HttpCaller, number: int) -> Answer:
    """Create post ``number``."""
    headers = {"Idempotency-Key": f"creation-{number}"}
    return caller.request("POST", MANAGED, {"title": f"Post {number}"}, headers=headers)


def go_away(caller: HttpCaller, number: int) -> None:
    """Ask for it, and never read the answer."""
    connection = HTTPConnection("127.0.0.1", caller.server.port, timeout=5)
    headers = {
        "Authorization": f"Bearer {caller.token}",
        "Content-Type": "application/json",
        "Idempotency-Key": f"creation-{number}",
    }
    try:
        connection.request("POST", MANAGED, json.dumps({"title": f"Post {number}"}), headers)
    finally:
        connection.close()


def create(caller: HttpCaller, number: int, book: Book, turn: int, deadline: float) -> None:
    """Ask until the creation is answered."""
    if turn % GOES_AWAY == 0:
        try:
            go_away(caller, number)
        except (OSError, HTTPException):
            book.met["unsent"] += 1
    while time.monotonic() < deadline:
        try:
            answer = ask(caller, number)
        except (OSError, HTTPException):
            book.met["unanswered"] += 1
            time.sleep(0.05)
            continue
        if answer.status == 201:
            book.note(f"creation-{number}", answer)
            return
        book.met[str(answer.status)] += 1
        if answer.status not in {409, 503} or "retry-after" not in answer.headers:
            book.faults.append(f"{answer.status} {answer.body[:300]!r}")
            return
        time.sleep(0.02)
    book.faults.append(f"creation {number} was never answered")


def work(caller: HttpCaller, book: Book, deadline: float) -> None:
    """Create posts as long as there are some to create."""
    with caller:
        for turn in itertools.count(1):
            number = book.next()
            if number is None:
                return
            create(caller, number, book, turn, deadline)
            if turn % ASKS_TWICE == 0:
                create(caller, number, book, 1, deadline)


def test_ten_thousand_retried_creations_make_no_duplicate(server: LiveServer) -> None:
    book, deadline = Book(), time.monotonic() + PATIENCE_SECONDS
    with HttpCaller.logged_in(server) as caller:
        threads = [
            threading.Thread(target=work, args=(caller.again(), book, deadline))
            for _ in range(CLIENTS)
        ]
        for thread in threads:
            thread.start()
        for kill in range(1, KILLS + 1):
            while len(book.made) < kill * CREATIONS // (KILLS + 1):
                assert time.monotonic() < deadline, book.met
                time.sleep(0.02)
            server.stop(signal.SIGKILL)
            server.start()
        for thread in threads:
            thread.join()
        caller.close()
        after_the_last_kill = ask(caller, 0).expect(201)

    assert book.faults == []
    assert len(book.made) == CREATIONS
    # It was about something: requests were cut off, and retries found the work done.
    assert book.met["unanswered"] >= KILLS
    assert book.met["replayed"] >= CREATIONS // ASKS_TWICE // 2
    assert after_the_last_kill.json()["id"] == book.made["creation-0"]
    assert after_the_last_kill.headers["idempotent-replayed"] == "true"
    database = Database(server.environment["CMS_DATABASE_URL"])
    with database.session(read_only=True) as session:
        posts = session.execute(select(Post.id, Post.title)).all()
    database.dispose()
    assert sorted(str(post.id) for post in posts) == sorted(book.made.values())
    assert {post.title for post in posts} == {f"Post {number}" for number in range(CREATIONS)}
    record.is_whole(server.environment["CMS_DATABASE_URL"])
