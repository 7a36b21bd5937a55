"""`filter` on the lists that editors and admins see: what it finds, for whom, and what never."""

from typing import Any
from urllib.parse import urlencode

import pytest

from cms.accounts.users import queries as user_queries
from cms.content.authors import queries as author_queries
from cms.content.posts import queries as post_queries
from cms.content.tags import queries as tag_queries
from cms.foundation import filters
from cms.foundation.database import Base
from cms.foundation.filters.listed import Listed, kinds
from cms.foundation.filters.scanner import BadFilter
from cms.foundation.filters.tree import Operator
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.delivery import reading

POSTS = "/api/v1/manage/posts"
LISTED: dict[str, Listed] = {
    POSTS: post_queries.LISTED,
    "/api/v1/manage/authors": author_queries.LISTED,
    "/api/v1/manage/tags": tag_queries.LISTED,
    "/api/v1/manage/users": user_queries.LISTED,
}


def found(by: Caller, text: str, path: str = POSTS) -> list[dict[str, Any]]:
    """All that fits, page by page."""
    pages = reading.pages(by, path, filter=text, limit=1)
    return list(reversed(reading.walked(pages)))


@pytest.fixture
def posts(editor: Caller) -> list[dict[str, Any]]:
    """Five posts in different states."""
    for name in ("ann", "bob"):
        factories.an_author(editor, name=name)
    contents: list[dict[str, Any]] = [
        {"title": "Straße", "tags": ["a"], "authors": ["ann"]},
        {"title": "100%", "status": "in_review", "tags": ["a", "b"], "featured": True},
        {"title": "ΰ", "status": "published", "authors": ["ann", "bob"]},
        {"title": "Old", "status": "published", "published_at": "2020-01-01T00:00:00Z"},
        {"title": "Edited", "status": "published", "tags": ["b"]},
    ]
    made = [factories.a_post(editor, **content) for content in contents]
    factories.edited(editor, made[4], excerpt="Not yet public")
    return made


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("status:draft", [0]),
        ("status:-published", [0, 1]),
        ("status:[draft,in_review]+tag:b", [1]),
        ("has_unpublished_changes:true", [4]),
        ("featured:true,author:bob", [1, 2]),
        ("tag:null", [2, 3]),
        ("tag:-a+author:-ann", [3, 4]),
        ("published_at:null", [0, 1]),
        ("published_at:-null", [2, 3, 4]),
        ("published_at:<2021-01-01", [3]),
        ("published_at:-2020-01-01", [0, 1, 2, 4]),
        ("updated_at:>now-1h", [0, 1, 2, 3, 4]),
        ("created_at:>now+1h", []),
        ("title:~'SS'", [0]),
        ("title:~^Ϋ́", [2]),
        ("title:~%", [1]),
        ("slug:~'o'", [3]),
    ],
)
def test_posts(editor: Caller, posts: list[dict[str, Any]], text: str, numbers: list[int]) -> None:
    assert [post["id"] for post in found(editor, text)] == [posts[one]["id"] for one in numbers]


@pytest.mark.usefixtures("posts")
@pytest.mark.parametrize("role", ["author", "contributor"])
def test_no_filter_shows_somebody_elses_posts(app: Edge, role: str) -> None:
    person = factories.a_caller(app, role)
    own = factories.a_post(person)

    for text in ("id:-null", "status:draft,status:-draft", "tag:null,tag:-null", "author:-x"):
        assert [post["id"] for post in found(person, text)] == [own["id"]]


def test_names_and_users(app: Edge, admin: Caller) -> None:
    tag = factories.a_tag(admin, name="Straße")
    author = factories.an_author(admin, slug="ann", user_id=admin.user_id)
    factories.an_author(admin)
    editor = factories.a_caller(app, "editor")

    def ids(text: str, kind: str) -> list[str]:
        return [one["id"] for one in found(admin, text, f"/api/v1/manage/{kind}")]

    assert ids("name:~ASS", "tags") == [tag["id"]]
    assert ids("name:-STRASSE", "tags") == []
    assert ids(f"user_id:{admin.user_id}", "authors") == [author["id"]]
    assert len(ids("user_id:null", "authors")) == 1
    assert ids("role:editor+is_active:true", "users") == [editor.user_id]
    assert ids(f"email:'{editor.email.upper()}'", "users") == [editor.user_id]


def test_a_cursor_belongs_to_its_filter(admin: Caller) -> None:
    for path, make in (("posts", factories.a_post), ("tags", factories.a_tag)):
        for _ in range(2):
            make(admin)
        address = f"/api/v1/manage/{path}"
        cursor = reading.fetch(admin, address, limit=1, filter="slug:-x")["next_cursor"]

        answer = admin.get(f"{address}?{urlencode({'filter': 'slug:-y', 'cursor': cursor})}")

        assert answer.get_json()["code"] == "invalid_cursor"


@pytest.mark.parametrize("operator", list(Operator))
@pytest.mark.parametrize("path", LISTED)
def test_no_column_is_reached_that_is_not_listed(path: str, operator: Operator) -> None:
    allowed = kinds(LISTED[path])
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    for name in {column.name for column in columns} | {str(column) for column in columns}:
        if name not in allowed:
            with pytest.raises(BadFilter, match="there is no field"):
                filters.check(filters.parse(f"{name}:{operator}a"), allowed)


def test_nothing_secret_is_listed(admin: Caller) -> None:
    answer = admin.get("/api/v1/manage/users?filter=password_hash:~'argon2'")

    assert answer.status_code == 422
    detail = answer.get_json()["errors"][0]["detail"]
    assert detail == (
        "At character 1: there is no field 'password_hash'. "
        "Allowed: id, email, role, is_active, created_at, updated_at."
    )
