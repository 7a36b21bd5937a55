"""Writes whose other headers hold anything: carried out, or refused as a whole."""

import pytest

from tests.hostile import refusals
from tests.hostile.operations import Operation, operations
from tests.hostile.test_headers import HEADERS
from tests.hostile.world import World

WRITES = [one for one in operations() if one.method != "GET"]
# They end the login that the next request would need.
ONCE = {"refresh_tokens", "log_out", "change_password"}


@pytest.mark.parametrize("operation", [one for one in WRITES if one.name not in ONCE], ids=str)
def test_a_write_with_hostile_headers_succeeds_or_is_refused(
    operation: Operation, world: World
) -> None:
    for name, values in HEADERS.items():
        for value in values[:3]:
            request = world.request(operation)
            answer = request.sent(world.admin, headers={name: value})
            what = f"{operation} {name}: {value[:40]!r} -> {answer.status_code}"
            if answer.status_code >= 300:
                refusals.check(answer, {400, 401, 404, 409, 415, 422, 429}, what)
