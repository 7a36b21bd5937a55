"""What cannot be scheduled, and by whom."""

from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.scheduling.desk import HOUR, POSTS, Desk, in_seconds

PUBLISH_AT, UNPUBLISH_AT, FOLLOW = "#/publish_at", "#/unpublish_at", "#/follow_draft"


@pytest.mark.parametrize("published", [False, True], ids=["draft", "published"])
@pytest.mark.parametrize(
    ("values", "of_draft", "of_published"),
    [
        ({}, {PUBLISH_AT}, {PUBLISH_AT}),
        ({"publish_at": None, "unpublish_at": None}, {PUBLISH_AT}, {PUBLISH_AT}),
        ({"unpublish_at": HOUR}, {PUBLISH_AT}, set()),
        ({"publish_at": -1}, {PUBLISH_AT}, {PUBLISH_AT}),
        ({"publish_at": HOUR}, set(), {PUBLISH_AT}),
        ({"publish_at": HOUR, "unpublish_at": -1}, {UNPUBLISH_AT}, {UNPUBLISH_AT, PUBLISH_AT}),
        (
            {"publish_at": 2 * HOUR, "unpublish_at": HOUR},
            {UNPUBLISH_AT},
            {UNPUBLISH_AT, PUBLISH_AT},
        ),
        ({"unpublish_at": HOUR, "follow_draft": True}, {FOLLOW}, {FOLLOW}),
        ({"publish_at": "2090-01-01T00:00:00"}, {PUBLISH_AT}, {PUBLISH_AT}),
        ({"publish_at": "tomorrow"}, {PUBLISH_AT}, {PUBLISH_AT}),
        ({"publish_at": HOUR, "follow_draft": "yes"}, {FOLLOW}, {FOLLOW}),
        ({"publish_at": HOUR, "at": 1}, {"#/at"}, {"#/at"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(
    desk: Desk,
    values: dict[str, Any],
    of_draft: set[str],
    of_published: set[str],
    *,
    published: bool,
) -> None:
    post = factories.a_post(desk.editor, status="published" if published else "draft")
    expected = of_published if published else of_draft

    answer = desk.ask(post, **values)

    if expected:
        assert answer.status_code == 422
        assert {error["pointer"] for error in answer.get_json()["errors"]} == expected
        assert desk.post(post) == post
    else:
        assert answer.status_code == 200


def test_the_same_moment_for_both_ends_is_refused(desk: Desk) -> None:
    moment = in_seconds(HOUR)

    answer = desk.ask(factories.a_post(desk.editor), publish_at=moment, unpublish_at=moment)

    assert answer.status_code == 422


@pytest.mark.parametrize("verb", ["schedule", "unschedule"])
def test_both_steps_need_the_present_version(desk: Desk, verb: str) -> None:
    post = factories.a_post(desk.editor)
    old = desk.editor.get(f"{POSTS}/{post['id']}").headers["ETag"]
    desk.schedule(post, publish_at=HOUR)
    body = {"publish_at": in_seconds(HOUR)} if verb == "schedule" else None
    address = f"{POSTS}/{post['id']}/{verb}"

    assert desk.editor.post(address, json=body).status_code == 428
    assert desk.editor.post(address, json=body, if_match=old).status_code == 412


@pytest.mark.parametrize("status", ["draft", "in_review", "published"])
def test_without_a_schedule_there_is_nothing_to_take_back(desk: Desk, status: str) -> None:
    post = factories.a_post(desk.editor, status=status)

    answer = desk.editor.post(f"{POSTS}/{post['id']}/unschedule", if_match="*")

    assert answer.status_code == 409
    problem = answer.get_json()
    assert problem["code"] == "illegal_step"
    assert "schedule" in problem["legal"]
    assert "unschedule" not in problem["legal"]


def test_a_scheduled_post_says_which_steps_it_can_take(desk: Desk) -> None:
    post = factories.a_post(desk.editor)
    desk.schedule(post, publish_at=HOUR)

    answers = [
        desk.editor.post(f"{POSTS}/{post['id']}/unpublish", if_match="*"),
        desk.editor.patch(f"{POSTS}/{post['id']}", if_match="*", json={"status": "draft"}),
    ]

    assert [answer.status_code for answer in answers] == [409, 409]
    for answer in answers:
        assert {"edit", "publish", "schedule", "unschedule"} <= set(answer.get_json()["legal"])


def test_a_contributor_neither_schedules_nor_touches_what_is_scheduled(
    app: Edge, desk: Desk, contributor: Caller
) -> None:
    post = factories.a_post(contributor)
    address = f"{POSTS}/{post['id']}"
    assert Desk(app, contributor).ask(post, publish_at=HOUR).status_code == 403
    scheduled = desk.schedule(post, publish_at=HOUR, follow_draft=True)

    answers = [
        contributor.post(f"{address}/unschedule", if_match="*"),
        contributor.patch(address, if_match="*", json={"title": "Mine"}),
        contributor.delete(address, if_match="*"),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert contributor.get(address).get_json() == scheduled


def test_an_author_schedules_own_posts_only(app: Edge, desk: Desk, author: Caller) -> None:
    theirs = Desk(app, author)

    assert theirs.schedule(factories.a_post(author), publish_at=HOUR)["status"] == "scheduled"
    assert theirs.ask(factories.a_post(desk.editor), publish_at=HOUR).status_code == 404
