"""Every step, by every role, on one's own post and on somebody else's, from every status."""

from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller

POSTS = "/api/v1/manage/posts"
ROLES = ["contributor", "author", "editor", "admin"]
UNTRASHED = {"draft", "in_review", "scheduled", "published"}
STATUSES = ["draft", "in_review", "scheduled", "published", "trashed", "trashed once published"]
# Somebody who may approve it has; a contributor must not undo that.
APPROVED = {"scheduled", "published"}
FAR = "2090-01-01T00:00:00Z"
EVERYBODY, PUBLISHERS, REVIEWERS = set(ROLES), set(ROLES[1:]), set(ROLES[2:])


class Rule:
    """One step: how it is asked for, who may take it, from where it is legal."""

    def __init__(
        self, method: str, path: str, roles: set[str], legal: set[str], **said: Any
    ) -> None:
        """``said`` is the body."""
        self.method, self.path, self.roles, self.legal = method, path, roles, legal
        self.body = said or None
        self.success = {"POST": 200, "PATCH": 200, "GET": 200, "DELETE": 204}[method]


# Written by hand: the code has the same in other words.
RULES = {
    "read": Rule("GET", "", EVERYBODY, set(STATUSES)),
    "edit": Rule("PATCH", "", EVERYBODY, UNTRASHED, title="Changed"),
    "submit": Rule("POST", "/submit", EVERYBODY, {"draft"}),
    "send back": Rule("POST", "/send-back", REVIEWERS, {"in_review"}, comment="No"),
    "approve": Rule("POST", "/approve", REVIEWERS, {"in_review"}),
    "publish": Rule("POST", "/publish", PUBLISHERS, UNTRASHED),
    "schedule": Rule("POST", "/schedule", PUBLISHERS, UNTRASHED, publish_at=FAR, follow_draft=True),
    "unschedule": Rule("POST", "/unschedule", PUBLISHERS, {"scheduled"}),
    "unpublish": Rule("POST", "/unpublish", PUBLISHERS, {"published"}),
    "trash": Rule("DELETE", "", EVERYBODY, UNTRASHED),
    "restore": Rule("POST", "/restore", EVERYBODY, set(STATUSES) - UNTRASHED),
    "purge": Rule("DELETE", "?purge=true", {"admin"}, set(STATUSES)),
    "list comments": Rule("GET", "/comments", EVERYBODY, set(STATUSES)),
    "comment": Rule("POST", "/comments", EVERYBODY, set(STATUSES), text="Said"),
}
# Refused to some roles before the post is looked for; the others after it.
BY_ROLE_ALONE = {"send back", "approve", "publish", "schedule", "unschedule", "unpublish"}
CHANGING = {"edit", "submit", "trash", "restore"}


def expected(step: str, role: str, status: str, *, is_own: bool) -> int:
    """The status of the answer."""
    rule = RULES[step]
    if role not in rule.roles and step in BY_ROLE_ALONE:
        return 403
    if not is_own and role in {"contributor", "author"}:
        return 404
    if role not in rule.roles:
        return 403
    if role == "contributor" and status in APPROVED and step in CHANGING:
        return 403
    if status not in rule.legal:
        return 409
    return 201 if step == "comment" else rule.success


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("step", RULES)
def test_each_step_is_for_whom_and_from_where_it_should_be(
    app: Edge, editor: Caller, role: str, step: str
) -> None:
    somebody, other = factories.a_caller(app, role), factories.a_caller(app, "author")
    rule = RULES[step]
    wanted, found = {}, {}

    for status in STATUSES:
        for owner in (somebody, other):
            post = _standing_at(status, owner, editor)
            options: dict[str, Any] = {} if rule.method == "GET" else {"if_match": "*"}
            if rule.body is not None:
                options["json"] = rule.body
            address = f"{POSTS}/{post['id']}{rule.path}"
            answer = somebody.request(rule.method, address, **options)
            case = status, owner is somebody
            found[case] = answer.status_code
            wanted[case] = expected(step, role, status, is_own=owner is somebody)
            if answer.status_code >= 400:
                assert editor.get(f"{POSTS}/{post['id']}").get_json() == post

    assert found == wanted


def _standing_at(status: str, owner: Caller, editor: Caller) -> Any:
    post = factories.a_post(owner, status="in_review" if status == "in_review" else "draft")
    if status in {"published", "trashed once published"}:
        factories.published(editor, post)
    if status == "scheduled":
        factories.scheduled(editor, post, publish_at=FAR)
    if status.startswith("trashed"):
        factories.deleted(editor, post)
    return editor.get(f"{POSTS}/{post['id']}").get_json()
