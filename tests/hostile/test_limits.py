"""Every limit that the document states: reached, it is accepted; passed by one, refused."""

from typing import Any

import pytest

from tests.hostile import refusals
from tests.hostile.operations import Operation, Place, places, with_body
from tests.hostile.world import SPENT, World

# Longer than the body that the tests' server accepts.
TOO_LONG_HERE = 100_000
# How a text one too long may end. Folding would take the space away again; a schema does not fold.
ENDINGS = ["", " "]


def text_of(length: int, place: Place, character: str) -> str:
    """A text of exactly ``length`` that fits the format of ``place``."""
    if place.schema.get("format") == "email":
        domain = "@" + ".".join(["d" * 60] * 3) + ".example.org"
        return "e" * (length - len(domain)) + domain
    if place.schema.get("format") == "uri-reference":
        return "https://example.org/".ljust(length, "a")
    return ("a" if "pattern" in place.schema else character) * length


def limited_texts(operation: Operation) -> list[Place]:
    """The texts whose length is limited."""
    return [
        place
        for place in places(operation.body_schema)
        if place.schema.get("maxLength", TOO_LONG_HERE) < TOO_LONG_HERE
    ]


@pytest.mark.parametrize("character", ["x", "字", "😀"])
@pytest.mark.parametrize("operation", [one for one in with_body() if limited_texts(one)], ids=str)
def test_a_text_may_be_as_long_as_the_document_says_and_no_longer(
    operation: Operation, character: str, world: World
) -> None:
    for place in limited_texts(operation):
        if place.top == "authors":
            continue  # Only existing slugs are accepted.
        if operation.name in SPENT:
            world = World(world.app)
        request = world.request(operation)
        whole = world.body(operation, place.top)
        longest = place.schema["maxLength"]
        for ending in ENDINGS:
            too_long = text_of(longest + 1 - len(ending), place, character) + ending
            with refusals.nothing_written(world.app.database):
                answer = request.sent(world.admin, body=place.put(whole, too_long))
            refusals.check(answer, {422}, f"{operation} {place.steps} {longest}+1 {ending!r}")
        accepted = place.put(whole, text_of(longest, place, character))
        answer = request.sent(world.admin, body=accepted)
        what = f"{operation} {place.steps} of {longest}: {answer.get_data(as_text=True)[:300]}"
        if place.top in {"email", "password"} and operation.name == "log_in":
            assert answer.status_code in {401, 429}, what
        elif place.top == "current_password":
            assert answer.get_json()["code"] == "wrong_password", what
        elif place.top == "token":
            assert answer.get_json()["code"] == "link_used", what
        elif place.schema.get("format") == "email" and answer.status_code == 422:
            # 64 characters before the @ is what mail itself allows.
            assert "email" in answer.get_json()["errors"][0]["detail"], what
        else:
            assert answer.status_code in {200, 201, 202}, what


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_a_list_may_be_as_long_as_the_document_says_and_no_longer(
    operation: Operation, world: World
) -> None:
    for place in places(operation.body_schema):
        most = place.schema.get("maxItems")
        if most is None:
            continue
        request = world.request(operation)
        whole = world.body(operation, place.top)
        item: Any = whole[place.top][0]
        with refusals.nothing_written(world.app.database):
            answer = request.sent(world.admin, body=place.put(whole, [item] * (most + 1)))
        refusals.check(answer, {422}, f"{operation} {place.steps} of {most + 1}")
        answer = request.sent(world.admin, body=place.put(whole, [item] * most))
        assert answer.status_code in {200, 201, 202}, answer.get_data(as_text=True)


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_a_text_that_is_only_blank_is_refused_where_it_may_not_be_empty(
    operation: Operation, world: World
) -> None:
    request = world.request(operation)
    with refusals.nothing_written(world.app.database):
        for place in places(operation.body_schema):
            if place.schema.get("minLength", 0) == 0 or "password" in place.top:
                continue
            whole = world.body(operation, place.top)
            for blank in ("", " ", "\u3000", "\u00a0\t", " " * 50):
                answer = request.sent(world.admin, body=place.put(whole, blank))
                refusals.check(answer, {422}, f"{operation} {place.steps} = {blank!r}")
