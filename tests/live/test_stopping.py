"""SIGTERM: requests that have begun are answered, then the server ends well."""

import signal
import socket
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.live import record
from tests.live.callers import PATIENCE_SECONDS, PUBLIC, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

# Fewer than the threads of one worker, which may get all of them.
IN_FLIGHT = 3


def begin(caller: HttpCaller, body: bytes) -> socket.socket:
    """Begin to create a post; the server has said that it waits for the body."""
    connection = socket.create_connection(
        ("127.0.0.1", caller.server.port), timeout=PATIENCE_SECONDS
    )
    connection.sendall(
        b"POST /api/v1/manage/posts HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        b"Content-Type: application/json\r\n"
        + f"Authorization: Bearer {caller.token}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    )
    told = connection.recv(1000)
    assert told.startswith(b"HTTP/1.1 100"), told
    connection.sendall(body[:-1])
    return connection


def answer_of(connection: socket.socket) -> bytes:
    """All that comes until the server closes."""
    received = b""
    while more := connection.recv(65536):
        received += more
    return received


def test_requests_in_flight_are_answered_before_the_end(
    make_database_url: Callable[[str], str], tmp_path: Path
) -> None:
    url = make_database_url("stopping")
    started = LiveServer.started(tmp_path, url, CMS_THREADS="4")
    with started as server, ExitStack() as sockets:
        caller = sockets.enter_context(HttpCaller.logged_in(server))
        caller.close()
        bodies = [
            f'{{"title": "Flight {number}", "status": "published"}}'.encode()
            for number in range(IN_FLIGHT)
        ]
        open_requests = [sockets.enter_context(begin(caller, body)) for body in bodies]
        process = server.process
        assert process is not None
        process.send_signal(signal.SIGTERM)
        for connection, body in zip(open_requests, bodies, strict=True):
            connection.sendall(body[-1:])
        answers = [answer_of(connection) for connection in open_requests]
        assert [answer.split(b"\r\n")[0] for answer in answers] == (
            [b"HTTP/1.1 201 Created"] * IN_FLIGHT
        )
        assert process.wait(PATIENCE_SECONDS) == 0
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", server.port), timeout=5)
        server.process = None
        record.is_whole(url)
        server.start()
        slugs = caller.fresh("GET", f"{PUBLIC}?fields=slug").expect(200).json()["data"]
        assert {post["slug"] for post in slugs} == {f"flight-{n}" for n in range(IN_FLIGHT)}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_without_requests_ends_well(
    make_database_url: Callable[[str], str], tmp_path: Path, how: signal.Signals
) -> None:
    with LiveServer.started(tmp_path, make_database_url(f"quiet-{how.name}")) as server:
        HttpCaller(server).fresh("GET", PUBLIC).expect(200)
        process = server.process
        assert process is not None
        server.stop(how)
        assert process.returncode == 0
        assert "Traceback" not in server.log()
