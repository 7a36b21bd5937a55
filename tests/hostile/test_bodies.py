"""Bodies that are no JSON, not the right JSON, or not wanted at all."""

import json

import pytest

from tests.hostile import refusals
from tests.hostile.operations import Operation, operations, with_body
from tests.hostile.world import World

WITHOUT_BODY = [one for one in operations() if not one.body_type and one.method != "GET"]
DEPTH = 100_000
BROKEN = {
    "nothing": b"",
    "blank": b"  \n",
    "a word": b"title",
    "cut off": b'{"title": "a',
    "two values": b"{} {}",
    "a trailing comma": b'{"title": "a",}',
    "single quotes": b"{'title': 'a'}",
    "a comment": b'{"title": "a"} // b',
    "NaN": b'{"title": NaN}',
    "Infinity": b'{"title": -Infinity}',
    "a raw newline in a text": b'{"title": "a\nb"}',
    "a raw NUL": b'{"title": "a\0b"}',
    "a NUL behind it": b'{"title": "a"}\0',
    "an unknown escape": b'{"title": "\\x41"}',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "UTF-32": '{"title": "a"}'.encode("utf-32"),
    "Latin-1": '{"title": "ä"}'.encode("latin-1"),
    "an overlong slash": b'{"title": "\xc0\xaf"}',
    "a raw surrogate": b'{"title": "\xed\xa0\x80"}',
    "half a character": b'{"title": "\xe2\x82"}',
    "beyond Unicode": b'{"title": "\xf4\x90\x80\x80"}',
    "an escaped surrogate": b'{"title": "\\ud800"}',
    "deep lists": b"[" * DEPTH + b"]" * DEPTH,
    "deep lists, unclosed": b"[" * DEPTH,
    "deep objects": b'{"a":' * (DEPTH // 4) + b"1" + b"}" * (DEPTH // 4),
    "a deep title": b'{"title": ' + b"[" * 90_000 + b"]" * 90_000 + b"}",
    "a member twice": b'{"title": "a", "title": "b"}',
    "a member twice, further in": b'{"seo": {"title": "a", "title": "b"}}',
    "a number without end": b'{"title": ' + b"9" * 100_000 + b"}",
}
# JSON, but no object: readable, yet not what is needed.
NOT_AN_OBJECT = [b"null", b"1", b"1e999", b'"text"', b"true", b"[]", b"[{}]", b"[[[[]]]]"]
# Deep enough to hurt what walks it, and not too deep to be read.
NESTED = b'{"title": ' + b"[" * 900 + b"]" * 900 + b"}"
TYPES = [
    "",
    "text/plain",
    "text/html",
    "application/xml",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/octet-stream",
    "application/jsonp",
    "application/json-patch+json",
    "application/json; charset=utf-16",
    "application/json; charset=latin-1",
    "json",
    "*/*",
    "application/json, text/plain",
    ";;;",
    "a" * 5000,
]


@pytest.fixture
def world(still_world: World) -> World:
    """Shared: everything here is refused."""
    return still_world


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_broken_json_is_refused(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for name, data in BROKEN.items():
            answer = request.sent(world.admin, data=data)
            refusals.check(answer, {400, 413}, f"{operation}: {name}")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_json_that_is_no_object_is_refused(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for data in [*NOT_AN_OBJECT, NESTED]:
            answer = request.sent(world.admin, data=data)
            refusals.check(answer, {400, 422}, f"{operation}: {data[:40]!r}")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_a_body_of_another_type_is_refused(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for content_type in TYPES:
            answer = request.sent(world.admin, headers={"Content-Type": content_type})
            refusals.check(answer, {415}, f"{operation}: {content_type:.60}")
        answer = request.sent(world.admin, headers={"Content-Type": None})
        refusals.check(answer, {415}, f"{operation}: no type")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_a_form_in_place_of_json_is_refused(operation: Operation, world: World) -> None:
    request = world.request(operation)
    form = b"title=a&name=a"
    parts = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\na\r\n--x--\r\n'
    with refusals.nothing_written(world.app.database):
        for content_type, data in (
            ("application/x-www-form-urlencoded", form),
            ("multipart/form-data; boundary=x", parts),
            ("multipart/form-data", b"--"),
        ):
            answer = request.sent(world.admin, headers={"Content-Type": content_type}, data=data)
            refusals.check(answer, {415}, f"{operation}: {content_type}")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_a_body_beyond_the_limit_is_refused(operation: Operation, world: World) -> None:
    limit = world.app.config["MAX_CONTENT_LENGTH"]
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for data in (b" " * (limit + 1), b'{"title": "' + b"a" * limit + b'"}'):
            refusals.check(request.sent(world.admin, data=data), {413}, str(operation))
        refusals.check(request.sent(world.admin, data=b" " * limit), {400}, f"{operation}: limit")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_the_answer_to_much_nonsense_is_short(operation: Operation, world: World) -> None:
    request = world.request(operation)
    nonsense = json.dumps({f"name {number}": None for number in range(8000)}).encode()
    with refusals.nothing_written(world.app.database):
        answer = request.sent(world.admin, data=nonsense)
        assert answer.status_code == 422
        assert len(answer.get_data()) < len(nonsense)


@pytest.mark.parametrize("operation", WITHOUT_BODY, ids=str)
def test_a_body_that_is_not_wanted_is_refused(operation: Operation, world: World) -> None:
    request = world.request(operation)
    json_type = {"Content-Type": "application/json"}
    with refusals.nothing_written(world.app.database):
        for name, data in BROKEN.items():
            if name in {"nothing", "blank"}:
                continue
            answer = request.sent(world.admin, data=data, headers=json_type)
            refusals.check(answer, {400, 413}, f"{operation}: {name}")
        for data in (b'{"title": "a"}', b"[1]", b"1", b"false", b'""', b"[]", NESTED):
            answer = request.sent(world.admin, data=data, headers=json_type)
            refusals.check(answer, {400, 422}, f"{operation}: {data[:40]!r}")
        answer = request.sent(world.admin, data=b"a=b", headers={"Content-Type": "text/plain"})
        refusals.check(answer, {400, 415, 422}, f"{operation}: text")
