"""Two workers on one database, killed again and again: each scheduled post is published once."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.content.posts import actions
from cms.content.posts.models import Post
from cms.content.posts.scheduling import actions as scheduling
from cms.content.posts.scheduling import alarms
from cms.editions.models import Change, PostEdition
from cms.foundation.database import Database
from cms.foundation.jobs import clock
from cms.foundation.jobs.models import Job
from cms.foundation.versions import ANY
from tests.live import record
from tests.live.callers import PUBLIC, HttpCaller, wait_until
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

POSTS = 1000
KILLS = 4
PATIENCE_SECONDS = 600


@pytest.fixture
def server(make_database_url: Callable[[str], str], tmp_path: Path) -> Iterator[LiveServer]:
    """A server that leaves the work to others."""
    url = make_database_url(f"scheduled-{tmp_path.name}")
    with LiveServer.started(tmp_path, url, workers=1, CMS_WORKER="none") as server:
        yield server


@pytest.fixture
def database(server: LiveServer) -> Iterator[Database]:
    """Its database."""
    database = Database(server.environment["CMS_DATABASE_URL"])
    yield database
    database.dispose()


def schedule_posts(database: Database, count: int, due_at: Callable[[int], datetime]) -> None:
    """That many drafts, each with a moment that has not come yet when it is asked for."""
    with database.transaction() as session:
        by = Caller.of(session.scalars(select(User)).one())
        for number in range(count):
            moment = due_at(number)
            now = moment - timedelta(hours=1)
            post = actions.create(session, {"title": f"Post {number}"}, by=by, now=now)
            values = {"publish_at": moment}
            scheduling.schedule(session, post, values, by=by, expected=ANY, now=now)


@contextmanager
def worker(server: LiveServer) -> Iterator[subprocess.Popen[bytes]]:
    """`cms worker` in a process of its own."""
    with (server.folder / f"worker-{uuid.uuid4()}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "cms", "worker"],
            env={**server.environment, "CMS_LOG_LEVEL": "info"},
            cwd=server.folder,
            stdout=log,
            stderr=log,
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def count(database: Database, of: Any) -> int:
    """How many rows there are."""
    with database.session(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(of)) or 0


def jobs_left(database: Database) -> int:
    """How many schedules are not carried out."""
    return count(database, select(Job).where(Job.kind == alarms.KIND).subquery())


def has_editions(database: Database, number: int) -> bool:
    """Whether so many were issued."""
    return count(database, PostEdition) >= number


def test_two_workers_publish_each_post_once_however_often_they_are_killed(
    server: LiveServer, database: Database
) -> None:
    # Overdue all of them, as after a downtime: the workers have no moment of rest.
    with database.session(read_only=True) as session:
        start = clock.now(session) - timedelta(hours=1)
    schedule_posts(database, POSTS, lambda number: start + timedelta(seconds=number))
    with HttpCaller(server) as reader:
        assert reader.request("GET", PUBLIC).expect(200).json()["data"] == []

        for kill in range(1, KILLS + 1):
            enough = kill * POSTS // (KILLS + 2)
            with worker(server) as first, worker(server) as second:
                wait_until(partial(has_editions, database, enough), PATIENCE_SECONDS)
                os.kill(first.pid, signal.SIGKILL)
                os.kill(second.pid, signal.SIGKILL)
        assert 0 < jobs_left(database) < POSTS
        with worker(server) as first, worker(server) as second:
            wait_until(lambda: jobs_left(database) == 0, PATIENCE_SECONDS)
            for process in (first, second):
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 0

        # The server learns of it by its own look at the site version.
        total = reader.request("GET", f"{PUBLIC}?total=exact").expect(200).json()["total"]
    assert total == count(database, PostEdition) == count(database, Change) == POSTS
    with database.session(read_only=True) as session:
        assert set(session.scalars(select(Post.status))) == {"published"}
        moments = set(session.scalars(select(Post.published_at)))
    assert moments == {start + timedelta(seconds=number) for number in range(POSTS)}
    record.is_whole(server.environment["CMS_DATABASE_URL"])


def test_the_server_itself_publishes_what_is_due(
    make_database_url: Callable[[str], str], tmp_path: Path
) -> None:
    url = make_database_url(f"embedded-{tmp_path.name}")
    with LiveServer.started(tmp_path, url) as server, HttpCaller.logged_in(server) as caller:
        post = caller.create(title="Soon").expect(201)
        soon = datetime.now(UTC) + timedelta(seconds=2)
        path = f"/api/v1/manage/posts/{post.json()['id']}/schedule"
        body = {"publish_at": soon.isoformat(timespec="milliseconds")}
        caller.request("POST", path, body, if_match=post.etag).expect(200)
        caller.request("GET", f"{PUBLIC}/soon").expect(404)

        wait_until(lambda: caller.fresh("GET", f"{PUBLIC}/soon").status == 200, PATIENCE_SECONDS)

        assert datetime.now(UTC) >= soon
        process = server.process
        assert process is not None
        server.stop()
        assert process.returncode == 0
        assert "Traceback" not in server.log()


def test_a_worker_that_is_told_to_stop_ends_well(server: LiveServer, database: Database) -> None:
    with database.session(read_only=True) as session:
        start = clock.now(session) - timedelta(hours=1)
    schedule_posts(database, 200, lambda _number: start)

    with worker(server) as process:
        wait_until(lambda: count(database, PostEdition) > 0, PATIENCE_SECONDS)
        process.terminate()
        assert process.wait(30) == 0

    assert jobs_left(database) + count(database, PostEdition) == 200
    server.run("worker", "--once")
    assert count(database, PostEdition) == 200
    assert jobs_left(database) == 0
