"""Request headers that hold anything."""

import pytest

from tests.hostile import refusals
from tests.hostile.operations import Operation, operations
from tests.hostile.world import World

GARBAGE = [
    "",
    "a",
    '"',
    '""',
    '"a"',
    '"1"',
    "1",
    '"99999999999999999999-x"',
    '"-1-x"',
    '"٣-x"',
    'W/"1-x"',
    '"a", "b", W/"c"',
    ",,,",
    "**",
    '"*"',
    "\xff\xfe",
    '"' + "x" * 20_000 + '"',
    '"a",' * 5000,
]
HEADERS = {
    "Accept": ["", "text/html", "image/*;q=0", ";;;q=", "*/*;q=99999", "\xff", "a" * 20_000],
    "Accept-Encoding": ["", "br;q=NaN", "\xff", "identity;q=0"],
    "Accept-Language": ["xx-" * 500, "\xff"],
    "Authorization": ["", "Bearer", "Bearer ", "Bearer a.b.c", "Basic Og==", "\xff", "a" * 20_000],
    "Content-Encoding": ["gzip", "br"],
    "Cookie": ["a=b; c", "\xff", "session=" + "x" * 3000],
    "Host": ["", "a b", "\xff", "evil.example:99999", "[::1", "a" * 5000],
    "If-None-Match": GARBAGE,
    "If-Modified-Since": ["", "yesterday", "Thu, 99 Foo 99999 99:99:99 GMT", "\xff"],
    "Origin": ["null", "https://evil.example", "\xff"],
    "Range": ["bytes=0-0", "bytes=" + "0-1," * 500, "x"],
    "User-Agent": ["", "\xff" * 100, "a" * 20_000],
    "X-Forwarded-For": ["", "1.2.3.4", "::1", "\xff", "1.2.3.4, " * 500],
    "X-Forwarded-Proto": ["gopher"],
    "X-HTTP-Method-Override": ["DELETE"],
    "X-Request-Id": ["", "a\tb", "\xff", "x" * 20_000, "0" * 32],
}


@pytest.fixture
def world(still_world: World) -> World:
    """Shared: everything here is refused."""
    return still_world


@pytest.mark.parametrize(
    "operation", [one for one in operations() if one.needs_precondition], ids=str
)
def test_a_precondition_that_names_no_version_stops_the_change(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for value in GARBAGE:
            answer = request.sent(world.admin, headers={"If-Match": value})
            refusals.check(answer, {412}, f"{operation} If-Match: {value[:40]!r}")
        answer = request.sent(world.admin, headers={"If-Match": None})
        refusals.check(answer, {428}, f"{operation} without If-Match")


@pytest.mark.parametrize("operation", [one for one in operations() if one.method == "GET"], ids=str)
def test_headers_never_change_a_read_into_a_failure(operation: Operation, world: World) -> None:
    request = world.request(operation)
    plain = request.sent(world.admin)
    with refusals.nothing_written(world.app.database):
        for name, values in HEADERS.items():
            for value in values:
                answer = request.sent(world.admin, headers={name: value})
                what = f"{operation} {name}: {value[:40]!r} -> {answer.status_code}"
                if name == "Authorization" and request.token is not None:
                    refusals.check(answer, {401}, what)
                    assert answer.headers["WWW-Authenticate"].startswith("Bearer"), what
                elif name == "If-None-Match" and answer.status_code == 304:
                    assert not answer.get_data(), what
                elif name == "Host" and answer.status_code == 400:
                    refusals.check(answer, {400}, what)
                else:
                    assert answer.status_code == 200, what
                    assert answer.get_data() == plain.get_data(), what
