"""Authors and tags of posts: by ids, names and slugs, in order and once each."""

import uuid
from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller

POSTS = "/api/v1/manage/posts"


def tag_names(by: Caller) -> list[str]:
    """All tags there are."""
    return sorted(tag["name"] for tag in by.get("/api/v1/manage/tags").get_json()["data"])


def expanded(post: dict[str, Any], kind: str) -> list[str]:
    """The names behind the ids of a post."""
    return [one["name"] for one in post["expanded"][kind]]


def test_tags_are_found_by_name_or_slug_and_made_where_missing(author: Caller) -> None:
    known = factories.a_tag(author, name="Known One", slug="first")
    other = factories.a_tag(author, name="Other")

    post = factories.a_post(author, tags=["New", "first", "OTHER", "ñandú"])

    assert expanded(post, "tags") == ["New", "Known One", "Other", "ñandú"]
    assert post["tag_ids"][1:3] == [known["id"], other["id"]]
    assert tag_names(author) == ["Known One", "New", "Other", "ñandú"]


def test_a_name_counts_before_a_slug(author: Caller) -> None:
    factories.a_tag(author, name="x", slug="other")
    named = factories.a_tag(author, name="other", slug="x")

    assert factories.a_post(author, tags=["other"])["tag_ids"] == [named["id"]]


def test_what_is_named_twice_is_one(editor: Caller) -> None:
    ann = factories.an_author(editor, name="Ann")
    news = factories.a_tag(editor, name="News")

    by_name = factories.a_post(
        editor, tags=["new", "NEWS", "New", "news", "News"], authors=["ann", "ann"]
    )
    by_id = factories.a_post(
        editor, tag_ids=[news["id"]] * 2, author_ids=[ann["id"], ann["id"].upper()]
    )

    assert expanded(by_name, "tags") == ["new", "News"]
    assert by_name["author_ids"] == by_id["author_ids"] == [ann["id"]]
    assert by_id["tag_ids"] == [news["id"]]


@pytest.mark.parametrize("way", ["ids", "names"])
@pytest.mark.parametrize("kind", ["tags", "authors"])
def test_the_order_is_kept_and_can_be_changed(editor: Caller, kind: str, way: str) -> None:
    make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
    known = [make(editor, name=name) for name in ("c", "a", "b", "d")]

    def named(order: str) -> dict[str, Any]:
        if way == "names":
            return {kind: list(order)}
        ids = {one["name"]: one["id"] for one in known}
        return {f"{kind.removesuffix('s')}_ids": [ids[name] for name in order]}

    post = factories.a_post(editor, **named("bca"))
    assert "".join(expanded(post, kind)) == "bca"
    for order in ("acb", "bdc", "d", "", "abcd"):
        changed = factories.edited(editor, post, **named(order))
        assert "".join(expanded(changed, kind)) == order
        assert changed == editor.get(f"{POSTS}/{post['id']}").get_json()
        assert changed["version"] == post["version"] + 1
        post = changed


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({"tag_ids": [], "tags": []}, ["#/tags"]),
        ({"author_ids": [], "authors": []}, ["#/authors"]),
        (
            {"author_ids": [], "authors": ["a"], "tag_ids": [], "tags": ["b"]},
            ["#/authors", "#/tags"],
        ),
    ],
    ids=["tags", "authors", "both"],
)
def test_ids_and_names_together_are_refused(
    editor: Caller, body: dict[str, Any], pointers: list[str]
) -> None:
    post = factories.a_post(editor)

    for answer in (
        editor.post(POSTS, json={"title": "New", **body}),
        editor.patch(f"{POSTS}/{post['id']}", if_match="*", json=body),
    ):
        assert answer.status_code == 422
        found = [error["pointer"] for error in answer.get_json()["errors"]]
        assert found[0] in pointers
    assert tag_names(editor) == []


@pytest.mark.parametrize("name", ["author_ids", "tag_ids", "authors"])
def test_each_unknown_one_is_named_by_its_place(editor: Caller, name: str) -> None:
    make = factories.a_tag if name == "tag_ids" else factories.an_author
    known = make(editor)["slug" if name == "authors" else "id"]
    unknown = ["nobody", "nothing"] if name == "authors" else [str(uuid.uuid4()) for _ in "ab"]
    post = factories.a_post(editor)
    body = {name: [unknown[0], known, unknown[1]], "tags": ["New"]}
    if name == "tag_ids":
        del body["tags"]

    for answer in (
        editor.post(POSTS, json={"title": "New", **body}),
        editor.patch(f"{POSTS}/{post['id']}", if_match="*", json=body),
    ):
        assert answer.status_code == 422
        errors = answer.get_json()["errors"]
        assert [error["pointer"] for error in errors] == [f"#/{name}/0", f"#/{name}/2"]
        assert all(one in error["detail"] for one, error in zip(unknown, errors, strict=True))
    assert editor.get(POSTS).get_json()["data"] == [post]
    assert "New" not in tag_names(editor)


@pytest.mark.parametrize("role", ["author", "editor", "admin"])
def test_missing_tags_are_live_at_once_where_the_role_may(app: Edge, role: str) -> None:
    somebody = factories.a_caller(app, role)
    factories.a_post(somebody, tags=["Fresh"])

    (tag,) = somebody.get("/api/v1/tags").get_json()["data"]

    assert (tag["name"], tag["slug"], tag["post_count"]) == ("Fresh", "fresh", 0)


def test_a_contributor_uses_tags_but_makes_none(editor: Caller, contributor: Caller) -> None:
    factories.a_tag(editor, name="Known")
    post = factories.a_post(contributor, tags=["known"])
    version = editor.get(POSTS).get_json()["version"]

    refused = [
        contributor.post(POSTS, json={"title": "New", "tags": ["Known", "Missing"]}),
        contributor.patch(
            f"{POSTS}/{post['id']}",
            if_match="*",
            json={"title": "Changed", "tags": ["Missing"]},
        ),
    ]

    for answer in refused:
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "not_allowed"
    assert expanded(post, "tags") == ["Known"]
    assert tag_names(editor) == ["Known"]
    page = editor.get(POSTS).get_json()
    assert page["data"] == [post]
    assert page["version"] == version


def test_ones_own_bylines_are_credited_by_default(editor: Caller, author: Caller) -> None:
    own = [factories.an_author(editor, user_id=author.user_id)["id"] for _ in range(2)]
    other = factories.an_author(editor)

    assert factories.a_post(author)["author_ids"] == own
    assert factories.a_post(author, author_ids=[])["author_ids"] == []
    assert factories.a_post(author, authors=[other["slug"]])["author_ids"] == [other["id"]]
    assert factories.a_post(editor)["author_ids"] == []


def test_an_edit_by_somebody_else_keeps_the_bylines(editor: Caller, author: Caller) -> None:
    byline = factories.an_author(editor, user_id=author.user_id)
    factories.an_author(editor, user_id=editor.user_id)
    post = factories.a_post(author)

    assert factories.edited(editor, post, title="Better")["author_ids"] == [byline["id"]]


@pytest.mark.parametrize(("name", "most"), [("tags", 50), ("tag_ids", 50), ("authors", 20)])
def test_the_number_of_names_is_bounded(editor: Caller, name: str, most: int) -> None:
    body = {"title": "New", name: [str(uuid.uuid4()) for _ in range(most + 1)]}

    answer = editor.post(POSTS, json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"#/{name}"]
    assert tag_names(editor) == []
