"""A key that is limited to tags: other posts do not exist for it, and it makes none."""

from typing import Any

import pytest

from tests import factories
from tests.callers import Caller

POSTS, KEYS = "/api/v1/manage/posts", "/api/v1/auth/keys"
ABOUT_POSTS = ("posts:write", "posts:any", "posts:publish", "tags:create")


@pytest.fixture
def news(editor: Caller) -> dict[str, Any]:
    """The tag that the key is limited to."""
    return factories.a_tag(editor, name="News")


@pytest.fixture
def key(editor: Caller, news: dict[str, Any]) -> Caller:
    """An editor's key for news."""
    return factories.a_key(editor, *ABOUT_POSTS, tag_ids=[news["id"]])


def _attempts(by: Caller, post: dict[str, Any]) -> dict[str, int]:
    address = f"{POSTS}/{post['id']}"
    return {
        "read": by.get(address).status_code,
        "edit": by.patch(address, json={"title": "Changed"}, if_match="*").status_code,
        "publish": by.post(f"{address}/publish", if_match="*").status_code,
        "unpublish": by.post(f"{address}/unpublish", if_match="*").status_code,
        "delete": by.delete(address, if_match="*").status_code,
    }


def test_it_does_everything_to_posts_with_its_tag(
    editor: Caller, key: Caller, news: dict[str, Any]
) -> None:
    other = factories.a_tag(editor)
    post = factories.a_post(editor, tag_ids=[other["id"], news["id"]])

    assert set(_attempts(key, post).values()) == {200, 204}


def test_other_posts_do_not_exist_for_it(editor: Caller, key: Caller) -> None:
    untagged = factories.a_post(editor)
    other = factories.a_published_post(editor, tags=["Other"])

    for post in (untagged, other):
        assert set(_attempts(key, post).values()) == {404}
        assert editor.get(f"{POSTS}/{post['id']}").get_json()["version"] == post["version"]
    assert key.get(POSTS).get_json()["data"] == []


def test_it_creates_posts_with_its_tag_only(key: Caller, news: dict[str, Any]) -> None:
    outside: list[dict[str, Any]] = [{}, {"tags": []}, {"tags": ["Other"]}, {"status": "published"}]
    for values in outside:
        refused = key.post(POSTS, json={"title": "T", **values})
        assert refused.status_code == 403
        assert refused.get_json()["tag_ids"] == [news["id"]]
    assert key.post(POSTS, json={"title": "T", "tags": ["News"]}).status_code == 201
    assert key.post(POSTS, json={"title": "T", "tags": ["news", "Other"]}).status_code == 201


def test_it_cannot_take_its_tag_off_a_post(editor: Caller, key: Caller) -> None:
    post = factories.a_post(key, tags=["News", "Other"])
    address = f"{POSTS}/{post['id']}"

    without: list[dict[str, Any]] = [{"tags": ["Other"]}, {"tag_ids": []}]
    for values in without:
        assert key.patch(address, json=values, if_match="*").status_code == 403
    assert key.patch(address, json={"tags": ["News"]}, if_match="*").status_code == 200
    assert editor.patch(address, json={"tags": ["Other"]}, if_match="*").status_code == 200
    assert key.get(address).status_code == 404


def test_a_refused_post_leaves_no_tag_behind(editor: Caller, key: Caller) -> None:
    assert key.post(POSTS, json={"title": "T", "tags": ["Invented"]}).status_code == 403

    names = [one["name"] for one in editor.get("/api/v1/manage/tags").get_json()["data"]]
    assert names == ["News"]


def test_without_posts_any_both_limits_hold(
    admin: Caller, editor: Caller, news: dict[str, Any]
) -> None:
    key = factories.a_key(editor, "posts:write", tag_ids=[news["id"]])
    theirs = factories.a_post(admin, tags=["News"])
    own = factories.a_post(editor, tags=["News"])
    off = factories.a_post(editor)

    listed = key.get(POSTS).get_json()["data"]

    assert [one["id"] for one in listed] == [own["id"]]
    assert {key.get(f"{POSTS}/{one['id']}").status_code for one in (theirs, off)} == {404}


def test_a_tag_that_is_deleted_or_merged_away_closes_the_key(
    editor: Caller, key: Caller, news: dict[str, Any]
) -> None:
    other = factories.a_tag(editor)
    post = factories.a_post(editor, tag_ids=[news["id"]])
    merged = editor.post(
        f"/api/v1/manage/tags/{news['id']}/merge", json={"into": other["id"]}, if_match="*"
    )

    assert merged.status_code == 200
    assert key.get(f"{POSTS}/{post['id']}").status_code == 404
    assert key.get(POSTS).get_json()["data"] == []
    assert key.post(POSTS, json={"title": "T", "tag_ids": [other["id"]]}).status_code == 403


@pytest.mark.parametrize("permission", ["tags:write", "authors:write", "users:manage"])
def test_it_holds_nothing_that_reaches_beyond_posts(admin: Caller, permission: str) -> None:
    tag = factories.a_tag(admin)
    body = {"name": "K", "permissions": ["posts:write", permission], "tag_ids": [tag["id"]]}

    answer = admin.post(KEYS, json=body)

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["#/permissions/1"]


def test_a_service_key_can_be_limited_too(admin: Caller, news: dict[str, Any]) -> None:
    key = factories.a_service_key(
        admin, "editor", permissions=["posts:write", "posts:any"], tag_ids=[news["id"]]
    )
    inside = factories.a_post(admin, tags=["News"])
    outside = factories.a_post(admin)

    assert key.get(f"{POSTS}/{inside['id']}").status_code == 200
    assert key.get(f"{POSTS}/{outside['id']}").status_code == 404
