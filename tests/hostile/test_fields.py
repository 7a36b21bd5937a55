"""Each field of each body, with every value that its schema or the contract refuses."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.hostile import refusals
from tests.hostile.operations import Operation, Place, not_null, places, with_body
from tests.hostile.world import FUTURE, World

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    12,
    2**63,
    2**64,
    -(2**63) - 1,
    10**400,
    1.5,
    1e300,
    "",
    "text",
    [],
    [None],
    [1],
    [[]],
    [{}],
    {},
    {"a": 1},
    {"$ne": None},
]
NOT_TEXT = [f"a control{character}character" for character in "\0\x08\x1b\x7f\x9f"]
# To be published then may be asked for; to have been published then, not.
FAR = "9998-01-01T00:00:00Z"
NOT_A_MOMENT = [
    "",
    "now",
    "0",
    "1700000000",
    "2026",
    "2026-01",
    "2026-01-01",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+99:99",
    "2026-01-01T24:00:01Z",
    "2026-01-01T00:60:00Z",
    "2026-02-30T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "10000-01-01T00:00:00Z",
    "-2026-01-01T00:00:00Z",
    "+292277026596-12-04T15:30:08Z",
    FAR,
    "\uff12\uff10\uff12\uff16-01-01T00:00:00Z",
    "2026-01-01T00:00:00Z\n",
    "20260101T000000Z",
    "2026-W01-1T00:00:00Z",
    "2026-01-01T00:00Z",
    "2026-01-01T00:00:00,5Z",
    "2026-01-01T00:00:00+0100",
    "2026-01-01T00:00:00+01:00:30",
    "2026-01-01T00:00:00Z" + "0" * 10_000,
]
NOT_AN_ID = ["", "1", "0" * 32 + "g", "null", "../posts", "{" + "0" * 36, "%s" % ("a" * 100_000)]
NOT_AN_ADDRESS = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " https://example.org",
    "https://example.org/a b",
    "//example.org",
    "data:text/html,x",
    "ftp://example.org",
    "example.org",
    "https://",
    'https://example.org/"onload=x',
    "https://example.org/\n",
    "http:/\\example.org",
]
NOT_A_SLUG = ["A", "a b", "a--b", "-a", "a-", "a_b", "ä", "a\n", "a/b", "..", "a.b", "٣"]
NOT_AN_EMAIL = [
    "a",
    "a@",
    "@b",
    "a b@example.org",
    "a@example",
    "a@b@example.org",
    "a@exa mple.org",
]


@pytest.fixture
def world(still_world: World) -> World:
    """Shared: everything here is refused."""
    return still_world


def refused_by_schema(place: Place) -> list[Any]:
    """Those of ``VALUES`` that the document does not allow here."""
    validator = Draft202012Validator(place.schema)
    return [value for value in VALUES if not validator.is_valid(value)]


def refused_by_format(place: Place) -> list[str]:
    """Texts that are none of what this field holds."""
    schema = not_null(place.schema)
    if "string" not in schema.get("type", ()):
        return []
    if "enum" in schema:
        return [f"{schema['enum'][0]}x", schema["enum"][0].upper(), *NOT_TEXT]
    by_format = {
        "date-time": NOT_A_MOMENT,
        "uuid": NOT_AN_ID,
        "uri-reference": NOT_AN_ADDRESS,
        "email": NOT_AN_EMAIL,
    }
    found = by_format.get(schema.get("format", ""), [])
    if place.top in FUTURE:
        found = [one for one in found if one != FAR]
    # A pattern may ask for less than that of slugs.
    slugs = [one for one in NOT_A_SLUG if not Draft202012Validator(schema).is_valid(one)]
    return [*found, *(slugs if "pattern" in schema else ()), *NOT_TEXT]


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_every_field_refuses_what_its_schema_does_not_allow(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    tried = 0
    with refusals.nothing_written(world.app.database):
        for place in places(operation.body_schema):
            whole = world.body(operation, place.top)
            for value in refused_by_schema(place):
                answer = request.sent(world.admin, body=place.put(whole, value))
                what = f"{operation} {place.steps} = {value!r:.80}"
                refusals.check(answer, {400, 422}, what)
                if answer.status_code == 422:
                    pointers = [fault["pointer"] for fault in answer.get_json()["errors"]]
                    wanted = "#/" + "/".join(map(str, place.steps))
                    assert any(pointer.startswith(wanted) for pointer in pointers), what
                tried += 1
    assert tried >= len(VALUES) // 2


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_every_text_refuses_what_its_format_does_not_allow(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for place in places(operation.body_schema):
            whole = world.body(operation, place.top)
            for text in refused_by_format(place):
                answer = request.sent(world.admin, body=place.put(whole, text))
                # A password that nobody can have is wrong, whatever it holds.
                is_tried = place.top in {"password", "current_password"}
                statuses = {422, 401, 429} if is_tried else {422}
                refusals.check(answer, statuses, f"{operation} {place.steps} = {text!r:.80}")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_lone_surrogates_are_refused_in_every_text(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for place in places(operation.body_schema):
            whole = world.body(operation, place.top)
            for text in ("\ud800", "a\udfffb", "\udc00\ud800"):
                # `json.dumps` writes them as escapes, which is how they can be sent at all.
                answer = request.sent(world.admin, body=place.put(whole, text))
                refusals.check(answer, {400, 422}, f"{operation} {place.steps} = {text!a}")


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_unknown_members_are_refused_wherever_they_stand(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    names = ["unknown", "", "id", "version", "__proto__", "a/b~c", "\0", "é", "x" * 10_000]
    with refusals.nothing_written(world.app.database):
        inside: list[tuple[str | int, ...]] = [()]
        inside += [
            place.steps
            for place in places(operation.body_schema)
            if any("properties" in one for one in place.schema.get("anyOf", ()))
        ]
        for steps in inside:
            top = str(steps[0]) if steps else None
            for name in names:
                whole = world.body(operation, top)
                answer = request.sent(
                    world.admin, body=Place((*steps, name), {}).put(whole, "value")
                )
                what = f"{operation} {steps} {name!r:.40}"
                refusals.check(answer, {422}, what)
                problem = answer.get_json()
                assert "Allowed here: " in str(problem["errors"]), what


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_an_id_has_one_spelling(operation: Operation, world: World) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for place in places(operation.body_schema):
            if place.schema.get("format") != "uuid":
                continue
            whole = world.body(operation, place.top)
            right = place.value(whole)
            for spelled in (
                f"{{{right}}}",
                f"urn:uuid:{right}",
                right.replace("-", ""),
                f"{right[:-2]}-{right[-2:]}",
                f" {right}",
                f"{right}\n",
                f"{right[:-1]}\N{FULLWIDTH DIGIT ONE}",
            ):
                answer = request.sent(world.admin, body=place.put(whole, spelled))
                refusals.check(answer, {422}, f"{operation} {place.steps} = {spelled}")
                assert "Not a valid UUID." in str(answer.get_json()["errors"]), spelled


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_ids_of_other_kinds_are_refused(operation: Operation, world: World) -> None:
    request = world.request(operation)
    strangers = {*world.ids.values(), world.admin.user_id, "0" * 32, "f" * 32}
    right = {
        "author_ids": {world.author["id"], world.unused["author_id"]},
        "tag_ids": {world.tag["id"], world.unused["tag_id"]},
        "into": set(),
        "user_id": {world.victim.user_id, world.admin.user_id},
    }
    with refusals.nothing_written(world.app.database):
        for place in places(operation.body_schema):
            if place.schema.get("format") != "uuid":
                continue
            whole = world.body(operation, place.top)
            for stranger in strangers - right[place.top]:
                answer = request.sent(world.admin, body=place.put(whole, stranger))
                refusals.check(answer, {422}, f"{operation} {place.steps} = {stranger}")
