"""What is kept is given again exactly while the site stands still; nothing else is kept."""

import gzip
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import brotli
import pytest
from backports import zstd

from cms.foundation.cache.addresses import Key
from cms.foundation.cache.entries import Entry
from cms.foundation.errors import Unavailable
from tests.cache.desk import Desk

DECODE: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}


def test_the_second_answer_comes_from_memory_and_is_the_same() -> None:
    desk = Desk()

    first, second = desk.ask("/things?tag=a"), desk.ask("/things?tag=a")

    assert (first.source, second.source) == ("fwd=miss; stored", "hit")
    assert first.body == second.body
    assert second.headers["Age"] == "0"
    assert len(desk.asked) == 1
    of_one = {"Cache-Status", "Age", "X-Request-Id"}
    assert {k: v for k, v in first.headers.items() if k not in of_one} == {
        k: v for k, v in second.headers.items() if k not in of_one
    }


def test_a_new_version_is_rendered_anew_and_so_is_one_before_it() -> None:
    desk = Desk()
    desk.ask("/things")

    for version in (2, 3, 2, 1):
        desk.version = version
        assert f" {version} " in desk.ask("/things").body.decode()

    assert len(desk.asked) == 5


def test_what_was_rendered_while_the_site_changed_is_not_taken_for_the_new_version() -> None:
    desk = Desk()

    def publish() -> None:
        desk.version += 1

    desk.meanwhile = publish
    desk.ask("/things")
    desk.meanwhile = lambda: None

    assert desk.ask("/things").source == "fwd=miss; stored"
    assert desk.ask("/things").source == "hit"


SAME = ["/things?b=2&a=1", "/things?a=1&b=2", "/things?%61=1&b=2", "/things?a=1&limit=20&b=2"]


@pytest.mark.parametrize("path", SAME)
def test_one_question_is_rendered_once_however_it_is_spelled(path: str) -> None:
    desk = Desk()
    desk.ask(SAME[0])

    assert desk.ask(path).source == "hit"
    assert desk.ask(path).source == "hit"


@pytest.mark.parametrize(
    "path",
    [
        "/things?a=1",
        "/things?a=1&b=2&limit=21",
        "/things?a=2&b=1",
        "/things/a",
    ],
)
def test_another_question_has_another_answer(path: str) -> None:
    desk = Desk()
    desk.ask(SAME[0])

    assert desk.ask(path).source == "fwd=miss; stored"
    assert len(desk.asked) == 2


@pytest.mark.parametrize("path", ["/things?a=1&b=2&b=2", "/things?a=1&limit=20&b=2&limit=20"])
def test_what_says_a_thing_twice_is_for_the_application_to_refuse(path: str) -> None:
    desk = Desk()
    desk.ask(SAME[0])

    assert [desk.ask(path).source for _ in range(2)] == ["none", "none"]


def test_spellings_without_end_take_no_memory_and_no_rendering() -> None:
    desk = Desk()
    for number in range(1, 200):
        desk.ask(f"/things?a=1&{'&' * number}b=2")

    assert len(desk.asked) == 1


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (404, {}),
        (422, {}),
        (206, {}),
        (200, {"Cache-Control": "private, no-store"}),
        (200, {"Cache-Control": "max-age=60"}),
        (200, {"Set-Cookie": "a=b"}),
    ],
)
def test_only_a_public_200_is_kept(status: int, headers: dict[str, str]) -> None:
    desk = Desk(status=status, headers=headers)

    for _ in range(2):
        answer = desk.ask("/things")
        assert (answer.status, answer.source) == (status, "none")

    assert len(desk.asked) == 2


def test_a_route_that_does_not_declare_it_is_never_kept() -> None:
    desk = Desk()

    assert [desk.ask("/private").source for _ in range(2)] == ["none", "none"]
    assert len(desk.asked) == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_only_reading_is_answered_from_memory(method: str) -> None:
    desk = Desk()
    desk.ask("/things")

    assert desk.ask("/things", method).source == "none"


@pytest.mark.parametrize("query", ["%C3%A9", "%FF", "\u00e9", "a=%00", "x" * 5000])
def test_bytes_of_any_kind_are_told_apart(query: str) -> None:
    desk = Desk()
    desk.ask("/things?%C3%83%C2%A9")
    desk.ask("/things?%FE")

    assert desk.ask(f"/things?{query}").source != "hit"


@pytest.mark.parametrize("first", ["GET", "HEAD"])
def test_head_is_get_without_the_body(first: str) -> None:
    desk = Desk()
    desk.ask("/things", first)

    full, head = desk.ask("/things"), desk.ask("/things", "HEAD")

    assert (full.source, head.source, head.body) == ("hit", "hit", b"")
    assert head.headers["Content-Length"] == str(len(full.body))
    assert len(desk.asked) == 1


@pytest.mark.parametrize("coding", [*DECODE, ""])
def test_each_coding_is_the_same_text_under_its_own_tag(coding: str) -> None:
    desk = Desk()
    plain = desk.ask("/things")

    for _ in range(2):
        packed = desk.ask("/things", accept_encoding=coding)
        assert packed.headers.get("Content-Encoding", "") == coding
        assert packed.headers["Content-Length"] == str(len(packed.body))
        assert packed.headers["Vary"] == "Accept-Encoding"
        assert DECODE.get(coding, bytes)(packed.body) == plain.body
        assert (packed.headers["ETag"] == plain.headers["ETag"]) == (not coding)
        assert not packed.headers["ETag"].startswith("W/")


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, deflate, br", "br"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("GZIP", "gzip"),
        ("*", "zstd"),
        ("*;q=0.5, gzip;q=0", "zstd"),
        ("br;q=0, gzip;q=0.001", "gzip"),
        ("identity", ""),
        ("identity, gzip;q=0.5", ""),
        ("zstd;q=0, br;q=0, gzip;q=0", ""),
        ("*;q=0", ""),
        ("deflate", ""),
        ("gzip;q=nan", ""),
        ("gzip;q=2", ""),
        (";;,,=", ""),
        ("gzip" * 2000, ""),
    ],
)
def test_the_coding_is_one_that_the_client_takes(accepted: str, coding: str) -> None:
    answer = Desk().ask("/things", accept_encoding=accepted)

    assert answer.headers.get("Content-Encoding", "") == coding


@pytest.mark.parametrize("coding", [*DECODE, ""])
@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_who_has_the_answer_gets_304(coding: str, form: str, method: str) -> None:
    desk = Desk()
    tag = desk.ask("/things", accept_encoding=coding).headers["ETag"]
    desk.layer.forget()

    for _ in range(2):
        answer = desk.ask(
            "/things", method, accept_encoding=coding, if_none_match=form.format(f'"1-{2}"')
        )
        assert answer.status == (304 if form == "*" or not coding else 200)
        tag = answer.headers["ETag"]
        answer = desk.ask("/things", method, accept_encoding=coding, if_none_match=form.format(tag))
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert "Content-Type" not in answer.headers
        assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_many_who_ask_at_once_have_one_rendering() -> None:
    desk = Desk()
    waiting = threading.Barrier(2)
    desk.meanwhile = lambda: waiting.wait(10)

    with ThreadPoolExecutor(9) as pool:
        answers = [pool.submit(desk.ask, "/things") for _ in range(8)]
        pool.submit(waiting.wait, 10)
        bodies = {answer.result().body for answer in answers}

    assert len(desk.asked) == len(bodies) == 1


def test_who_waits_for_a_rendering_that_fails_asks_for_himself() -> None:
    desk = Desk(status=404)
    waiting = threading.Barrier(3)
    desk.meanwhile = lambda: waiting.wait(0.5) if len(desk.asked) == 1 else None

    def fail() -> None:
        desk.meanwhile = lambda: None
        raise RuntimeError

    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(desk.ask, "/things") for _ in range(3)]
        assert [answer.result().status for answer in answers] != [200, 200, 200]

    desk.status, desk.meanwhile = 200, lambda: None
    assert desk.ask("/things").status == 200


def test_the_least_recently_used_go_first_and_memory_is_bounded() -> None:
    size = len(Desk().ask("/things/0").body) + 3000
    desk = Desk(capacity=3 * size + size // 2)
    for name in ("a", "b", "c"):
        desk.ask(f"/things/{name}")
    desk.ask("/things/a")

    desk.ask("/things/d")

    assert [desk.ask(f"/things/{name}").source == "hit" for name in "acd"] == [True] * 3
    assert desk.ask("/things/b").source == "fwd=miss; stored"


@pytest.mark.parametrize("capacity", [0, 100])
def test_what_is_larger_than_the_memory_is_not_kept(capacity: int) -> None:
    desk = Desk(capacity=capacity)

    for coding in ("", "gzip"):
        answer = desk.ask("/things", accept_encoding=coding)
        assert (answer.status, answer.source) == (200, "fwd=miss")
    assert len(desk.asked) == 2


@pytest.mark.parametrize("coding", ["", *DECODE])
def test_what_is_said_to_be_stored_is(coding: str) -> None:
    size = len(Desk().ask("/things").body) + 3000
    for capacity in range(size - 10, size + 500, 10):
        desk = Desk(capacity=capacity)
        first, second = (desk.ask("/things", accept_encoding=coding).source for _ in range(2))
        assert (first == "fwd=miss; stored") == (second == "hit"), capacity


def test_other_spellings_count_too() -> None:
    size = len(Desk().ask("/things").body) + 3000
    desk = Desk(capacity=size + 3000)
    desk.ask("/things?a=1")

    for number in range(1, 8):
        desk.ask(f"/things?{'&' * (500 + number)}a=1")

    assert len(desk.asked) > 1


def test_the_oldest_goes_while_others_are_being_moved() -> None:
    class Moving(OrderedDict[Key, Entry]):
        """Whoever looks through it is always too slow."""

        def __iter__(self) -> Iterator[Key]:
            found = super().__iter__()
            for key in list(self.keys())[:1]:
                self.move_to_end(key)
            return found

    desk = Desk(capacity=2 * 6000)
    desk.layer._store._entries = Moving()  # noqa: SLF001

    for name in ("a", "b", "c"):
        desk.ask(f"/things/{name}")

    assert [desk.ask(f"/things/{name}").source == "hit" for name in "cba"] == [True, True, False]


def test_compressed_forms_count_too() -> None:
    size = len(Desk().ask("/things/a").body) + 3000
    desk = Desk(capacity=size + 100)
    desk.ask("/things/a")
    assert desk.ask("/things/a").source == "hit"

    for coding in DECODE:
        desk.ask("/things/a", accept_encoding=coding)

    assert len(desk.asked) > 1


@pytest.mark.parametrize(
    ("origins", "shared"),
    [((), True), (("*",), True), (("https://a.test", "https://b.test"), False)],
)
def test_an_answer_that_names_the_page_is_given_to_that_page_only(
    origins: tuple[str, ...], *, shared: bool
) -> None:
    desk = Desk(origins=origins)
    for origin in ("https://a.test", "https://b.test", "https://c.test", "https://d.test"):
        named = desk.ask("/things", origin=origin).headers.get("Access-Control-Allow-Origin")
        assert named in ({None} if shared else {origin, None})

    assert desk.ask("/things", origin="https://c.test").source == "hit"
    assert len(desk.asked) == (1 if shared else 3)


def test_each_answer_has_an_id_of_its_own_or_the_one_that_was_sent() -> None:
    desk = Desk()
    own = str(uuid.uuid4())

    ids = {desk.ask("/things").headers["X-Request-Id"] for _ in range(3)}

    assert len(ids) == 3
    assert desk.ask("/things", x_request_id=own).headers["X-Request-Id"] == own
    assert desk.ask("/things", x_request_id="x" * 36).headers["X-Request-Id"] != "x" * 36


def test_without_a_version_the_application_is_asked() -> None:
    desk = Desk()
    desk.ask("/things")

    def lost() -> None:
        raise Unavailable("The database is gone")

    desk.layer._present = lost  # type: ignore[assignment]  # noqa: SLF001

    assert desk.ask("/things").source == "none"
    assert len(desk.asked) == 2
