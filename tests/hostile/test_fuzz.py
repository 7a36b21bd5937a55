"""Anything at all, drawn by hypothesis: no failure, and a refusal writes nothing."""

import json
import string
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile import refusals
from tests.hostile.operations import Operation, operations, places, with_body
from tests.hostile.world import Request, World

REFUSED = {400, 401, 404, 409, 412, 413, 415, 422, 428, 429}
QUICK = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LONG = settings(QUICK, max_examples=200)

texts = st.text(st.characters(exclude_categories=()), max_size=40)
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**70)
    | st.floats()
    | texts
    | st.datetimes().map(lambda moment: f"{moment.isoformat()}Z")
    | st.uuids().map(str)
    | st.sampled_from(["draft", "published", "admin", "a-slug", "https://example.org", "*"])
)
# Without letters: a refusal repeats an unknown name, and hypothesis likes to draw words from our
# own source, which would then look like something internal.
strange_names = st.text(
    st.characters(exclude_categories=(), exclude_characters=string.ascii_letters), max_size=40
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(strange_names, inner, max_size=4),
    max_leaves=12,
)


def send(request: Request, world: World, what: str, **changes: Any) -> None:
    """Send it; a refusal must be one, and must have written nothing."""
    before = refusals.digest(world.app.database)
    answer = request.sent(world.admin, **changes)
    if answer.status_code >= 300 and answer.status_code != 304:
        asked = f"{changes.get('path', '')}?{changes.get('query', '')}"
        refusals.check(answer, REFUSED | {405}, what, asked=asked)
        assert refusals.digest(world.app.database) == before, what


def fuzz_one_member(operation: Operation, world: World, data: st.DataObject) -> None:
    place = data.draw(st.sampled_from(list(places(operation.body_schema))))
    body = place.put(world.body(operation, place.top), data.draw(values))
    if operation.name == "change_password":
        body["current_password"] = "never right"  # noqa: S105 - the login must live on
    send(world.request(operation), world, f"{operation} {body!r:.300}", body=body)


def fuzz_whole_body(operation: Operation, world: World, data: st.DataObject) -> None:
    names = st.sampled_from(list(operation.body_schema["properties"])) | strange_names
    body = data.draw(values | st.dictionaries(names, values, max_size=6))
    send(world.request(operation), world, f"{operation} {body!r:.300}", body=body)


def fuzz_bytes(operation: Operation, world: World, data: st.DataObject) -> None:
    whole = json.dumps(world.body(operation)).encode()
    # The samples grow with a counter; what is drawn must not depend on their length.
    cut = data.draw(st.integers(0, 500)) % len(whole)
    sent = whole[:cut] + data.draw(st.binary(max_size=20)) + whole[cut + 1 :]
    if operation.name == "change_password":
        sent = sent.replace(world.admin.password.encode(), b"never right")
    send(world.request(operation), world, f"{operation} {sent!r:.300}", data=sent)


@pytest.mark.parametrize("fuzz", [fuzz_one_member, fuzz_whole_body, fuzz_bytes])
@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_any_body_is_taken_or_refused(operation: Operation, fuzz: Any, world: World) -> None:
    @QUICK
    @given(st.data())
    def run(data: st.DataObject) -> None:
        fuzz(operation, world, data)

    run()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("fuzz", [fuzz_one_member, fuzz_whole_body, fuzz_bytes])
@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_very_many_bodies_are_taken_or_refused(
    operation: Operation, fuzz: Any, world: World
) -> None:
    @LONG
    @given(st.data())
    def run(data: st.DataObject) -> None:
        fuzz(operation, world, data)

    run()


def fuzz_address(operation: Operation, world: World, data: st.DataObject) -> None:
    request = world.request(operation)
    raw = st.text(st.characters(codec="latin-1", exclude_characters="#?\r\n\t"), max_size=30)
    names = st.sampled_from([*operation.named("query"), "unknown"]) | raw
    query = "&".join(
        f"{data.draw(names)}={data.draw(raw | st.integers().map(str))}"
        for _ in range(data.draw(st.integers(0, 3)))
    )
    path = request.path + data.draw(st.just("") | raw)
    send(request, world, f"{operation} {path!r:.100} {query!r:.200}", path=path, query=query)


@pytest.mark.parametrize("operation", [one for one in operations() if one.method == "GET"], ids=str)
def test_any_address_is_answered_or_refused(operation: Operation, world: World) -> None:
    @QUICK
    @given(st.data())
    def run(data: st.DataObject) -> None:
        fuzz_address(operation, world, data)

    run()
