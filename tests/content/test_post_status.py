"""Where a post stands, and which steps lead where."""

from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

POSTS = "/api/v1/manage/posts"
LEGAL = {
    "draft": ["edit", "submit", "publish", "schedule", "trash"],
    "in_review": ["edit", "send-back", "approve", "publish", "schedule", "trash"],
    "published": ["edit", "publish", "unpublish", "schedule", "trash"],
}


def a_post_at(by: Caller, status: str) -> dict[str, Any]:
    """A post that stands at ``status``."""
    post = factories.a_post(by, status=status)
    assert post["status"] == status
    return post


@pytest.mark.parametrize("status", LEGAL)
@pytest.mark.parametrize(
    ("verb", "allowed", "result"),
    [
        ("draft", {"draft", "in_review"}, "draft"),
        ("in_review", {"draft", "in_review"}, "in_review"),
        ("publish", {"draft", "in_review", "published"}, "published"),
        ("unpublish", {"published"}, "draft"),
    ],
    ids=["draft", "in_review", "publish", "unpublish"],
)
def test_each_step_from_each_status(
    editor: Caller, status: str, verb: str, allowed: set[str], result: str
) -> None:
    post = a_post_at(editor, status)
    address = f"{POSTS}/{post['id']}"

    if verb in {"publish", "unpublish"}:
        answer = editor.post(f"{address}/{verb}", if_match="*")
    else:
        answer = editor.patch(address, if_match="*", json={"status": verb, "title": "New"})

    if status in allowed:
        assert answer.status_code == 200
        assert answer.get_json()["status"] == result
    else:
        assert answer.status_code == 409
        problem = answer.get_json()
        assert problem["code"] == "illegal_step"
        assert problem["legal"] == LEGAL[status]
        assert all(step in problem["detail"] for step in LEGAL[status])
        assert editor.get(address).get_json() == post


@pytest.mark.parametrize("status", ["published", "scheduled"])
def test_a_change_cannot_publish(editor: Caller, status: str) -> None:
    post = factories.a_post(editor)

    answer = editor.patch(f"{POSTS}/{post['id']}", if_match="*", json={"status": status})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/status"]
    assert editor.get(f"{POSTS}/{post['id']}").get_json() == post


def test_a_contributor_submits_and_takes_back(contributor: Caller) -> None:
    post = factories.a_post(contributor)

    assert factories.edited(contributor, post, status="in_review")["status"] == "in_review"
    assert factories.edited(contributor, post, status="draft")["status"] == "draft"
    assert factories.a_post(contributor, status="in_review")["status"] == "in_review"


@pytest.mark.parametrize("if_match", [None, "*"], ids=["without", "star"])
def test_a_contributor_publishes_nothing(
    contributor: Caller, client: ContractClient, if_match: str | None
) -> None:
    post = factories.a_post(contributor)
    options: dict[str, Any] = {} if if_match is None else {"if_match": if_match}

    answers = [
        contributor.post(POSTS, json={"title": "New", "status": "published"}),
        contributor.post(f"{POSTS}/{post['id']}/publish", **options),
        contributor.post(f"{POSTS}/{post['id']}/unpublish", **options),
    ]

    assert [answer.status_code for answer in answers] == [403] * 3
    assert contributor.get(POSTS).get_json()["data"] == [post]
    assert client.get("/api/v1/posts").get_json()["data"] == []


@pytest.mark.parametrize("role", ["author", "editor", "admin"])
def test_whoever_may_publish_can_create_and_publish_in_one_step(
    app: Edge, client: ContractClient, role: str
) -> None:
    somebody = factories.a_caller(app, role)

    answer = somebody.post(POSTS, json={"title": "At Once", "status": "published", "tags": ["x"]})

    assert answer.status_code == 201
    assert answer.get_json()["status"] == "published"
    assert client.get("/api/v1/posts/at-once").status_code == 200


def test_an_editor_publishes_what_a_contributor_submitted(
    contributor: Caller, editor: Caller, client: ContractClient
) -> None:
    post = factories.a_post(contributor, status="in_review", title="Submitted")

    published = factories.published(editor, post)

    assert published["created_by"] == contributor.user_id
    assert client.get("/api/v1/posts/submitted").status_code == 200


def test_a_step_is_taken_together_with_a_change(contributor: Caller) -> None:
    post = factories.a_post(contributor)

    changed = factories.edited(contributor, post, status="in_review", title="Ready")

    assert (changed["status"], changed["title"]) == ("in_review", "Ready")
    assert changed["version"] == post["version"] + 1


@pytest.mark.parametrize("verb", ["publish", "unpublish"])
@pytest.mark.parametrize(
    ("body", "status"), [("{}", 200), ("null", 200), ("", 200), ('{"at": 1}', 422), ("{", 400)]
)
def test_a_step_takes_no_body(editor: Caller, verb: str, body: str, status: int) -> None:
    post = factories.a_published_post(editor)

    answer = editor.post(
        f"{POSTS}/{post['id']}/{verb}",
        if_match="*",
        data=body,
        content_type="application/json",
    )

    assert answer.status_code == status
