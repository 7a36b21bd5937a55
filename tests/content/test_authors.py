"""Authors: what they are, and that each change is live at once."""

import uuid
from typing import Any

import pytest

from cms.content.authors.schemas import AuthorIn, AuthorPatch
from tests import factories
from tests.callers import Caller, ContractClient

AUTHORS = "/api/v1/manage/authors"
VALUES: dict[str, tuple[Any, Any]] = {
    "name": ("Zoë Ångström", "Someone Else"),
    "slug": ("zoe", "someone-else"),
    "bio": ("Writes.\n\n*A lot.* ", None),
    "avatar_url": ("https://example.org/zoe.png", None),
    "website_url": ("/about", None),
    "user_id": ("", None),
}
PUBLIC = {"id", "slug", "name", "bio", "avatar_url", "website_url", "post_count"}


def test_the_table_has_every_field_that_can_be_sent() -> None:
    assert set(VALUES) == set(AuthorIn().fields) == set(AuthorPatch().fields)


@pytest.mark.parametrize("name", VALUES)
def test_every_field_is_kept_and_can_be_changed(
    editor: Caller, author: Caller, client: ContractClient, name: str
) -> None:
    first = {field: known[0] for field, known in VALUES.items()} | {"user_id": author.user_id}

    created = factories.an_author(editor, **first)
    assert {field: created[field] for field in first} == first

    changed = factories.edited(editor, created, "authors", **{name: VALUES[name][1]})
    assert changed == {
        **created,
        name: VALUES[name][1],
        "version": 2,
        "updated_at": changed["updated_at"],
    }
    assert editor.get(f"{AUTHORS}/{created['id']}").get_json() == changed
    (public,) = client.get("/api/v1/authors").get_json()["data"]
    assert set(public) == PUBLIC
    assert public == {**{key: changed[key] for key in PUBLIC - {"post_count"}}, "post_count": 0}
    assert client.get(f"/api/v1/authors/{changed['slug']}").get_json() == public


def test_a_name_is_enough(editor: Caller) -> None:
    author = factories.an_author(editor, name="Ann")

    assert author["slug"] == "ann"
    assert [author[name] for name in ("bio", "avatar_url", "website_url", "user_id")] == [None] * 4


def test_two_authors_may_have_one_name_but_not_one_slug(editor: Caller) -> None:
    slugs = [factories.an_author(editor, name="Ann Lee")["slug"] for _ in range(3)]
    other = factories.an_author(editor)

    refused = [
        editor.post(AUTHORS, json={"name": "New", "slug": "ann-lee"}),
        editor.patch(f"{AUTHORS}/{other['id']}", if_match="*", json={"slug": "ann-lee-2"}),
    ]

    assert slugs == ["ann-lee", "ann-lee-2", "ann-lee-3"]
    for answer in refused:
        assert answer.status_code == 409
        assert answer.get_json()["code"] == "slug_taken"
    assert editor.get(f"{AUTHORS}/{other['id']}").get_json() == other


def test_an_unknown_user_is_refused(editor: Caller) -> None:
    author = factories.an_author(editor)
    nobody = str(uuid.uuid4())

    for answer in (
        editor.post(AUTHORS, json={"name": "New", "user_id": nobody}),
        editor.patch(f"{AUTHORS}/{author['id']}", if_match="*", json={"user_id": nobody}),
    ):
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/user_id"]
    assert editor.get(AUTHORS).get_json()["data"] == [author]


def test_a_byline_outlives_its_user(admin: Caller, author: Caller) -> None:
    byline = factories.an_author(admin, user_id=author.user_id)
    post = factories.a_published_post(author)

    factories.deleted(admin, {"id": author.user_id}, "users")

    assert admin.get(f"{AUTHORS}/{byline['id']}").get_json()["user_id"] is None
    kept = admin.get(f"/api/v1/manage/posts/{post['id']}").get_json()
    assert kept["author_ids"] == [byline["id"]]
    assert kept["created_by"] is None
    assert admin.get(f"/api/v1/posts/{post['slug']}").status_code == 200
