"""Kept answers as a real server sends them: whole, compressed, unchanged, without a body."""

import gzip
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime

import brotli
import pytest
from backports import zstd

from tests.live.callers import PUBLIC, Answer, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

DECODE: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


@pytest.fixture
def path(caller: HttpCaller) -> str:
    """A post that is long enough to be compressed."""
    text = "A sentence that comes again. " * 100
    post = caller.create(title="Kept", body=text, status="published").expect(201).json()
    return f"{PUBLIC}/{post['slug']}"


def often(caller: HttpCaller, method: str, path: str, **headers: str) -> Iterator[Answer]:
    """Often enough that each process is asked more than once, on kept and on new connections."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    for _ in range(10):
        yield caller.request(method, path, headers=sent)
        yield caller.fresh(method, path, headers=sent)


@pytest.mark.parametrize("coding", DECODE)
def test_each_form_is_the_same_text(live_server: LiveServer, path: str, coding: str) -> None:
    with HttpCaller(live_server) as reader:
        plain = reader.request("GET", path).expect(200)
        seen = set()
        for answer in often(reader, "GET", path, Accept_Encoding=coding):
            assert answer.expect(200).headers.get("content-encoding", "") == coding
            assert DECODE[coding](answer.body) == plain.body
            assert answer.headers["content-length"] == str(len(answer.body))
            assert answer.headers["vary"] == "Accept-Encoding"
            assert parsedate_to_datetime(answer.headers["date"])
            seen.add(answer.headers["cache-status"])
            if answer.headers["cache-status"] == "cms; hit":
                assert answer.headers["age"] == "0"
        assert "cms; hit" in seen


@pytest.mark.parametrize("coding", DECODE)
def test_head_and_304_have_no_body_and_leave_the_connection_in_order(
    live_server: LiveServer, path: str, coding: str
) -> None:
    with HttpCaller(live_server) as reader:
        full = reader.request("GET", path, headers={"Accept-Encoding": coding}).expect(200)
        for answer in often(reader, "HEAD", path, Accept_Encoding=coding):
            assert (answer.expect(200).body, answer.etag) == (b"", full.etag)
            assert answer.headers["content-length"] == full.headers["content-length"]
        for method in ("GET", "HEAD"):
            held = {"Accept_Encoding": coding, "If_None_Match": full.etag}
            for answer in often(reader, method, path, **held):
                assert (answer.expect(304).body, answer.etag) == (b"", full.etag)
        for answer in often(reader, "HEAD", f"{path}-none"):
            assert answer.expect(404).body == b""
        assert reader.request("GET", path).expect(200).body == DECODE[coding](full.body)
