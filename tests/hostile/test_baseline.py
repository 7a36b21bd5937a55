"""The requests that the attacks start from are accepted, so it is the attack that is refused."""

import pytest

from tests.hostile.document import DOCUMENT
from tests.hostile.operations import Operation, document_of, operations, places, with_body
from tests.hostile.world import SPENT, World

NAMES = [operation.name for operation in operations()]


def test_the_operations_are_those_of_the_application(world: World) -> None:
    assert document_of(world.app)["paths"] == DOCUMENT["paths"]
    assert len(NAMES) == len(set(NAMES)) > 30


@pytest.mark.parametrize("operation", operations(), ids=str)
def test_the_unchanged_request_is_accepted(operation: Operation, world: World) -> None:
    answer = world.request(operation).sent(world.admin)
    assert answer.status_code in {200, 201, 202, 204}, answer.get_data(as_text=True)


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_each_field_is_accepted_with_a_sample_value(operation: Operation, world: World) -> None:
    tops = {place.top for place in places(operation.body_schema)}
    for top in sorted(tops):
        if operation.name == "change_password" and top == "current_password":
            continue
        request = world.request(operation)
        answer = request.sent(world.admin, body=world.body(operation, top))
        if operation.name in SPENT:
            world = World(world.app)
        assert answer.status_code in {200, 201, 202}, (top, answer.get_data(as_text=True))


@pytest.mark.parametrize("operation", with_body(), ids=str)
def test_json_with_a_charset_of_utf_8_is_json(operation: Operation, world: World) -> None:
    request = world.request(operation)
    content_type = f'{operation.body_type}; charset="UTF-8"'
    answer = request.sent(world.admin, headers={"Content-Type": content_type})
    assert answer.status_code in {200, 201, 202}, answer.get_data(as_text=True)
