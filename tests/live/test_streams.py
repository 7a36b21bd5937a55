"""Streams of a real server: beside ordinary requests, taken up again, ended by a stop."""

import http.client
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.live.callers import PUBLIC, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PLACES = 3
CHANGES = "/api/v1/changes"
EXPORT = "/api/v1/export.ndjson"
POSTS, KILOBYTES = 3000, 20
Lines = Iterator[str]


@pytest.fixture
def server(make_database_url: Callable[[str], str], tmp_path: Path) -> Iterator[LiveServer]:
    """One process with one thread: whatever holds that one is noticed."""
    url = make_database_url(f"streams-{tmp_path.name}")
    settings = {"CMS_STREAMS": str(PLACES), "CMS_THREADS": "1"}
    with LiveServer.started(tmp_path, url, workers=1, **settings) as server:
        yield server


@contextmanager
def stream(server: LiveServer, since: int, **headers: str) -> Iterator[Lines]:
    """The lines of an event stream, as they come."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(
            "GET", f"{CHANGES}?since={since}", headers={"Accept": "text/event-stream", **headers}
        )
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        yield (line.decode().rstrip("\n") for line in iter(answer.readline, b""))
    finally:
        connection.close()


def until_version(lines: Lines) -> tuple[list[str], str]:
    """The slugs of what changed, and the id of the version behind it."""
    slugs = []
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "data" and "document" in value:
            slugs.append(json.loads(value)["slug"])
        elif name == "id":
            return slugs, value
    raise AssertionError("the stream ended")


def test_ordinary_requests_are_answered_while_all_places_are_taken(server: LiveServer) -> None:
    with ExitStack() as held, HttpCaller.logged_in(server) as caller:
        streams = [held.enter_context(stream(server, 0)) for _ in range(PLACES)]
        assert [next(lines) for lines in streams] == ["retry: 2000"] * PLACES

        for path in (f"{CHANGES}?since=0&wait=9", EXPORT):
            refused = caller.fresh("GET", path).expect(503)
            assert refused.headers["retry-after"] == "5"
        for number in range(20):
            caller.create(title=f"Post {number}", status="published").expect(201)
            assert len(caller.fresh("GET", PUBLIC).expect(200).json()["data"]) == number + 1

        for lines in streams:
            slugs: list[str] = []
            while len(slugs) < 20:
                slugs += until_version(lines)[0]
            assert slugs == [f"post-{number}" for number in range(20)]


def test_a_stream_is_taken_up_where_it_was_cut_off(server: LiveServer) -> None:
    with HttpCaller.logged_in(server) as caller:
        caller.create(title="First", status="published").expect(201)
        with stream(server, 0) as lines:
            slugs, seen = until_version(lines)
        assert slugs == ["first"]
        caller.create(title="Second", status="published").expect(201)
        caller.create(title="Third", status="published").expect(201)

        with stream(server, 0, **{"Last-Event-ID": seen}) as lines:
            assert until_version(lines) == (["second", "third"], "3")


def test_a_stop_ends_streams_and_waiting_requests(server: LiveServer) -> None:
    process = server.process
    assert process is not None
    with stream(server, 0) as lines:
        assert next(lines) == "retry: 2000"
        server.stop(signal.SIGTERM)
        assert not [line for line in lines if line not in {"", ":"}]
    assert process.returncode == 0
    assert "Traceback" not in server.log()


def test_an_export_takes_no_more_memory_than_a_batch(server: LiveServer, tmp_path: Path) -> None:
    text = "<p>" + "word " * (KILOBYTES * 200) + "</p>"
    posts = ({"title": f"Post {number}", "html": text} for number in range(POSTS))
    file = tmp_path / "posts.ndjson"
    file.write_text("\n".join(map(json.dumps, posts)))
    server.run("load", str(file), patience=120)
    worker = worker_of(server)
    HttpCaller(server).fresh("GET", PUBLIC).expect(200)
    # What the process has taken at most is counted from now on.
    Path(f"/proc/{worker}/clear_refs").write_text("5")
    before = most_memory(worker)

    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("GET", EXPORT)
    answer = connection.getresponse()
    first, *_posts, last = (
        (json.loads(line)["type"], len(line)) for line in iter(answer.readline, b"")
    )
    connection.close()

    assert (first[0], last[0]) == ("site", "end")
    size = sum(length for kind, length in _posts if kind == "post")
    assert size > POSTS * KILOBYTES * 1000
    assert most_memory(worker) - before < size / 5


def worker_of(server: LiveServer) -> int:
    """The process that answers."""
    assert server.process is not None
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and os.access(folder / "stat", os.R_OK):
            fields = (folder / "stat").read_text().rpartition(") ")[2].split()
            parents[int(folder.name)] = int(fields[1])
    (worker,) = (pid for pid, parent in parents.items() if parent == server.process.pid)
    return worker


def most_memory(pid: int) -> int:
    """Bytes that it has held at most."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (found,) = (line.split()[1] for line in lines if line.startswith("VmHWM"))
    return int(found) * 1024
