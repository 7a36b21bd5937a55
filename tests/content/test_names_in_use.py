"""Tags and authors that posts name: renamed everywhere at once, deleted only when unused."""

from typing import Any

import pytest
from sqlalchemy import func, select

from cms.editions.models import AuthorEdition, PostEdition, TagEdition
from cms.foundation.database import Database
from tests import factories
from tests.callers import Caller, ContractClient

MAKE = {"tags": factories.a_tag, "authors": factories.an_author}
EDITIONS = {"tags": TagEdition, "authors": AuthorEdition}
each_kind = pytest.mark.parametrize("kind", MAKE)


def link(kind: str, *named: dict[str, Any]) -> dict[str, Any]:
    """What a post sends to name these."""
    return {f"{kind.removesuffix('s')}_ids": [one["id"] for one in named]}


def rows(database: Database, table: type) -> int:
    """How many there are."""
    with database.session(read_only=True) as session:
        return session.scalars(select(func.count()).select_from(table)).one()


@each_kind
@pytest.mark.parametrize("field", ["name", "slug"])
def test_a_new_name_shows_on_all_posts_without_touching_them(
    database: Database, editor: Caller, client: ContractClient, kind: str, field: str
) -> None:
    subject = MAKE[kind](editor, name="Old", slug="old")
    posts = [factories.a_published_post(editor, **link(kind, subject)) for _ in range(3)]
    addresses = [f"/api/v1/posts/{post['slug']}" for post in posts]
    before = [client.get(address) for address in addresses]
    counts = rows(database, PostEdition), rows(database, EDITIONS[kind])

    factories.edited(editor, subject, kind, **{field: "new"})

    after = [client.get(address) for address in addresses]
    for old, new in zip(before, after, strict=True):
        assert new.get_json()[kind][0][field] == "new"
        assert new.headers["ETag"] != old.headers["ETag"]
        assert new.get_json()["updated_at"] == old.get_json()["updated_at"]
    assert {post[kind][0][field] for post in client.get("/api/v1/posts").get_json()["data"]} == {
        "new"
    }
    assert (rows(database, PostEdition), rows(database, EDITIONS[kind])) == (
        counts[0],
        counts[1] + 1,
    )
    for post in posts:
        managed = editor.get(f"/api/v1/manage/posts/{post['id']}").get_json()
        assert managed["version"] == post["version"]
        assert managed["has_unpublished_changes"] is False
        assert managed["expanded"][kind][0][field] == "new"


@each_kind
def test_a_filter_follows_the_new_slug(editor: Caller, client: ContractClient, kind: str) -> None:
    subject = MAKE[kind](editor, slug="old")
    post = factories.a_published_post(editor, **link(kind, subject))
    factories.edited(editor, subject, kind, slug="new")

    found = {
        slug: client.get(f"/api/v1/posts?{kind.removesuffix('s')}={slug}").get_json()["data"]
        for slug in ("old", "new")
    }

    assert found["old"] == []
    assert [one["id"] for one in found["new"]] == [post["id"]]


@each_kind
@pytest.mark.parametrize("where", ["draft", "working copy", "live edition", "both", "submitted"])
def test_what_is_in_use_cannot_be_deleted(
    editor: Caller, client: ContractClient, kind: str, where: str
) -> None:
    subject = MAKE[kind](editor)
    named, unnamed = link(kind, subject), link(kind)
    status = {"draft": "draft", "submitted": "in_review"}.get(where, "published")
    first = unnamed if where == "working copy" else named
    post = factories.a_post(editor, status=status, **first)
    if where in {"working copy", "live edition"}:
        factories.edited(editor, post, **(unnamed if where == "live edition" else named))
    address = f"/api/v1/manage/{kind}/{subject['id']}"

    answer = editor.delete(address, if_match="*")

    assert answer.status_code == 409
    problem = answer.get_json()
    assert problem["code"] == "still_in_use"
    assert problem["used_by"] == [{"id": post["id"], "title": post["title"], "status": status}]
    assert editor.get(address).get_json() == subject
    assert client.get(f"/api/v1/{kind}/{subject['slug']}").status_code == 200

    factories.edited(editor, post, **unnamed)
    if status == "published":
        factories.published(editor, post)
    factories.deleted(editor, subject, kind)


@each_kind
def test_many_uses_are_counted_and_some_shown(editor: Caller, kind: str) -> None:
    subject = MAKE[kind](editor)
    posts = [factories.a_post(editor, **link(kind, subject)) for _ in range(22)]

    problem = editor.delete(f"/api/v1/manage/{kind}/{subject['id']}", if_match="*").get_json()

    assert [one["id"] for one in problem["used_by"]] == [one["id"] for one in posts[:1:-1]]
    assert "20 posts and more" in problem["detail"]


@each_kind
def test_what_no_post_names_is_deleted_and_gone(
    editor: Caller, client: ContractClient, kind: str
) -> None:
    subject = MAKE[kind](editor)
    post = factories.a_published_post(editor, **link(kind, subject))
    factories.deleted(editor, post)

    answer = editor.delete(f"/api/v1/manage/{kind}/{subject['id']}", if_match="*")

    assert answer.status_code == 204
    assert answer.get_data() == b""
    assert editor.get(f"/api/v1/manage/{kind}/{subject['id']}").status_code == 404
    assert editor.get(f"/api/v1/manage/{kind}").get_json()["data"] == []
    assert client.get(f"/api/v1/{kind}/{subject['slug']}").status_code == 410
    assert client.get(f"/api/v1/{kind}").get_json()["data"] == []


@each_kind
def test_only_published_posts_are_counted(
    editor: Caller, client: ContractClient, kind: str
) -> None:
    subject = MAKE[kind](editor)
    factories.a_post(editor, **link(kind, subject))
    posts = [factories.a_published_post(editor, **link(kind, subject)) for _ in range(3)]
    factories.unpublished(editor, posts[0])
    factories.deleted(editor, posts[1])
    factories.edited(editor, posts[2], **link(kind))

    (shown,) = client.get(f"/api/v1/{kind}").get_json()["data"]

    assert shown["post_count"] == 1
    assert client.get(f"/api/v1/{kind}/{subject['slug']}").get_json() == shown
