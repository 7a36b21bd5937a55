"""Reading while others write: never stale, never torn, never a failure."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from cms.editions.models import PostEdition
from cms.foundation.database import Database
from tests.live import record
from tests.live.callers import MANAGED, PUBLIC, HttpCaller, at_once
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

READERS = 4
WRITES = 50
READS_AFTER_EACH = 10


def test_an_acknowledged_write_is_seen_by_every_later_read(caller: HttpCaller) -> None:
    def work(own: HttpCaller, number: int) -> int:
        tag = f"Fresh {number}"
        answer = own.create(title="Fresh", tags=[tag], status="published").expect(201)
        post = answer.json()
        path, public = f"{MANAGED}/{post['id']}", f"{PUBLIC}/{post['slug']}"
        listed = f"{PUBLIC}?limit=1&fields=title&tag={post['expanded']['tags'][0]['slug']}"
        checks = 0
        for turn in range(WRITES):
            title = f"Fresh {number} {turn}"
            answer = own.request("PATCH", path, {"title": title}, if_match=answer.etag).expect(200)
            answer = own.request("POST", f"{path}/publish", if_match=answer.etag).expect(200)
            for reading in range(READS_AFTER_EACH):
                if reading % 3 == 0:
                    shown = own.fresh("GET", listed).expect(200).json()["data"][0]
                elif reading % 3 == 1:
                    shown = own.fresh("GET", public).expect(200).json()
                else:
                    shown = own.fresh("GET", path).expect(200).json()
                assert shown["title"] == title, f"stale: {shown['title']} for {title}"
                checks += 1
        answer = own.request("POST", f"{path}/unpublish", if_match=answer.etag).expect(200)
        for _ in range(READS_AFTER_EACH):
            own.fresh("GET", public).expect(410)
            assert own.fresh("GET", listed).json()["data"] == []
            checks += 2
        return checks

    assert sum(at_once(caller, READERS, work)) >= 2000


def test_a_walk_shows_exactly_one_version_while_posts_come_and_go(
    caller: HttpCaller, live_server: LiveServer
) -> None:
    posts = [
        caller.create(title=f"Walked {number}", tags=["Walk"], status="published").json()
        for number in range(40)
    ]
    done = threading.Event()

    def disturb(own: HttpCaller, number: int) -> None:
        turn = number
        while not done.is_set():
            post = posts[turn % len(posts)]
            turn += 7
            path = f"{MANAGED}/{post['id']}"
            verb = "unpublish" if turn % 2 else "publish"
            answer = own.request("POST", f"{path}/{verb}", if_match="*")
            assert answer.status in {200, 409}
            own.request("PATCH", path, {"body": str(turn)}, if_match="*").expect(200)
            own.create(title="Newcomer", tags=["Walk"], status="published").expect(201)

    def walk(own: HttpCaller, _number: int) -> list[tuple[int, list[str]]]:
        return [walk_once(own) for _ in range(6)]

    disturbers = threading.Thread(target=at_once, args=(caller, 2, disturb))
    disturbers.start()
    try:
        walks = [one for several in at_once(caller, 3, walk) for one in several]
    finally:
        done.set()
        disturbers.join()
    assert len({version for version, _ in walks}) > 1, "nothing was published meanwhile"
    for version, seen in walks:
        assert seen == live_at(live_server.environment["CMS_DATABASE_URL"], version)


def walk_once(own: HttpCaller) -> tuple[int, list[str]]:
    """The version of a walk along all pages, and the ids it showed; any worker for each page."""
    seen: list[str] = []
    versions = set()
    path: str | None = f"{PUBLIC}?limit=7&fields=id"
    while path:
        page: dict[str, Any] = own.fresh("GET", path).expect(200).json()
        versions.add(page["version"])
        seen += [post["id"] for post in page["data"]]
        cursor = page["next_cursor"]
        path = f"{PUBLIC}?limit=7&fields=id&cursor={cursor}" if cursor else None
    assert len(versions) == 1
    return versions.pop(), seen


def live_at(url: str, version: int) -> list[str]:
    """What a walk must show, from the record itself."""
    database = Database(url)
    try:
        with database.session(read_only=True) as session:
            rows = session.execute(
                select(PostEdition.published_at, PostEdition.subject_id).where(
                    PostEdition.from_version <= version,
                    PostEdition.until_version.is_(None) | (PostEdition.until_version > version),
                )
            ).all()
    finally:
        database.dispose()
    return [str(post_id) for _, post_id in sorted((tuple(row) for row in rows), reverse=True)]


def test_many_writers_on_all_threads_of_both_workers_get_no_failure(
    make_database_url: Callable[[str], str], tmp_path: Path
) -> None:
    url = make_database_url("writers")
    with LiveServer.started(tmp_path, url, CMS_THREADS="8") as server:
        with HttpCaller.logged_in(server) as caller:

            def write(own: HttpCaller, number: int) -> list[int]:
                seen = []
                for turn in range(15):
                    answer = own.create(
                        title=f"Writer {turn}",
                        body="word " * 200,
                        tags=[f"Tag {(number + turn) % 5}", f"Tag {turn % 3}"],
                        status="published",
                    )
                    path = f"{MANAGED}/{answer.expect(201).json()['id']}"
                    seen += [
                        answer.status,
                        own.request("PATCH", path, {"body": "x"}, if_match=answer.etag).status,
                        own.request("POST", f"{path}/publish", if_match="*").status,
                        own.request("GET", f"{PUBLIC}?limit=5").status,
                        own.request("DELETE", path, if_match="*").status,
                    ]
                return seen

            statuses = {status for seen in at_once(caller, 16, write) for status in seen}
        assert statuses == {200, 201, 204}
        record.is_whole(url)
        assert "rror" not in server.log()
