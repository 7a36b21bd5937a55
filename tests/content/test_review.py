"""Review: posts are submitted, commented on, sent back and approved; edits void approvals."""

import json
from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

POSTS = "/api/v1/manage/posts"
LONGEST = 5000


def shown(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post as editors see it now."""
    answer = by.get(f"{POSTS}/{post['id']}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def after(by: Caller, post: dict[str, Any], step: str, comment: str | None = None) -> Any:
    """A post after a step, whatever version it has now."""
    body = {} if comment is None else {"json": {"comment": comment}}
    answer = by.post(f"{POSTS}/{post['id']}/{step}", if_match="*", **body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json() == shown(by, post)
    return answer.get_json()


def comments(by: Caller, post: dict[str, Any]) -> list[dict[str, Any]]:
    """All comments on a post, newest first."""
    answer = by.get(f"{POSTS}/{post['id']}/comments?limit=100")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.get_json()["data"]
    return found


def said(by: Caller, post: dict[str, Any], text: str = "Said") -> dict[str, Any]:
    """A comment."""
    answer = by.post(f"{POSTS}/{post['id']}/comments", json={"text": text})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    assert by.get(answer.headers["Location"]).get_json() == answer.get_json()
    made: dict[str, Any] = answer.get_json()
    return made


def approved(contributor: Caller, editor: Caller, **values: Any) -> dict[str, Any]:
    """A contributor's post that was submitted and approved."""
    post = factories.a_post(contributor, status="in_review", **values)
    found: dict[str, Any] = after(editor, post, "approve")
    assert found["approval"] is not None
    return found


def test_a_post_goes_back_and_forth_until_it_is_published(
    contributor: Caller, editor: Caller, client: ContractClient
) -> None:
    post = factories.a_post(contributor, title="Story", body="First")

    assert after(contributor, post, "submit", "Please look")["status"] == "in_review"
    assert after(editor, post, "send-back", "The end is missing")["status"] == "draft"
    factories.edited(contributor, post, body="First and last")
    assert after(contributor, post, "submit")["status"] == "in_review"
    found = after(editor, post, "approve", "Good")

    assert found["status"] == "in_review"
    assert found["approval"] == {
        "by": {"id": editor.user_id, "name": "Editor"},
        "at": found["updated_at"],
        "revision": found["revision"],
    }
    assert client.get("/api/v1/posts/story").status_code == 404
    assert [(one["step"], one["text"]) for one in comments(contributor, post)] == [
        ("approved", "Good"),
        ("sent_back", "The end is missing"),
        ("submitted", "Please look"),
    ]
    assert factories.published(editor, post)["approval"] == found["approval"]
    assert client.get("/api/v1/posts/story").status_code == 200


def test_each_step_is_a_version_of_its_own(contributor: Caller, editor: Caller) -> None:
    post = factories.a_post(contributor)
    versions = [post["version"]]
    for by, step, comment in (
        (contributor, "submit", None),
        (editor, "approve", None),
        (editor, "approve", "Still good"),
        (editor, "send-back", "On second thoughts"),
    ):
        found = after(by, post, step, comment)
        versions.append(found["version"])
        assert found["revision"] == post["revision"]

    assert versions == list(range(post["version"], post["version"] + 5))


def test_the_short_form_submits_and_takes_back_without_a_comment(contributor: Caller) -> None:
    post = factories.a_post(contributor)

    assert factories.edited(contributor, post, status="in_review")["status"] == "in_review"
    assert factories.edited(contributor, post, status="draft")["status"] == "draft"
    assert comments(contributor, post) == []


CHANGES: dict[str, dict[str, Any]] = {
    "title": {"title": "Another"},
    "body": {"body": "Another"},
    "excerpt": {"excerpt": "Another"},
    "slug": {"slug": "another"},
    "cover": {"cover": {"url": "/another.jpg"}},
    "seo": {"seo": {"title": "Another"}},
    "featured": {"featured": True},
    "published_at": {"published_at": "2020-01-01T00:00:00Z"},
    "tags": {"tags": []},
    "authors": {"authors": []},
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("status", ["in_review", "published"])
def test_any_change_voids_the_approval(
    contributor: Caller, editor: Caller, change: str, status: str
) -> None:
    factories.a_tag(editor, slug="news")
    factories.an_author(editor, slug="ann")
    post = approved(contributor, editor, tags=["news"], authors=[], title="One", slug="one")
    post = factories.edited(editor, post, authors=["ann"])
    post = after(editor, post, "approve")
    if status == "published":
        factories.published(editor, post)

    found = factories.edited(editor, post, **CHANGES[change])

    assert found["approval"] is None
    back = {name: post[name] for name in CHANGES[change] if name in post}
    # Also one that puts it back as it was: that was not what was approved.
    assert factories.edited(editor, post, **back)["approval"] is None


@pytest.mark.parametrize("change", [{}, {"title": "Same"}, {"status": "in_review"}])
def test_a_change_that_changes_nothing_leaves_the_approval(
    contributor: Caller, editor: Caller, change: dict[str, Any]
) -> None:
    post = approved(contributor, editor, title="Same")

    assert factories.edited(contributor, post, **change) == post


def test_a_comment_leaves_the_post_and_its_approval_as_they_are(
    contributor: Caller, editor: Caller
) -> None:
    post = approved(contributor, editor)
    tag = editor.get(f"{POSTS}/{post['id']}").headers["ETag"]

    said(contributor, post)

    assert shown(editor, post) == post
    assert editor.get(f"{POSTS}/{post['id']}").headers["ETag"] == tag


@pytest.mark.parametrize("way", ["send-back", "take back", "unpublish", "trash"])
def test_what_becomes_a_draft_again_is_approved_no_longer(
    contributor: Caller, editor: Caller, way: str
) -> None:
    post = approved(contributor, editor)
    if way == "send-back":
        found = after(editor, post, "send-back", "No")
    elif way == "take back":
        found = factories.edited(contributor, post, status="draft")
    elif way == "unpublish":
        factories.published(editor, post)
        found = factories.unpublished(editor, post)
    else:
        factories.deleted(editor, post)
        found = shown(editor, post)
        assert found["approval"] is None
        found = after(editor, post, "restore")

    assert (found["status"], found["approval"]) == ("draft", None)
    assert found["revision"] == post["revision"]
    # The text is the one that was approved, but nobody approved it this time.
    assert after(contributor, post, "submit")["approval"] is None


def test_the_last_approval_counts(app: Edge, contributor: Caller, editor: Caller) -> None:
    post = approved(contributor, editor)
    other = factories.a_caller(app, "editor", name="Somebody Else")

    found = after(other, post, "approve")

    assert found["approval"]["by"] == {"id": other.user_id, "name": "Somebody Else"}


def test_an_approval_outlives_the_user_who_gave_it(
    app: Edge, admin: Caller, contributor: Caller
) -> None:
    editor = factories.a_caller(app, "editor")
    post = approved(contributor, editor)
    comment = said(editor, post)
    address = f"/api/v1/manage/users/{editor.user_id}"
    assert admin.delete(address, if_match="*").status_code == 204

    found = shown(admin, post)["approval"]

    assert found == {**post["approval"], "by": None}
    assert comments(admin, post)[0] == {**comment, "by": None}


def test_editors_may_approve_what_they_wrote(editor: Caller) -> None:
    post = factories.a_post(editor, status="in_review")

    assert after(editor, post, "approve")["approval"]["by"]["id"] == editor.user_id


def test_lists_show_approvals(contributor: Caller, editor: Caller) -> None:
    posts = [approved(contributor, editor) for _ in range(3)]
    factories.a_post(contributor)

    found = editor.get(POSTS).get_json()["data"]

    assert found[1:] == posts[::-1]
    assert found[0]["approval"] is None


def test_what_waits_for_a_review_is_found(contributor: Caller, editor: Caller) -> None:
    good, changed = (approved(contributor, editor) for _ in range(2))
    changed = factories.edited(contributor, changed, title="Changed")
    waiting = factories.a_post(contributor, status="in_review")
    draft = factories.a_post(contributor)
    expected = {
        "approved:true": [good],
        "approved:false": [draft, waiting, changed],
        "approved:-true": [draft, waiting, changed],
        "status:in_review%2Bapproved:false": [waiting, changed],
    }

    found = {asked: editor.get(f"{POSTS}?filter={asked}").get_json()["data"] for asked in expected}

    assert found == expected


def test_a_merge_of_tags_voids_nothing(contributor: Caller, editor: Caller) -> None:
    one, two = factories.a_tag(editor), factories.a_tag(editor)
    post = approved(contributor, editor, tag_ids=[one["id"]])
    address = f"/api/v1/manage/tags/{one['id']}/merge"
    assert editor.post(address, if_match="*", json={"into": two["id"]}).status_code == 200

    found = shown(editor, post)

    assert found["tag_ids"] == [two["id"]]
    assert found["approval"] == post["approval"]


def test_a_comment_says_who_when_and_on_what(contributor: Caller, editor: Caller) -> None:
    post = factories.a_post(contributor)
    first = said(contributor, post, "Mine")
    changed = factories.edited(contributor, post, title="Other")
    second = said(editor, post, "Yours\n\tis <b>good</b> \U0001f600")

    assert comments(contributor, post) == [second, first]
    assert (first["revision"], second["revision"]) == (post["revision"], changed["revision"])
    assert first["by"] == {"id": contributor.user_id, "name": "Contributor"}
    assert second["by"] == {"id": editor.user_id, "name": "Editor"}
    assert second["text"] == "Yours\n\tis <b>good</b> \U0001f600"
    assert second["step"] is None


def test_comments_come_in_pages(contributor: Caller) -> None:
    post, other = factories.a_post(contributor), factories.a_post(contributor)
    made = [said(contributor, post, f"{number}")["id"] for number in range(5)]
    said(contributor, other)
    found, address = [], f"{POSTS}/{post['id']}/comments?limit=2"
    while address:
        answer = contributor.get(address)
        found += [one["id"] for one in answer.get_json()["data"]]
        cursor = answer.get_json()["next_cursor"]
        address = cursor and f"{POSTS}/{post['id']}/comments?limit=2&cursor={cursor}"

    assert found == made[::-1]
    cursor = contributor.get(f"{POSTS}/{post['id']}/comments?limit=2").get_json()["next_cursor"]
    elsewhere = contributor.get(f"{POSTS}/{other['id']}/comments?limit=2&cursor={cursor}")
    assert elsewhere.status_code == 400


def test_ones_own_comments_can_be_deleted_and_by_editors_all(
    contributor: Caller, author: Caller, editor: Caller
) -> None:
    byline = factories.an_author(editor, user_id=author.user_id)
    post = factories.a_post(contributor, author_ids=[])
    factories.edited(editor, post, author_ids=[byline["id"]])
    mine, theirs = said(contributor, post), said(author, post)
    root = f"{POSTS}/{post['id']}/comments"

    assert contributor.delete(f"{root}/{theirs['id']}").status_code == 403
    assert author.delete(f"{root}/{mine['id']}").status_code == 403
    assert author.delete(f"{root}/{theirs['id']}").status_code == 204
    assert editor.delete(f"{root}/{mine['id']}").status_code == 204
    assert editor.delete(f"{root}/{mine['id']}").status_code == 404
    assert comments(contributor, post) == []


def test_deleting_a_comment_takes_no_step_back(contributor: Caller, editor: Caller) -> None:
    post = factories.a_post(contributor, status="in_review")
    post = after(editor, post, "approve", "Good")
    (comment,) = comments(editor, post)

    assert editor.delete(f"{POSTS}/{post['id']}/comments/{comment['id']}").status_code == 204

    assert shown(editor, post) == post


def test_a_comment_belongs_to_its_post(contributor: Caller, editor: Caller) -> None:
    post, other = factories.a_post(contributor), factories.a_post(contributor)
    comment = said(contributor, post)
    address = f"{POSTS}/{other['id']}/comments/{comment['id']}"

    assert contributor.get(address).status_code == 404
    assert contributor.delete(address).status_code == 404
    assert comments(editor, post) == [comment]


@pytest.mark.parametrize("role", ["contributor", "author"])
def test_who_does_not_see_the_post_sees_no_comments(app: Edge, editor: Caller, role: str) -> None:
    somebody = factories.a_caller(app, role)
    post = factories.a_post(editor)
    comment = said(editor, post)
    root = f"{POSTS}/{post['id']}/comments"

    answers = [
        somebody.get(root),
        somebody.post(root, json={"text": "Hello"}),
        somebody.get(f"{root}/{comment['id']}"),
        somebody.delete(f"{root}/{comment['id']}"),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert comments(editor, post) == [comment]


def test_comments_stay_with_a_post_in_the_trash_and_go_with_it(
    admin: Caller, editor: Caller
) -> None:
    post = factories.a_post(editor)
    comment = said(editor, post)
    factories.deleted(editor, post)
    assert comments(editor, post) == [comment]
    said(editor, post, "Why?")

    assert admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*").status_code == 204

    assert admin.get(f"{POSTS}/{post['id']}/comments").status_code == 404


REFUSED: dict[str, Any] = {
    "blank": " \n\t ",
    "empty": "",
    "too long": "x" * (LONGEST + 1),
    "number": 7,
    "list": ["x"],
    "nul": "a\x00b",
    "control": "a\x1bb",
    "surrogate": "\ud800",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("step", ["comments", "submit", "send-back", "approve"])
def test_what_is_no_text_is_refused_and_nothing_done(editor: Caller, step: str, text: Any) -> None:
    status = "draft" if step == "submit" else "in_review"
    post = factories.a_post(editor, status=status)
    name = "text" if step == "comments" else "comment"
    options: dict[str, Any] = {} if step == "comments" else {"if_match": "*"}

    answer = editor.post(
        f"{POSTS}/{post['id']}/{step}",
        data=json.dumps({name: text}),
        content_type="application/json",
        **options,
    )

    # Half of a pair is no UTF-8, and so no JSON.
    assert answer.status_code == (400 if text == "\ud800" else 422)
    if answer.status_code == 422:
        assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"#/{name}"]
    assert shown(editor, post) == post
    assert comments(editor, post) == []


@pytest.mark.parametrize("body", [None, {}, {"comment": None}, {"comment": "x" * LONGEST}])
@pytest.mark.parametrize("step", ["submit", "approve"])
def test_a_comment_may_be_left_out(editor: Caller, step: str, body: Any) -> None:
    post = factories.a_post(editor, status="draft" if step == "submit" else "in_review")
    options = {} if body is None else {"json": body}

    answer = editor.post(f"{POSTS}/{post['id']}/{step}", if_match="*", **options)

    assert answer.status_code == 200
    assert len(comments(editor, post)) == (1 if body and body["comment"] else 0)


@pytest.mark.parametrize("body", [None, {}, {"comment": None}])
def test_who_sends_back_says_why(editor: Caller, body: Any) -> None:
    post = factories.a_post(editor, status="in_review")
    options = {} if body is None else {"json": body}

    answer = editor.post(f"{POSTS}/{post['id']}/send-back", if_match="*", **options)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/comment"]
    assert shown(editor, post) == post
