"""Whatever contributors, authors and editors do one after another, the workflow is the model's."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import ContractClient
from tests.conftest import empty

POSTS = "/api/v1/manage/posts"
REVIEWERS = {"editor", "admin"}

people = st.sampled_from(["contributor", "author", "editor", "admin"])
steps = st.sampled_from(
    [
        *("edit", "edit", "save again", "put in review", "take back", "comment"),
        *("submit", "submit", "send back", "approve", "approve"),
        *("publish", "unpublish", "trash", "restore"),
    ]
)


@dataclass
class Model:
    """One post, as far as the workflow goes. The contributor and the author are its authors."""

    status: str = "draft"
    revision: int = 1
    # Who, and which revision.
    approval: tuple[str, int] | None = None
    comments: list[tuple[str | None, str, int]] = field(default_factory=list)
    was_seen: bool = False

    def take(self, who: str, step: str) -> int:
        """What the step answers; the state after it."""
        may_publish = who != "contributor"
        if step in {"publish", "unpublish"} and not may_publish:
            return 403
        if step in {"send back", "approve"} and who not in REVIEWERS:
            return 403
        if step == "comment":
            self.comments.append((None, who, self.revision))
            return 201
        if self.status == "published" and not may_publish:
            return 403
        answer: int = getattr(self, f"_{step.replace(' ', '_')}")(who)
        if self.status in {"draft", "trashed"}:
            self.approval = None
        return answer

    def _edit(self, _who: str) -> int:
        if self.status == "trashed":
            return 409
        self.revision += 1
        self.approval = None
        return 200

    def _save_again(self, _who: str) -> int:
        return 409 if self.status == "trashed" else 200

    def _put_in_review(self, _who: str) -> int:
        return self._step({"draft", "in_review"}, "in_review")

    def _take_back(self, _who: str) -> int:
        return self._step({"draft", "in_review"}, "draft")

    def _submit(self, who: str) -> int:
        return self._step({"draft"}, "in_review", ("submitted", who))

    def _send_back(self, who: str) -> int:
        return self._step({"in_review"}, "draft", ("sent_back", who))

    def _approve(self, who: str) -> int:
        answer = self._step({"in_review"}, "in_review", ("approved", who))
        if answer == 200:
            self.approval = who, self.revision
        return answer

    def _publish(self, _who: str) -> int:
        answer = self._step({"draft", "in_review", "published"}, "published")
        self.was_seen |= answer == 200
        return answer

    def _unpublish(self, _who: str) -> int:
        return self._step({"published"}, "draft")

    def _trash(self, _who: str) -> int:
        answer = self._step({"draft", "in_review", "published"}, "trashed")
        return 204 if answer == 200 else answer

    def _restore(self, _who: str) -> int:
        return self._step({"trashed"}, "draft")

    def _step(self, legal: set[str], to: str, said: tuple[str, str] | None = None) -> int:
        if self.status not in legal:
            return 409
        self.status = to
        if said is not None:
            self.comments.append((*said, self.revision))
        return 200


class Site:
    """The same on the real site."""

    def __init__(self, app: Edge) -> None:
        """With a draft."""
        empty(app)
        roles = ("contributor", "author", "editor", "admin")
        self.people = {role: factories.a_caller(app, role) for role in roles}
        self.editor = self.people["editor"]
        bylines = [
            factories.an_author(self.editor, user_id=self.people[role].user_id)["id"]
            for role in ("contributor", "author")
        ]
        self.post = factories.a_post(self.editor, title="Story", slug="story", author_ids=bylines)
        self.edits = 0

    def take(self, who: str, step: str) -> int:
        """What the step answers."""
        self.edits += 1
        method, path, body = {
            "edit": ("PATCH", "", {"body": f"Text {self.edits}"}),
            "save again": ("PATCH", "", {"title": "Story"}),
            "put in review": ("PATCH", "", {"status": "in_review"}),
            "take back": ("PATCH", "", {"status": "draft"}),
            "comment": ("POST", "/comments", {"text": "Said"}),
            "submit": ("POST", "/submit", {"comment": "Said"}),
            "send back": ("POST", "/send-back", {"comment": "Said"}),
            "approve": ("POST", "/approve", {"comment": "Said"}),
            "publish": ("POST", "/publish", None),
            "unpublish": ("POST", "/unpublish", None),
            "trash": ("DELETE", "", None),
            "restore": ("POST", "/restore", None),
        }[step]
        options = {} if step == "comment" else {"if_match": "*"}
        address = f"{POSTS}/{self.post['id']}{path}"
        return self.people[who].request(method, address, json=body, **options).status_code

    def stands(self, client: ContractClient) -> dict[str, Any]:
        """What a step can change, but for what was said."""
        post = self.editor.get(f"{POSTS}/{self.post['id']}").get_json()
        approval = post["approval"]
        return {
            "status": post["status"],
            "revision": post["revision"],
            "approval": approval and (self._role(approval), approval["revision"]),
            "readers": client.get("/api/v1/posts/story").status_code,
            "is trashed": post["trashed_at"] is not None,
        }

    def said(self) -> list[tuple[str | None, str, int]]:
        """All comments, the first one first: with which step, by whom, on which revision."""
        said = self.editor.get(f"{POSTS}/{self.post['id']}/comments?limit=100").get_json()["data"]
        return [(one["step"], self._role(one), one["revision"]) for one in said[::-1]]

    def listed(self) -> list[int]:
        """How many posts are in the usual list, and in the trash."""
        return [
            len(self.editor.get(f"{POSTS}{query}").get_json()["data"])
            for query in ("", "?status=trashed")
        ]

    def _role(self, said: dict[str, Any]) -> str:
        (found,) = [
            role for role, caller in self.people.items() if caller.user_id == said["by"]["id"]
        ]
        return found


def should_stand(model: Model) -> dict[str, Any]:
    """The same as the model has it."""
    hidden = 410 if model.was_seen else 404
    return {
        "status": model.status,
        "revision": model.revision,
        "approval": model.approval,
        "readers": 200 if model.status == "published" else hidden,
        "is trashed": model.status == "trashed",
    }


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(people, steps), min_size=6, max_size=16))
def test_the_workflow_is_that_of_the_model(
    app: Edge, client: ContractClient, plan: list[tuple[str, str]]
) -> None:
    site, model = Site(app), Model()

    for who, step in plan:
        assert site.take(who, step) == model.take(who, step), (who, step)
        assert site.stands(client) == should_stand(model), (who, step)
    assert site.said() == model.comments
    assert site.listed() == ([0, 1] if model.status == "trashed" else [1, 0])


def test_the_model_can_be_wrong(app: Edge, client: ContractClient) -> None:
    site, model = Site(app), Model()
    for caller, step in (("author", "submit"), ("editor", "approve")):
        assert site.take(caller, step) == model.take(caller, step) == 200

    site.take("author", "edit")

    assert site.stands(client) != should_stand(model)
