"""Requests and retries in any order: as many effects as there are keys that were ever answered."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.conftest import empty
from tests.retries.asking import REPLAYED, ask, posts, rows

KEYS = ["a", "b", "c", '"a"']
BODIES: list[dict[str, Any]] = [
    {"title": "One"},
    {"title": "Two", "status": "published"},
    # Taken as soon as it was given once.
    {"title": "Three", "slug": "three"},
    {"title": ""},
]
ASKED = st.lists(st.tuples(st.sampled_from(KEYS), st.integers(0, len(BODIES) - 1)), max_size=20)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(asked=ASKED)
def test_effects_are_as_many_as_keys_that_were_answered(
    app: Edge, asked: list[tuple[str, int]]
) -> None:
    empty(app)
    by = factories.a_caller(app, "admin")
    known: dict[str, tuple[int, bytes]] = {}
    is_taken = False
    for written, number in asked:
        key = written.strip('"')
        answer = ask(by, written, json=BODIES[number])
        if key in known:
            before, body = known[key]
            if before == number:
                assert (answer.status_code, answer.get_data()) == (201, body)
                assert answer.headers[REPLAYED] == "true"
            else:
                assert answer.get_json()["code"] == "idempotency_key_reused"
            continue
        fails = {3: 422, 2: 409 if is_taken else None}.get(number)
        assert answer.status_code == (fails or 201)
        assert REPLAYED not in answer.headers
        if fails is None:
            known[key] = number, answer.get_data()
            is_taken = is_taken or number == 2
    assert posts(app.database) == len(rows(app.database)) == len(known)
