"""Leases tell others who is editing a post, and keep nobody from anything."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from cms.content.posts.leases.models import Lease
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty

FREE = {"holder": None, "taken_at": None, "expires_at": None}
POSTS = "/api/v1/manage/posts"


def _lease(post: dict[str, Any]) -> str:
    return f"{POSTS}/{post['id']}/lease"


def _who(caller: Caller, name: str) -> dict[str, str]:
    return {"id": caller.user_id, "name": name}


def _seconds(lease: dict[str, Any]) -> float:
    taken, expires = (datetime.fromisoformat(lease[one]) for one in ("taken_at", "expires_at"))
    return (expires - taken).total_seconds()


@pytest.fixture
def post(editor: Caller) -> dict[str, Any]:
    """A post that several people may edit."""
    return factories.a_post(editor)


def test_nobody_is_editing_a_new_post(editor: Caller, post: dict[str, Any]) -> None:
    assert editor.get(_lease(post)).get_json() == FREE


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (None, 120),
        ({}, 120),
        ({"seconds": 1}, 1),
        ({"seconds": 600}, 600),
        ({"take_over": True}, 120),
        ({"take_over": False, "seconds": 30}, 30),
    ],
    ids=repr,
)
def test_who_takes_the_lease_is_shown_to_others(
    editor: Caller, admin: Caller, post: dict[str, Any], body: Any, seconds: int
) -> None:
    taken = editor.request("PUT", _lease(post), json=body)

    assert taken.status_code == 200
    assert taken.get_json()["holder"] == _who(editor, "Editor")
    assert _seconds(taken.get_json()) == seconds
    for who in (editor, admin):
        assert who.get(_lease(post)).get_json() == taken.get_json()


@pytest.mark.parametrize(
    "body",
    [
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": 601},
        {"seconds": 10**18},
        {"seconds": 1.5},
        {"seconds": "60"},
        {"seconds": True},
        {"seconds": None},
        {"take_over": "true"},
        {"take_over": 1},
        {"until": "2030-01-01T00:00:00Z"},
        [],
        "60",
    ],
    ids=repr,
)
def test_anything_else_is_refused(editor: Caller, post: dict[str, Any], body: Any) -> None:
    assert editor.request("PUT", _lease(post), json=body).status_code == 422
    assert editor.get(_lease(post)).get_json() == FREE


def test_somebody_else_is_told_who_and_until_when(
    editor: Caller, admin: Caller, post: dict[str, Any]
) -> None:
    taken = editor.request("PUT", _lease(post)).get_json()

    refused = admin.request("PUT", _lease(post))
    problem = refused.get_json()

    assert (refused.status_code, problem["code"]) == (409, "lease_held")
    assert problem["holder"] == _who(editor, "Editor")
    assert problem["expires_at"] == taken["expires_at"]
    assert admin.get(_lease(post)).get_json() == taken


def test_taking_over_is_deliberate_and_the_other_learns_of_it(
    editor: Caller, admin: Caller, post: dict[str, Any]
) -> None:
    editor.request("PUT", _lease(post))
    taken = admin.request("PUT", _lease(post), json={"take_over": True})

    assert taken.get_json()["holder"] == _who(admin, "Admin")
    problem = editor.request("PUT", _lease(post)).get_json()
    assert (problem["code"], problem["holder"]) == ("lease_held", _who(admin, "Admin"))


def test_a_renewed_lease_lasts_longer_and_was_taken_when_it_was(
    editor: Caller, admin: Caller, post: dict[str, Any]
) -> None:
    # Near the present: tokens run out.
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as clock:
        first = editor.request("PUT", _lease(post)).get_json()
        clock.shift(timedelta(seconds=100))
        second = editor.request("PUT", _lease(post)).get_json()
        clock.shift(timedelta(seconds=119))
        assert admin.request("PUT", _lease(post)).status_code == 409
        clock.shift(timedelta(seconds=1))
        assert admin.get(_lease(post)).get_json() == FREE
        third = admin.request("PUT", _lease(post)).get_json()

    assert second["taken_at"] == first["taken_at"]
    assert _seconds(second) == 220
    assert third["holder"] == _who(admin, "Admin")
    assert third["taken_at"] == second["expires_at"]


def test_a_lease_that_ran_out_is_taken_anew_by_its_holder(
    editor: Caller, post: dict[str, Any]
) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        first = editor.request("PUT", _lease(post), json={"seconds": 1}).get_json()
        clock.shift(timedelta(seconds=1))
        second = editor.request("PUT", _lease(post)).get_json()

    assert second["taken_at"] == first["expires_at"]


def test_a_lease_is_given_back_by_its_holder_only(
    editor: Caller, admin: Caller, post: dict[str, Any]
) -> None:
    assert editor.delete(_lease(post)).status_code == 204
    taken = editor.request("PUT", _lease(post)).get_json()
    assert admin.delete(_lease(post)).status_code == 204
    assert admin.get(_lease(post)).get_json() == taken

    for _ in range(2):
        assert editor.delete(_lease(post)).status_code == 204
        assert admin.get(_lease(post)).get_json() == FREE


def test_a_lease_keeps_nobody_from_saving_publishing_or_deleting(
    editor: Caller, admin: Caller, post: dict[str, Any], database: Database
) -> None:
    tag = editor.get(f"{POSTS}/{post['id']}").headers["ETag"]
    editor.request("PUT", _lease(post))
    # What one says of it changes nothing of the post.
    assert editor.get(f"{POSTS}/{post['id']}").headers["ETag"] == tag

    factories.edited(admin, post, title="Changed all the same")
    factories.published(admin, post)
    factories.deleted(admin, post)
    purged = admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*")
    assert purged.status_code == 204

    assert editor.get(_lease(post)).status_code == 404
    with database.session(read_only=True) as session:
        assert session.scalar(select(func.count()).select_from(Lease)) == 0


def test_the_lease_of_a_deleted_user_is_free(
    editor: Caller, admin: Caller, post: dict[str, Any]
) -> None:
    editor.request("PUT", _lease(post))
    path = f"/api/v1/manage/users/{editor.user_id}"
    assert admin.delete(path, if_match="*").status_code == 204

    assert admin.get(_lease(post)).get_json() == FREE


def test_who_may_not_see_a_post_learns_nothing_of_its_lease(
    editor: Caller, author: Caller, client: ContractClient, post: dict[str, Any]
) -> None:
    editor.request("PUT", _lease(post))
    for method in ("GET", "PUT", "DELETE"):
        assert author.request(method, _lease(post)).status_code == 404
        assert client.request(method, _lease(post)).status_code == 401
    own = factories.a_post(author)
    assert author.request("PUT", _lease(own)).status_code == 200


ACTORS = 3
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, ACTORS - 1), st.integers(1, 600)),
        st.tuples(st.just("take over"), st.integers(0, ACTORS - 1), st.integers(1, 600)),
        st.tuples(st.just("give back"), st.integers(0, ACTORS - 1), st.just(0)),
        st.tuples(st.just("wait"), st.just(0), st.integers(0, 400)),
    ),
    max_size=12,
)
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(steps=STEPS)
def test_a_lease_is_what_a_clock_and_a_name_would_say(
    app: Edge, steps: list[tuple[str, int, int]]
) -> None:
    empty(app)
    actors = [factories.a_caller(app, "editor") for _ in range(ACTORS)]
    path = _lease(factories.a_post(actors[0]))
    holder, until, now = None, 0, 0
    start = datetime.now(UTC).replace(microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        for what, who, seconds in steps:
            if what == "wait":
                # Within the life of a token.
                seconds = min(seconds, 890 - now)  # noqa: PLW2901
                now += seconds
                clock.shift(timedelta(seconds=seconds))
            elif what == "give back":
                assert actors[who].delete(path).status_code == 204
                holder = None if holder == who else holder
            else:
                body = {"seconds": seconds, "take_over": what == "take over"}
                answer = actors[who].request("PUT", path, json=body)
                is_free = holder in (None, who) or until <= now or what == "take over"
                assert answer.status_code == (200 if is_free else 409)
                if is_free:
                    holder, until = who, now + seconds
            shown = actors[0].get(path).get_json()
            if holder is None or until <= now:
                assert shown == FREE
            else:
                assert shown["holder"]["id"] == actors[holder].user_id
                expires = datetime.fromisoformat(shown["expires_at"])
                assert expires == start + timedelta(seconds=until)
