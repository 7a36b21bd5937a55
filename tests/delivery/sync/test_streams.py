"""Changes as they come: events, waiting, the bound on both, and their end."""

import json
import threading
import time
from collections.abc import Generator, Iterator
from typing import cast

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from cms.delivery.sync import events, export
from cms.delivery.sync.streams import Streams
from cms.editions.models import Change
from cms.editions.present import Present
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.delivery.sync.following import CHANGES

PLACES = 5
EVENTS = {"Accept": "text/event-stream"}


@pytest.fixture
def reader(app: Edge) -> FlaskClient:
    """Somebody who reads an answer while it comes."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def streams(app: Edge) -> Iterator[Streams]:
    """The streams of the application, which must all have left their places after a test."""
    streams: Streams = app.extensions["cms.streams"]
    yield streams
    opened = [streams.open(_nothing()) for _ in range(PLACES)]
    for stream in opened:
        stream.close()
        stream.close()


def others(app: Edge) -> Streams:
    """Streams that a test may end; those of the application must not."""
    names, present = app.extensions["cms.names"], cast(Present, app.present)
    return Streams(app.database, present=present, names=names, places=1)


def _nothing() -> Generator[bytes]:
    yield b""


def event_fields(chunk: bytes) -> list[dict[str, str]]:
    """The events in a chunk, each by the names of its fields."""
    return [
        dict(line.split(": ", 1) for line in event.splitlines())
        for event in chunk.decode().split("\n\n")
        if event
    ]


def opened(reader: FlaskClient, since: int, **headers: str) -> tuple[TestResponse, Iterator[bytes]]:
    """A stream whose greeting has come."""
    answer = reader.get(f"{CHANGES}?since={since}", headers={**EVENTS, **headers})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.mimetype == "text/event-stream"
    chunks = answer.iter_encoded()
    assert next(chunks) == b"retry: 2000\n\n"
    return answer, chunks


@pytest.mark.usefixtures("streams")
def test_a_stream_begins_with_what_was_missed_and_goes_on_with_what_comes(
    reader: FlaskClient, client: ContractClient, editor: Caller
) -> None:
    factories.a_published_post(editor, slug="missed")
    answer, chunks = opened(reader, 0)

    (missed,) = event_fields(next(chunks))
    assert missed["event"] == "change"
    assert '"slug":"missed"' in missed["data"]
    version = reading.fetch(client)["version"]
    assert event_fields(next(chunks)) == [
        {"event": "version", "id": str(version), "data": f'{{"version":{version}}}'}
    ]
    factories.a_published_post(editor, slug="coming")
    (coming,) = event_fields(next(chunks))
    assert '"slug":"coming"' in coming["data"]
    answer.close()


@pytest.mark.usefixtures("streams")
def test_last_event_id_takes_a_stream_up_where_it_was(
    reader: FlaskClient, client: ContractClient, editor: Caller
) -> None:
    factories.a_published_post(editor, slug="seen")
    version = reading.fetch(client)["version"]
    factories.a_published_post(editor, slug="unseen")

    answer, chunks = opened(reader, 0, **{"Last-Event-ID": str(version)})

    (event,) = event_fields(next(chunks))
    assert '"slug":"unseen"' in event["data"]
    answer.close()
    for wrong in ("x", "-1", "99", "1" * 30):
        answer = client.get(f"{CHANGES}?since=0", headers={**EVENTS, "Last-Event-ID": wrong})
        assert answer.status_code == 422


@pytest.mark.usefixtures("streams")
def test_a_quiet_stream_shows_that_it_lives(
    reader: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_SECONDS", 0.01)
    answer, chunks = opened(reader, 0)

    assert [next(chunks) for _ in range(3)] == [b":\n\n"] * 3
    answer.close()


@pytest.mark.usefixtures("streams")
def test_who_waits_is_answered_when_something_changes(
    client: ContractClient, editor: Caller
) -> None:
    threading.Timer(0.3, factories.a_published_post, [editor]).start()

    answer = client.get(f"{CHANGES}?since=0&wait=30")

    assert [entry["type"] for entry in answer.get_json()["data"]] == ["post"]
    assert answer.get_json()["version"] == 1
    assert answer.headers["Cache-Control"] == "private, no-store"
    again = client.get(f"{CHANGES}?since=0&wait=30")
    assert again.get_json() == answer.get_json()
    assert again.headers["Cache-Control"] == "private, no-store"


@pytest.mark.usefixtures("streams")
def test_who_waited_in_vain_gets_an_empty_page(client: ContractClient) -> None:
    before = time.monotonic()
    answer = client.get(f"{CHANGES}?since=0&wait=1")

    assert answer.get_json() == {"data": [], "next_cursor": None, "version": 0, "since": 0}
    assert time.monotonic() - before >= 1


def test_beyond_the_bound_all_others_are_told_to_come_back(
    client: ContractClient, reader: FlaskClient, streams: Streams
) -> None:
    held = [opened(reader, 0)[0] for _ in range(PLACES)]

    for path, headers in (
        (f"{CHANGES}?since=0", EVENTS),
        (f"{CHANGES}?since=0&wait=1", {}),
        ("/api/v1/export.ndjson", {}),
    ):
        answer = client.get(path, headers=headers)
        assert answer.status_code == 503
        assert answer.get_json()["code"] == "too_many_streams"
        assert answer.headers["Retry-After"] == "5"
    assert client.get(f"{CHANGES}?since=0").status_code == 200
    held.pop().close()
    assert client.get("/api/v1/export.ndjson").status_code == 200
    for answer in held:
        answer.close()
    assert not streams.have_ended.is_set()


def test_an_export_that_a_stop_cuts_short_does_not_say_that_it_is_whole(
    app: Edge, reader: FlaskClient, editor: Caller
) -> None:
    slugs = [factories.a_published_post(editor)["slug"] for _ in range(export.FIRST_BATCH + 1)]
    streams = app.extensions["cms.streams"]
    app.extensions["cms.streams"] = ending = others(app)
    try:
        chunks = reader.get("/api/v1/export.ndjson").iter_encoded()
        first = json.loads(next(chunks))
        while b'"post"' not in (chunk := next(chunks)):
            pass
        ending.end()
        rest = list(chunks)
    finally:
        app.extensions["cms.streams"] = streams

    assert first == {"type": "site", "version": len(slugs)}
    assert len(chunk.splitlines()) == export.FIRST_BATCH < len(slugs)
    assert rest == []


@pytest.mark.usefixtures("streams")
def test_head_opens_nothing(client: ContractClient) -> None:
    for _ in range(PLACES + 1):
        assert client.request("HEAD", f"{CHANGES}?since=0", headers=EVENTS).status_code == 200
        assert client.request("HEAD", f"{CHANGES}?since=0&wait=30").status_code == 200
        assert client.request("HEAD", "/api/v1/export.ndjson").status_code == 200


@pytest.mark.usefixtures("streams")
def test_who_has_the_export_gets_it_again_only_after_a_change(
    client: ContractClient, editor: Caller
) -> None:
    path = "/api/v1/export.ndjson"
    factories.a_published_post(editor)
    first = client.get(path)
    held = {"If-None-Match": first.headers["ETag"]}

    for method in ("GET", "HEAD"):
        # More often than there are places: none is taken.
        for _ in range(PLACES + 1):
            again = client.request(method, path, headers=held)
            assert (again.status_code, again.get_data()) == (304, b"")
    for name in ("ETag", "Cache-Control", "Vary"):
        assert again.headers[name] == first.headers[name]
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert client.get(path, headers={"If-None-Match": '"another"'}).get_data() == first.get_data()

    version = json.loads(first.get_data().splitlines()[0])["version"]
    factories.a_published_post(editor)
    later = client.get(path, headers=held)
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]
    assert client.get(f"{path}?as_of={version}", headers=held).status_code == 304


def test_a_version_that_came_to_be_again_has_another_tag(
    app: Edge, client: ContractClient, editor: Caller
) -> None:
    """As after the database was put back to an earlier state."""
    factories.a_published_post(editor)
    held = client.get("/api/v1/export.ndjson").headers["ETag"]
    with app.database.writer.begin() as connection:
        connection.execute(update(Change).values(at=moments.EARLIEST))

    assert client.get("/api/v1/export.ndjson").headers["ETag"] != held


@pytest.mark.usefixtures("streams")
def test_events_and_json_at_one_address_do_not_take_each_others_place(
    client: ContractClient, reader: FlaskClient
) -> None:
    for _ in range(2):
        answer = client.get(f"{CHANGES}?since=0")
        assert answer.mimetype == "application/json"
        assert "Accept" in answer.headers["Vary"]
        for accept in (
            EVENTS["Accept"],
            "Text/Event-Stream",
            "application/json;q=0.5,TEXT/event-STREAM",
        ):
            opened(reader, 0, Accept=accept)[0].close()
    for accept in ("*/*", "text/*", "application/json, text/event-stream;q=0.5"):
        answer = client.get(f"{CHANGES}?since=0", headers={"Accept": accept})
        assert answer.mimetype == "application/json"


def test_streams_end_when_the_server_stops(app: Edge) -> None:
    streams = others(app)
    waited: list[bool] = []
    waiting = threading.Thread(target=lambda: waited.append(streams.wait_past(0, 60)))
    waiting.start()

    streams.end()

    waiting.join(30)
    assert waited == [False]
