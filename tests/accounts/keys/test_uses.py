"""When a key was last used is noted without any request waiting for it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.delivery.test_statements import counted

POSTS, ME = "/api/v1/manage/posts", "/api/v1/auth/me"


@pytest.fixture
def key(author: Caller) -> Caller:
    """Not used yet."""
    return factories.a_key(author, "posts:write")


def _used(app: Edge, author: Caller, key: Caller) -> str | None:
    app.extensions["cms.background"].finish()
    found: dict[str, Any] = author.get(f"/api/v1/auth/keys/{key.key_id}").get_json()
    last: str | None = found["last_used_at"]
    return last


def test_the_last_use_is_noted_at_most_once_a_minute(
    app: Edge, author: Caller, key: Caller
) -> None:
    assert _used(app, author, key) is None
    with time_machine.travel(moments.now(), tick=False) as clock:
        first = moments.spell(moments.now())
        key.get(POSTS)
        assert _used(app, author, key) == first
        clock.shift(timedelta(seconds=59))
        key.get(POSTS)
        assert _used(app, author, key) == first
        clock.shift(timedelta(seconds=1))
        key.post(POSTS, json={"title": "T"})
        assert _used(app, author, key) == moments.spell(moments.now())


def test_an_answer_that_is_not_modified_is_a_use_too(
    app: Edge, author: Caller, key: Caller
) -> None:
    known = author.get(ME).headers["ETag"]

    answer = key.get(ME, headers={"If-None-Match": known})

    assert answer.status_code == 304
    assert _used(app, author, key) is not None


def test_a_read_with_a_key_asks_as_often_as_one_with_a_login(
    app: Edge, author: Caller, key: Caller
) -> None:
    cost = {}
    for by in (author, key):
        by.get(POSTS)
        app.extensions["cms.background"].finish()
        with counted(app.database) as statements:
            by.get(POSTS)
        cost[by.key_id] = len(statements)

    assert len(set(cost.values())) == 1


def test_a_read_does_not_wait_for_whoever_writes(app: Edge, author: Caller, key: Caller) -> None:
    with app.database.transaction() as writing:
        writing.connection()
        answer = key.get(POSTS)
        assert answer.status_code == 200

    assert _used(app, author, key) is not None
