"""Authors and contributors work on their own posts; for them, no others exist."""

from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.foundation.addresses import addresses

POSTS = "/api/v1/manage/posts"
LIMITED = ["author", "contributor"]
limited_roles = pytest.mark.parametrize("role", LIMITED)
states = pytest.mark.parametrize("status", ["draft", "in_review", "published"])


@pytest.fixture
def somebody(app: Edge, role: str) -> Caller:
    """Somebody of the role in question."""
    return factories.a_caller(app, role)


@states
@limited_roles
@pytest.mark.parametrize("if_match", [None, '"0-stale"', "*"], ids=["without", "stale", "star"])
def test_no_operation_finds_a_post_of_somebody_else(
    app: Edge, role: str, status: str, editor: Caller, somebody: Caller, if_match: str | None
) -> None:
    post = factories.a_post(editor, status=status)
    before = editor.get(f"{POSTS}/{post['id']}").get_data()
    found = [
        one
        for one in addresses(app, post_id=post["id"])
        if "post_id" in one.rule and one.method != "HEAD"
    ]
    refused = {}

    for address in found:
        options: dict[str, Any] = {} if if_match is None else {"if_match": if_match}
        if address.method == "PATCH":
            options["json"] = {"title": "Taken over"}
        elif address.name == "create_comment":
            options["json"] = {"text": "Taken over"}
        elif address.name == "schedule_post":
            options["json"] = {"unpublish_at": "2090-01-01T00:00:00Z"}
        refused[address.name] = somebody.request(address.method, address.path, **options)

    # A contributor may not publish at all, whatever the post.
    publishing = 403 if role == "contributor" else 404
    assert {name: answer.status_code for name, answer in refused.items()} == {
        "get_managed_post": 404,
        "edit_post": 404,
        "check_post": 404,
        "delete_post": 404,
        "restore_post": 404,
        "get_lease": 404,
        "take_lease": 404,
        "give_lease_back": 404,
        "submit_post": 404,
        "send_back_post": 403,
        "approve_post": 403,
        "list_comments": 404,
        "create_comment": 404,
        "get_comment": 404,
        "delete_comment": 404,
        "list_revisions": 404,
        "get_revision": 404,
        "compare_revisions": 404,
        "restore_revision": 404,
        "create_preview_link": 404,
        "list_preview_links": 404,
        "revoke_preview_link": 404,
        "publish_post": publishing,
        "unpublish_post": publishing,
        "schedule_post": publishing,
        "unschedule_post": publishing,
    }
    assert editor.get(f"{POSTS}/{post['id']}").get_data() == before


@limited_roles
def test_the_answer_is_that_to_an_id_that_nobody_has(editor: Caller, somebody: Caller) -> None:
    post = factories.a_post(editor)
    nobody = "00000000-0000-7000-8000-000000000000"

    hidden = somebody.get(f"{POSTS}/{post['id']}")
    absent = somebody.get(f"{POSTS}/{nobody}")

    hidden_body, absent_body = hidden.get_json(), absent.get_json()
    del hidden_body["instance"], absent_body["instance"]
    assert str(hidden_body).replace(post["id"], nobody) == str(absent_body)


@limited_roles
@states
def test_lists_and_filters_leave_out_the_posts_of_others(
    status: str, editor: Caller, somebody: Caller
) -> None:
    byline = factories.an_author(editor, name="Ann")
    factories.a_tag(editor, name="news")
    theirs = factories.a_post(editor, title="Theirs", status=status, authors=["ann"], tags=["news"])
    mine = factories.a_post(somebody, title="Mine", authors=["ann"], tags=["news"])
    queries = [
        "",
        "?limit=1",
        f"?status={status}",
        f"?author={byline['slug']}",
        "?tag=news",
        f"?slug={theirs['slug']}",
        "?q=their",
        f"?status={status}&author=ann&tag=news&slug=theirs&q=the",
    ]

    for query in queries:
        answer = somebody.get(f"{POSTS}{query}")
        shown = [post["id"] for post in answer.get_json()["data"]]
        assert set(shown) <= {mine["id"]}, query
        assert answer.get_json()["next_cursor"] is None, query
    assert [post["id"] for post in somebody.get(POSTS).get_json()["data"]] == [mine["id"]]


@limited_roles
def test_a_cursor_of_an_editor_opens_nothing_for_others(editor: Caller, somebody: Caller) -> None:
    for _ in range(3):
        factories.a_post(editor)
    cursor = editor.get(f"{POSTS}?limit=1").get_json()["next_cursor"]

    answer = somebody.get(f"{POSTS}?limit=1&cursor={cursor}")

    assert answer.status_code in {200, 400}
    assert answer.get_json().get("data", []) == []


@limited_roles
def test_a_post_with_ones_own_byline_is_ones_own(editor: Caller, somebody: Caller) -> None:
    byline = factories.an_author(editor, user_id=somebody.user_id)
    credited = factories.a_post(editor, author_ids=[byline["id"]])
    factories.a_post(editor)
    address = f"{POSTS}/{credited['id']}"

    assert somebody.get(address).status_code == 200
    assert [post["id"] for post in somebody.get(POSTS).get_json()["data"]] == [credited["id"]]
    assert somebody.patch(address, if_match="*", json={"title": "Mine"}).status_code == 200

    factories.edited(editor, credited, author_ids=[])

    assert somebody.get(address).status_code == 404


@limited_roles
def test_a_byline_that_is_in_the_live_edition_alone_is_not_ones_own(
    editor: Caller, somebody: Caller
) -> None:
    byline = factories.an_author(editor, user_id=somebody.user_id)
    post = factories.a_published_post(editor, author_ids=[byline["id"]])
    factories.edited(editor, post, author_ids=[])

    assert somebody.get(f"{POSTS}/{post['id']}").status_code == 404


@pytest.mark.parametrize("role", ["editor", "admin"])
@states
def test_editors_and_admins_work_on_all_posts(
    app: Edge, author: Caller, role: str, status: str
) -> None:
    somebody = factories.a_caller(app, role)
    post = factories.a_post(author, status=status)
    address = f"{POSTS}/{post['id']}"

    assert somebody.get(address).get_json() == post
    assert [one["id"] for one in somebody.get(POSTS).get_json()["data"]] == [post["id"]]
    assert somebody.patch(address, if_match="*", json={"title": "Better"}).status_code == 200
    assert somebody.post(f"{address}/publish", if_match="*").status_code == 200
    assert somebody.post(f"{address}/unpublish", if_match="*").status_code == 200
    assert somebody.delete(address, if_match="*").status_code == 204


@pytest.mark.parametrize("if_match", [None, '"0-stale"', "*"], ids=["without", "stale", "star"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_contributor_cannot_touch_what_was_published_of_theirs(
    editor: Caller, contributor: Caller, method: str, if_match: str | None
) -> None:
    post = factories.a_post(contributor)
    before = factories.published(editor, post)
    options: dict[str, Any] = {} if if_match is None else {"if_match": if_match}
    if method == "PATCH":
        options["json"] = {"title": "Changed behind your back"}

    answer = contributor.request(method, f"{POSTS}/{post['id']}", **options)

    assert answer.status_code == 403
    assert contributor.get(f"{POSTS}/{post['id']}").get_json() == before
