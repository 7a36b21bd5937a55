"""Looking at what a post said before, comparing it, and bringing it back."""

from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.content.revisions.desk import POSTS, revision, revisions, saved
from tests.content.test_merging import KINDS, each_kind, link, merged


def restored(by: Caller, post: dict[str, Any], number: int) -> Any:
    """The answer to bringing a revision back."""
    answer = by.post(f"{POSTS}/{post['id']}/revisions/{number}/restore", if_match="*")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def test_a_revision_comes_back_as_a_new_one(editor: Caller) -> None:
    first = {"title": "One", "body": "Was.", "cover": {"url": "/a.jpg", "alt": "A"}, "tags": ["A"]}
    post = factories.a_post(editor, **first, seo={"title": "S"}, excerpt="E", featured=True)
    saved(editor, post, title="Two", body="", cover=None, tags=[], seo=None, excerpt=None)
    before = revisions(editor, post)

    back = restored(editor, post, 1).get_json()

    kept = ("title", "body", "cover", "tag_ids", "seo", "excerpt", "featured", "slug")
    assert {name: back[name] for name in kept} == {name: post[name] for name in kept}
    assert back["revision"] == 3
    assert revisions(editor, post)[1:] == before
    assert revision(editor, post, 3)["content"] == revision(editor, post, 1)["content"]


def test_bringing_back_what_is_there_changes_nothing(editor: Caller) -> None:
    post = factories.a_published_post(editor, title="One")
    saved(editor, post, title="Two")
    saved(editor, post, title="One")
    tag = editor.get(f"{POSTS}/{post['id']}").headers["ETag"]

    assert restored(editor, post, 1).headers["ETag"] == tag
    assert restored(editor, post, 3).get_json()["has_unpublished_changes"] is False


def test_readers_see_nothing_of_it_before_it_is_published(editor: Caller) -> None:
    post = factories.a_post(editor, title="One")
    saved(editor, post, title="Two")
    factories.published(editor, post)

    back = restored(editor, post, 1).get_json()

    assert back["has_unpublished_changes"] is True
    address = f"/api/v1/posts/{post['slug']}"
    assert editor.get(address).get_json()["title"] == "Two"
    factories.published(editor, post)
    assert editor.get(address).get_json()["title"] == "One"


def test_what_was_deleted_since_stays_away_and_is_named(editor: Caller) -> None:
    gone, here = (factories.a_tag(editor) for _ in range(2))
    author = factories.an_author(editor)
    post = factories.a_post(
        editor, slug="old", tag_ids=[gone["id"], here["id"]], author_ids=[author["id"]]
    )
    saved(editor, post, tag_ids=[], author_ids=[], slug="new")
    factories.deleted(editor, gone, "tags")
    factories.deleted(editor, author, "authors")
    factories.a_post(editor, slug="old")

    shown = revision(editor, post, 1)
    back = restored(editor, post, 1).get_json()

    assert shown["content"]["tag_ids"] == [gone["id"], here["id"]]
    assert shown["left_out"] == {
        "slug": "old",
        "author_ids": [author["id"]],
        "tag_ids": [gone["id"]],
    }
    assert (back["slug"], back["author_ids"], back["tag_ids"]) == ("new", [], [here["id"]])


@each_kind
def test_merges_are_followed(editor: Caller, kind: str) -> None:
    name, four = link(kind), [KINDS[kind](editor) for _ in range(4)]
    first, second, third, fourth = (one["id"] for one in four)
    post = factories.a_post(editor, **{name: [first, second, third]})
    both = factories.a_post(editor, **{name: [first, fourth, third]})
    saved(editor, both, title="Now")
    factories.edited(editor, post, "posts", **{name: [second]})
    for old, into in ((0, 3), (3, 2)):
        merged(editor, kind, four[old], four[into])

    assert revision(editor, post, 1)["content"][name] == [second, third]
    assert restored(editor, post, 1).get_json()[name] == [second, third]
    # A merge is no revision: what was said before is said by the same name now.
    assert [one["number"] for one in revisions(editor, both)] == [2, 1]
    assert revision(editor, both, 1)["content"][name] == revision(editor, both, 2)["content"][name]


@each_kind
def test_merges_leave_the_same_order_in_the_past_as_in_the_present(
    editor: Caller, kind: str
) -> None:
    name = link(kind)
    first, second, third, into = (KINDS[kind](editor) for _ in range(4))
    post = factories.a_post(editor, **{name: [one["id"] for one in (first, second, third)]})
    saved(editor, post, title="Now")
    for old in (third, first):
        merged(editor, kind, old, into)

    past, present = (revision(editor, post, number)["content"][name] for number in (1, 2))
    assert past == present == [second["id"], into["id"]]


def test_comparing_says_what_differs_in_either_order(editor: Caller) -> None:
    tag = factories.a_tag(editor)
    post = factories.a_post(editor, title="One", body="It works.\n")
    saved(editor, post, title="Two", body="It *works*.\n", tag_ids=[tag["id"]])
    saved(editor, post, published_at="2020-01-01T00:00:00Z")
    address = f"{POSTS}/{post['id']}/revisions"

    forth = editor.get(f"{address}/1/diff").get_json()
    back = editor.get(f"{address}/3/diff?to=1").get_json()

    assert (forth["from"], forth["to"]) == (1, 3)
    assert forth["fields"] == [
        {"field": "title", "from": "One", "to": "Two"},
        {"field": "published_at", "from": None, "to": "2020-01-01T00:00:00.000Z"},
        {"field": "tag_ids", "from": [], "to": [tag["id"]]},
    ]
    assert forth["body"]["unified"].splitlines()[:2] == ["--- revision 1", "+++ revision 3"]
    assert forth["body"]["words"] == [
        {"op": "equal", "text": "It "},
        {"op": "insert", "text": "*"},
        {"op": "equal", "text": "works"},
        {"op": "insert", "text": "*"},
        {"op": "equal", "text": ".\n"},
    ]
    turned = [{**one, "from": one["to"], "to": one["from"]} for one in back["fields"]]
    assert turned == forth["fields"]
    assert editor.get(f"{address}/2/diff?to=2").get_json() == {
        "from": 2,
        "to": 2,
        "fields": [],
        "body": None,
    }


@pytest.mark.parametrize("number", ["0", "2", "01", "-1", "1.0", "٣", "x", "9" * 9, "9" * 5000])
@pytest.mark.parametrize("rest", ["", "/diff"])
def test_what_is_no_revision_is_not_found(editor: Caller, number: str, rest: str) -> None:
    post = factories.a_post(editor)
    address = f"{POSTS}/{post['id']}/revisions/{number}"

    assert editor.get(address + rest).status_code == 404
    assert editor.post(f"{address}/restore", if_match="*").status_code == 404


def test_comparing_with_what_is_no_revision(editor: Caller) -> None:
    post = factories.a_post(editor)
    address = f"{POSTS}/{post['id']}/revisions/1/diff"

    assert editor.get(f"{address}?to=2").status_code == 404
    for wrong in ("0", "-1", "x", "9" * 30, "1&to=1", ""):
        assert editor.get(f"{address}?to={wrong}").status_code == 422, wrong


def test_pages_of_revisions_stay_in_order_while_somebody_saves(editor: Caller) -> None:
    post = factories.a_post(editor, title="0")
    for number in range(1, 6):
        saved(editor, post, title=str(number))
    address = f"{POSTS}/{post['id']}/revisions"
    first = editor.get(f"{address}?limit=4")
    saved(editor, post, title="6")
    second = editor.get(f"{address}?limit=4&cursor={first.get_json()['next_cursor']}").get_json()

    assert [one["number"] for one in first.get_json()["data"]] == [6, 5, 4, 3]
    assert 'rel="next"' in first.headers["Link"]
    assert [one["number"] for one in second["data"]] == [2, 1]
    assert second["next_cursor"] is None
    other = factories.a_post(editor)
    foreign = f"{POSTS}/{other['id']}/revisions?cursor={first.get_json()['next_cursor']}"
    assert editor.get(foreign).status_code == 400


def test_whoever_was_deleted_is_nobody(app: Edge, admin: Caller) -> None:
    author = factories.a_caller(app, "editor")
    post = factories.a_post(author, title="One")
    saved(author, post, title="Two")
    deleted = admin.delete(f"/api/v1/manage/users/{author.user_id}", if_match="*")

    assert deleted.status_code == 204
    assert [one["saved_by"] for one in revisions(admin, post)] == [None, None]


def test_what_is_in_the_trash_cannot_change(editor: Caller) -> None:
    post = factories.a_post(editor, title="One")
    saved(editor, post, title="Two")
    factories.deleted(editor, post)

    answer = editor.post(f"{POSTS}/{post['id']}/revisions/1/restore", if_match="*")

    assert answer.status_code == 409
    assert answer.get_json()["legal"] == ["restore"]


def test_in_the_trash_even_the_present_slug_may_be_anothers(editor: Caller) -> None:
    post = factories.a_post(editor, slug="wanted")
    factories.deleted(editor, post)
    assert revision(editor, post, 1)["left_out"]["slug"] is None

    factories.a_post(editor, slug="wanted")

    assert revision(editor, post, 1)["left_out"]["slug"] == "wanted"


def test_a_contributor_cannot_bring_back_what_is_published(
    editor: Caller, contributor: Caller
) -> None:
    post = factories.a_post(contributor, title="One")
    saved(contributor, post, title="Two")
    factories.published(editor, post)

    answer = contributor.post(f"{POSTS}/{post['id']}/revisions/1/restore", if_match="*")

    assert answer.status_code == 403
