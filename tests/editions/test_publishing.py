"""Publishing: what readers see is what was published, until it is published again."""

from typing import Any

import pytest
from sqlalchemy import func, select

from cms.content.posts.schemas import PostPatch
from cms.editions.models import Change, PostEdition, Site
from cms.foundation.database import Database
from tests import factories
from tests.callers import Caller, ContractClient

POSTS = "/api/v1/manage/posts"
EDITS: dict[str, Any] = {
    "title": "Changed",
    "slug": "changed",
    "excerpt": "Changed",
    "body": "changed",
    "cover": {"url": "/changed.jpg"},
    "featured": True,
    "seo": {"title": "Changed"},
    "published_at": "2001-01-01T00:00:00Z",
    "tags": ["Changed"],
    "authors": ["changed"],
}
# The same as ids; where a post stands is nothing that readers see.
NOT_EDITS = {"tag_ids", "author_ids", "status"}


def a_rich_post(editor: Caller) -> dict[str, Any]:
    """Published, with every field filled."""
    factories.an_author(editor, name="changed")
    factories.a_tag(editor, name="Changed")
    ann = factories.an_author(editor, name="ann")
    return factories.a_published_post(
        editor,
        title="First",
        slug="first",
        excerpt="First",
        body="*first*",
        cover={"url": "/first.jpg", "alt": "A"},
        seo={"title": "First"},
        published_at="2020-01-01T00:00:00Z",
        tags=["First"],
        author_ids=[ann["id"]],
    )


def public_state(client: ContractClient) -> list[tuple[int, bytes, str | None]]:
    """All that a reader could notice."""
    paths = ["posts?include=html", "posts/first", "posts/changed", "tags", "authors"]
    paths += ["posts?tag=first", "posts?tag=changed", "posts?author=ann", "posts?author=changed"]
    answers = [client.get(f"/api/v1/{path}") for path in paths]
    return [
        (answer.status_code, answer.get_data() if answer.status_code == 200 else b"", tag)
        for answer in answers
        for tag in [answer.headers.get("ETag")]
    ]


def rows(database: Database) -> tuple[int, int, int]:
    """The site version, and how many changes and editions of posts there are."""
    with database.session(read_only=True) as session:
        counts = [
            session.scalars(select(func.count()).select_from(table)).one()
            for table in (Change, PostEdition)
        ]
        return session.scalars(select(Site.version)).one(), counts[0], counts[1]


def test_the_table_has_every_field_that_readers_see() -> None:
    assert set(EDITS) | NOT_EDITS == set(PostPatch().fields)


@pytest.mark.parametrize("field", EDITS)
def test_an_edit_shows_once_it_is_published(
    database: Database, editor: Caller, client: ContractClient, field: str
) -> None:
    post = a_rich_post(editor)
    before, count = public_state(client), rows(database)

    edited = factories.edited(editor, post, **{field: EDITS[field]})

    assert edited["has_unpublished_changes"] is True
    assert edited["status"] == "published"
    assert public_state(client) == before
    assert rows(database) == count

    published = factories.published(editor, edited)

    assert published["has_unpublished_changes"] is False
    assert public_state(client) != before
    assert rows(database) == tuple(number + 1 for number in count)


@pytest.mark.parametrize("field", EDITS)
def test_an_edit_that_is_taken_back_leaves_nothing_to_publish(
    database: Database, editor: Caller, client: ContractClient, field: str
) -> None:
    post = a_rich_post(editor)
    before, count = public_state(client), rows(database)
    # What takes an edit back, for fields that are sent under another name.
    name = {"tags": "tag_ids", "authors": "author_ids"}.get(field, field)

    factories.edited(editor, post, **{field: EDITS[field]})
    back = factories.edited(editor, post, **{name: post[name]})

    assert back["has_unpublished_changes"] is False
    assert back["version"] == post["version"] + 2
    assert factories.published(editor, back) == back
    assert public_state(client) == before
    assert rows(database) == count


def test_publishing_what_is_published_already_changes_nothing(
    database: Database, editor: Caller
) -> None:
    post = factories.a_published_post(editor)
    count = rows(database)

    assert factories.published(editor, post) == post
    assert rows(database) == count


def test_a_withdrawn_post_is_gone_at_once(
    database: Database, editor: Caller, client: ContractClient
) -> None:
    post = a_rich_post(editor)
    count = rows(database)

    withdrawn = factories.unpublished(editor, post)

    assert withdrawn["status"] == "draft"
    assert withdrawn["has_unpublished_changes"] is False
    assert client.get("/api/v1/posts/first").status_code == 410
    for query in ("", "?tag=first", "?author=ann"):
        assert client.get(f"/api/v1/posts{query}").get_json()["data"] == []
    assert client.get("/api/v1/tags/first").get_json()["post_count"] == 0
    assert client.get("/api/v1/authors/ann").get_json()["post_count"] == 0
    assert rows(database) == (count[0] + 1, count[1] + 1, count[2])


def test_the_working_copy_survives_a_withdrawal(editor: Caller) -> None:
    post = a_rich_post(editor)
    edited = factories.edited(editor, post, title="Further")

    withdrawn = factories.unpublished(editor, edited)

    moved = {"status", "version", "updated_at", "has_unpublished_changes"}
    assert {name: value for name, value in withdrawn.items() if name not in moved} == {
        name: value for name, value in edited.items() if name not in moved
    }


def test_the_first_publication_stays_the_date(editor: Caller, client: ContractClient) -> None:
    post = factories.published(editor, factories.a_post(editor, slug="first"))
    first = post["published_at"]

    factories.edited(editor, post, title="Changed")
    assert factories.published(editor, post)["published_at"] == first
    assert factories.unpublished(editor, post)["published_at"] == first
    assert factories.published(editor, post)["published_at"] == first
    factories.edited(editor, post, published_at="2001-01-01T00:00:00Z")
    assert factories.published(editor, post)["published_at"] == "2001-01-01T00:00:00.000Z"
    factories.edited(editor, post, published_at=None)
    assert factories.published(editor, post)["published_at"] == first
    assert client.get("/api/v1/posts/first").get_json()["published_at"] == first


def test_readers_see_when_a_post_last_changed_for_them(
    editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor, slug="first")
    first = client.get("/api/v1/posts/first").get_json()["updated_at"]
    factories.edited(editor, post, title="Changed")

    assert client.get("/api/v1/posts/first").get_json()["updated_at"] == first
    again = factories.published(editor, post)["updated_at"]
    assert client.get("/api/v1/posts/first").get_json()["updated_at"] == again > first


def test_drafts_take_no_version(database: Database, editor: Caller) -> None:
    factories.a_tag(editor, name="known")
    count = rows(database)

    post = factories.a_post(editor, tags=["known"])
    factories.edited(editor, post, title="Changed", status="in_review")
    factories.deleted(editor, post)

    assert rows(database) == count


def test_all_that_one_request_does_takes_one_version(database: Database, editor: Caller) -> None:
    factories.a_published_post(editor, tags=["a", "b", "c"])

    with database.session(read_only=True) as session:
        changes = session.execute(select(Change.version, Change.kind)).all()
    assert sorted(tuple(change) for change in changes) == [
        (1, "post.published"),
        (1, "tag.saved"),
        (1, "tag.saved"),
        (1, "tag.saved"),
    ]
    assert rows(database)[0] == 1


def test_a_change_says_who_and_what(database: Database, editor: Caller, author: Caller) -> None:
    post = factories.a_published_post(author)
    factories.unpublished(editor, post)
    factories.published(editor, post)
    factories.deleted(author, post)

    with database.session(read_only=True) as session:
        changes = list(session.scalars(select(Change).order_by(Change.version)))
    assert [str(change.by_id) for change in changes] == [
        author.user_id,
        editor.user_id,
        editor.user_id,
        author.user_id,
    ]
    assert {str(change.subject_id) for change in changes} == {post["id"]}
    assert [change.version for change in changes] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("posts", {"title": "New", "slug": "first", "status": "published", "tags": ["New"]}),
        ("posts", {"title": "New", "status": "published", "tags": ["New"], "authors": ["nobody"]}),
        (
            "posts",
            {
                "title": "N",
                "status": "published",
                "tags": ["N"],
                "published_at": "9000-01-01T00:00Z",
            },
        ),
        ("tags", {"name": "FIRST"}),
        ("tags", {"name": "New", "slug": "first"}),
        ("authors", {"name": "New", "slug": "ann"}),
    ],
    ids=["slug", "author", "future", "tag name", "tag slug", "author slug"],
)
def test_a_refused_request_leaves_nothing_behind(
    database: Database, editor: Caller, client: ContractClient, path: str, body: dict[str, Any]
) -> None:
    a_rich_post(editor)
    before, count = public_state(client), rows(database)

    answer = editor.post(f"/api/v1/manage/{path}", json=body)

    assert answer.status_code in {409, 422}
    assert public_state(client) == before
    assert rows(database) == count
    factories.a_tag(editor, name="Next")
    assert rows(database)[0] == count[0] + 1
