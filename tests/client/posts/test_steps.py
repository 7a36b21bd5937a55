"""`cms posts publish`, `unpublish`, `restore`, `delete`."""

import json
from typing import Any

import pytest

from cms.commands.client.posts import Post, Posts
from tests.client.desk import Desk, Person, unique


def _results(desk: Desk, *arguments: object, expect: int = 0) -> list[str]:
    content = json.loads(desk.posts(*arguments, "--json", expect=expect).stdout)
    return [one["result"] for one in content["results"]]


def test_many_are_published_and_one_failure_does_not_stop_the_others(
    desk: Desk, root: Person
) -> None:
    names = [root.create()["slug"] for _ in range(3)]
    names.insert(1, "nope")

    assert _results(desk, "publish", *names, names[0], expect=4) == [
        "published",
        "failed",
        "published",
        "published",
    ]
    assert _results(desk, "publish", *names[2:]) == ["unchanged", "unchanged"]
    assert {root.post(name)["status"] for name in names if name != "nope"} == {"published"}
    assert _results(desk, "unpublish", *names[2:]) == ["unpublished", "unpublished"]
    assert root.post(names[2])["status"] == "draft"
    assert _results(desk, "unpublish", names[2], expect=1) == ["failed"]


def test_what_is_live_is_shown_with_its_address(desk: Desk, root: Person) -> None:
    post = root.create()

    assert f"/api/v1/posts/{post['slug']}" in desk.posts("publish", post["slug"]).stdout


def test_whoever_saves_in_between_is_not_published_unseen(
    desk: Desk, root: Person, jane: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = root.create()
    step = Posts.step

    def late(self: Posts, seen: Post, *arguments: Any) -> Post:
        jane.change(post, body="Hers.")
        return step(self, seen, *arguments)

    monkeypatch.setattr(Posts, "step", late)
    result = desk.posts("publish", post["slug"], expect=3)

    assert "Jane Doe saved this post a moment ago" in result.stdout
    assert root.post(post["slug"])["status"] == "draft"


def test_a_revision_comes_back_as_a_new_one(desk: Desk, root: Person) -> None:
    post = root.create(title="First")
    root.change(post, title="Second")

    assert "version" in desk.posts("restore", post["slug"], 1).stderr

    assert root.post(post["slug"])["title"] == "First"
    assert "revision 9" in desk.posts("restore", post["slug"], 9, expect=4).stderr


def test_nothing_is_deleted_unasked(desk: Desk, root: Person) -> None:
    post = root.create()

    assert "--yes" in desk.posts("delete", post["slug"], expect=2).stderr
    assert root.post(post["slug"]) == post
    assert _results(desk, "delete", post["slug"], "--yes") == ["trashed"]
    desk.posts("show", post["slug"], expect=4)


def test_what_is_in_the_trash_comes_back_or_goes_for_good(desk: Desk, root: Person) -> None:
    post = root.create(title=unique("Title"))
    desk.posts("delete", post["slug"], "--yes")
    listed = desk.posts("list", "--status", "trashed", "--search", post["title"]).stdout
    assert post["slug"] in listed

    assert post["slug"] in desk.posts("restore", post["slug"]).stderr
    assert root.post(post["slug"])["status"] == "draft"
    assert "in the trash" in desk.posts("restore", post["slug"], expect=4).stderr
    assert _results(desk, "delete", post["id"], "--yes", "--purge") == ["purged"]
    desk.posts("show", post["id"], expect=4)


@pytest.mark.parametrize(
    "arguments", [["publish"], ["schedule", "x"], ["schedule", "x", "soon"], ["restore", "x", "0"]]
)
def test_a_wrong_call_ends_with_2(desk: Desk, arguments: list[str]) -> None:
    desk.posts(*arguments, expect=2)
    assert not desk.config.exists()


def test_without_a_login_it_says_how_to_get_one(desk: Desk) -> None:
    desk.environment["CMS_PASSWORD"] = None

    assert "CMS_PASSWORD" in desk.posts("publish", unique(), expect=1).stderr
