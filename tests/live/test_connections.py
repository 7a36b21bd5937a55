"""HTTP itself: slow, large, chunked, pipelined and broken requests; others are still served."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.live.callers import MANAGED, PUBLIC, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PATIENCE_SECONDS = 20
TEN_MEGABYTES = 10_000_000
BROKEN = {
    "no HTTP at all": b"hello\r\n\r\n",
    "a bad version": b"GET / HTTP/9.9\r\n\r\n",
    "no version": b"GET /api/v1/posts\r\n\r\n",
    "a space in the path": b"GET /a b HTTP/1.1\r\nHost: a\r\n\r\n",
    "no host": b"GET /api/v1/posts HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/v1/posts HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "a NUL in a header": b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "a header without colon": b"GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n",
    "a huge header": b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    "a huge path": b"GET /" + b"a" * 500_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "a length that is none": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
    b"Content-Length: 2\r\n\r\nab",
    "length and chunks": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a broken chunk": b"POST /api/v1/auth/login HTTP/1.1\r\nHost: a\r\nContent-Type: "
    b"application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "an unknown coding": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: zip\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 200,
    "an unknown method": b"BREW /api/v1/posts HTTP/1.1\r\nHost: a\r\n\r\n",
    "random bytes": bytes(range(256)) * 40,
}


@contextmanager
def connected(server: LiveServer) -> Iterator[socket.socket]:
    """A bare connection."""
    address = ("127.0.0.1", server.port)
    with socket.create_connection(address, timeout=PATIENCE_SECONDS) as connection:
        yield connection


def head(caller: HttpCaller, *lines: str) -> bytes:
    """The head of a request that creates a post."""
    return "\r\n".join(
        [
            f"POST {MANAGED} HTTP/1.1",
            "Host: localhost",
            "Content-Type: application/json",
            f"Authorization: Bearer {caller.token}",
            *lines,
            "",
            "",
        ]
    ).encode()


def received(connection: socket.socket) -> bytes:
    """All until the other side closes; a reset ends it too."""
    parts = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except ConnectionError:
        pass
    return b"".join(parts)


def test_a_client_that_sends_one_byte_at_a_time_stops_nobody(caller: HttpCaller) -> None:
    body = json.dumps({"title": "Slowly", "status": "published"}).encode()
    with connected(caller.server) as slow:
        slow.sendall(head(caller, f"Content-Length: {len(body)}", "Connection: close"))
        for number, byte in enumerate(body[:-1]):
            slow.sendall(bytes([byte]))
            if number % 4 == 0:
                # Readers and, on a database with one writer, writers too.
                caller.fresh("GET", f"{PUBLIC}?limit=1").expect(200)
                post = caller.fresh("POST", MANAGED, body={"title": "Quick"}).expect(201)
                assert post.json()["title"] == "Quick"
        slow.sendall(body[-1:])
        assert received(slow).startswith(b"HTTP/1.1 201")


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(caller: HttpCaller) -> None:
    for number in range(12):
        with connected(caller.server) as rude:
            rude.sendall(head(caller, "Content-Length: 5000") + b'{"title": "Torn off' * number)
    posts = caller.request("GET", f"{MANAGED}?q=torn").expect(200).json()["data"]
    assert posts == []
    caller.create(title="After the rude").expect(201)


@pytest.mark.parametrize("is_chunked", [False, True], ids=["with a length", "chunked"])
def test_ten_megabytes_are_refused_and_the_server_stays_well(
    caller: HttpCaller, *, is_chunked: bool
) -> None:
    how = "Transfer-Encoding: chunked" if is_chunked else f"Content-Length: {TEN_MEGABYTES}"

    def send_all(connection: socket.socket) -> None:
        part = b" " * 100_000
        try:
            for _ in range(TEN_MEGABYTES // len(part)):
                connection.sendall(b"%x\r\n%b\r\n" % (len(part), part) if is_chunked else part)
            if is_chunked:
                connection.sendall(b"0\r\n\r\n")
        except OSError:
            return  # The server may close as soon as it has answered.

    for _ in range(4):
        with connected(caller.server) as connection:
            connection.sendall(head(caller, how, "Connection: close"))
            sender = threading.Thread(target=send_all, args=(connection,))
            sender.start()
            answer = received(connection)
            sender.join()
        assert answer.startswith(b"HTTP/1.1 413"), answer[:200]
        assert b'"code":"body_too_large"' in answer
        caller.fresh("GET", f"{PUBLIC}?limit=1").expect(200)


def test_the_longest_body_of_a_post_is_accepted_and_one_more_character_is_not(
    caller: HttpCaller,
) -> None:
    longest = 1_000_000
    caller.create(title="Too long", body="x" * (longest + 1)).expect(422)
    post = caller.create(title="Longest", body="word " * (longest // 5), status="published")
    assert len(post.expect(201).json()["body"]) == longest


def test_chunked_json_is_json(caller: HttpCaller) -> None:
    body = json.dumps({"title": "In pieces", "body": "é" * 100}).encode()
    with connected(caller.server) as connection:
        connection.sendall(head(caller, "Transfer-Encoding: chunked", "Connection: close"))
        for start in range(0, len(body), 7):
            part = body[start : start + 7]
            connection.sendall(b"%x\r\n%b\r\n" % (len(part), part))
        connection.sendall(b"0\r\n\r\n")
        answer = received(connection)
    assert answer.startswith(b"HTTP/1.1 201"), answer[:300]
    assert "é".encode() * 100 in answer


def test_one_connection_serves_many_requests(caller: HttpCaller) -> None:
    caller.request("GET", PUBLIC).expect(200)
    before = caller.connection.sock if caller.connection else None
    for _ in range(50):
        caller.request("GET", f"{PUBLIC}/nothing-here").expect(404)
        caller.request("GET", f"{PUBLIC}?limit=101").expect(422)
        caller.request("POST", MANAGED, {"title": 1}).expect(422)
        caller.request("DELETE", f"{MANAGED}/{'0' * 8}").expect(404)
    assert caller.connection is not None
    assert caller.connection.sock is before is not None


def test_pipelined_requests_are_answered_in_order(caller: HttpCaller) -> None:
    body = b'{"title": "Piped"}'
    requests = [
        b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n",
        head(caller, f"Content-Length: {len(body)}") + body,
        b"GET /api/v1/posts/nothing-here HTTP/1.1\r\nHost: a\r\n\r\n",
        head(caller, "Content-Length: 2") + b"{}",
        b"HEAD /api/v1/posts HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
    ]
    with connected(caller.server) as connection:
        connection.sendall(b"".join(requests))
        answer = received(connection)
    statuses = [part[:3] for part in answer.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"201", b"404", b"422", b"200", b"200"]


@pytest.mark.parametrize("name", BROKEN)
def test_broken_http_harms_nobody(caller: HttpCaller, name: str) -> None:
    for _ in range(4):
        with connected(caller.server) as connection:
            try:
                connection.sendall(BROKEN[name])
                connection.shutdown(socket.SHUT_WR)
            except OSError:
                continue  # Refused before it was all sent.
            answer = received(connection)
        assert b"HTTP/1.1 5" not in answer, answer[:300]
        assert b"HTTP/1.1 2" not in answer[:12] or name in {"no host", "two hosts"}, answer[:300]
        assert b"Traceback" not in answer
    for _ in range(4):
        caller.fresh("GET", f"{PUBLIC}?limit=1").expect(200)
    caller.create(title="Still there").expect(201)
