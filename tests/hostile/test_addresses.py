"""Query strings and paths that no operation knows."""

from urllib.parse import quote

import pytest
from jsonschema import Draft202012Validator

from tests.hostile import refusals
from tests.hostile.operations import Operation, operations, with_path
from tests.hostile.world import Request, World

UNKNOWN = [
    "unknown=1",
    "unknown",
    "=",
    "a[b]=c",
    "__proto__=1",
    "%00=1",
    "%FF=%FE",
    "limit%00=1",
    "Limit=1",
    "LIMIT=1",
    " limit=1",
    "x" * 5000 + "=1",
]
# What a number in a query string is not, in the order of how tempting it is to accept it.
NOT_A_NUMBER = ["", "abc", "1.5", "1e1", "0x10", "1_0", "٣", "%203", "3%20", "+3", "%2B3", "NaN"]
TOO_LARGE = ["-1", "9" * 20, "9" * 5000, "-" + "9" * 20]
HOSTILE_TEXTS = ["%00", "a%00b", "%1B", "%7F", "a" * 100_000]
ANYTHING = ["%ED%A0%80", "%FF", "'", '"', "%25", "_", "\\", "{}", "../..", "1' OR '1'='1"]
SEGMENTS = [
    "%00",
    "a%00",
    "%2e%2e",
    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "..%2f",
    "a%2Fb",
    "%5c",
    "%FF",
    "%ED%A0%80",
    "%0a",
    "%0d%0aX:1",
    "A",
    "a--b",
    "-",
    "%20",
    "a%20",
    "*",
    "a'--",
    "%F0%9F%8E%89",
    "%zz",
    "a" * 50_000,
    "null",
    "undefined",
    "-1",
    "9" * 40,
    "00000000-0000-0000-0000-000000000000",
    "{019ab3c4-0000-7000-8000-000000000000}",
    "019ab3c4-0000-7000-8000-00000000000g",
    "019ab3c4-0000-7000-8000-0000000000000",
]


@pytest.fixture
def world(still_world: World) -> World:
    """Shared: everything here is refused."""
    return still_world


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_unknown_query_parameters_are_refused_and_named(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for query in UNKNOWN:
            answer = request.sent(world.admin, query=query)
            refusals.check(answer, {422}, f"{operation} ?{query:.60}")
            problem = answer.get_json()
            assert problem["errors"][0]["pointer"].startswith("?"), problem
            assert "llowed" in problem["errors"][0]["detail"], problem


@pytest.mark.parametrize("operation", [one for one in operations() if one.named("query")], ids=str)
def test_each_query_parameter_refuses_what_its_schema_does_not_allow(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    for name, schema in operation.named("query").items():
        if schema["type"] == "integer":
            refused = [*NOT_A_NUMBER, *TOO_LARGE, str(schema["minimum"] - 1)]
            if "maximum" in schema:
                refused.append(str(schema["maximum"] + 1))
        elif schema["type"] == "boolean":
            refused = ["", "1", "0", "yes", "True", "TRUE", "null", "%00", "truee"]
        elif schema["type"] == "array":
            refused = ["", "unknown", "html,unknown", "%00", ",", "title,,slug", "HTML"]
        else:
            refused = [*HOSTILE_TEXTS, *([""] if schema.get("minLength") else ())]
        if "enum" in schema:
            refused += [one.upper() for one in schema["enum"]]
        for value in refused:
            answer = request.sent(world.admin, query=f"{name}={value}")
            statuses = {400, 422} if name == "cursor" else {422}
            refusals.check(answer, statuses, f"{operation} ?{name}={value:.60}")
        first = quote(str(_accepted(name, schema)))
        answer = request.sent(world.admin, query=f"{name}={first}&{name}={first}")
        refusals.check(answer, {422}, f"{operation} {name} twice")


@pytest.mark.parametrize("operation", [one for one in operations() if one.named("query")], ids=str)
def test_any_text_is_a_harmless_query(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for name, schema in operation.named("query").items():
            if schema["type"] != "string":
                continue
            for value in ANYTHING:
                answer = request.sent(world.admin, query=f"{name}={quote(value, safe='%')}")
                if answer.status_code != 200:
                    refusals.check(answer, {400, 422}, f"{operation} ?{name}={value}")


@pytest.mark.parametrize("operation", with_path(), ids=str)
def test_ids_of_nothing_and_of_other_kinds_are_not_found(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    for name in operation.path_parameters:
        _check_strangers(operation, name, request, world)


def _check_strangers(operation: Operation, name: str, request: Request, world: World) -> None:
    segments = operation.path.split("/")
    place = next(at for at, one in enumerate(segments) if "{" + name + "}" in one)
    steps = request.path.split("/")
    own = steps[place]
    strangers = {*world.ids.values(), world.admin.user_id, world.author["id"], world.tag["id"]}
    same_kind = {world.post["id"], own} if name == "post_id" else {own}
    if name == "author_id":
        same_kind.add(world.author["id"])
    if name == "tag_id":
        same_kind.add(world.tag["id"])
    if name == "user_id":
        same_kind.add(world.admin.user_id)
    with refusals.nothing_written(world.app.database):
        for segment in [*SEGMENTS, *sorted(strangers - same_kind)]:
            path = "/".join([*steps[:place], segment, *steps[place + 1 :]])
            answer = request.sent(world.admin, path=path)
            # An encoded slash makes it another address, which may not know the method.
            refusals.check(answer, {404, 405}, f"{operation} {path:.80}")


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_addresses_beside_an_operation_are_not_found(operation: Operation, world: World) -> None:
    request = world.request(operation)
    beside = ["/", "/%2e", "/..", "%00", "%20", ".json", ";a=b", "/x/y", "%2F"]
    with refusals.nothing_written(world.app.database):
        for more in beside:
            answer = request.sent(world.admin, path=request.path + more)
            refusals.check(answer, {404, 405}, f"{operation} {request.path}{more}")
        answer = request.sent(world.admin, path=request.path.upper())
        refusals.check(answer, {404, 405}, f"{operation} in capitals")


def _accepted(name: str, schema: dict[str, object]) -> object:
    """Something that the parameter may be."""
    for value in (5, "true", "draft", "due", "html" if name == "include" else "title", "abc"):
        kind = {"integer": int, "boolean": str}.get(str(schema["type"]), str)
        if isinstance(value, kind) and (
            schema["type"] in {"boolean", "array"} or Draft202012Validator(schema).is_valid(value)
        ):
            return value
    raise AssertionError(name)
