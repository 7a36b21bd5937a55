"""A longer list costs no more SQL statements than a short one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.foundation.addresses import addresses

# What each list costs, the check of the login included. More is a decision, not an accident.
# Names of authors and tags cost two more, once after any of them has changed.
STATEMENTS = {
    "/api/v1/posts": 1,
    "/api/v1/authors": 1,
    "/api/v1/tags": 1,
    # One for each of posts, authors and tags.
    "/api/v1/redirects": 3,
    # Bylines, tags and schedules.
    "/api/v1/manage/posts": 5,
    # The post is looked for first, with all that belongs to it.
    "/api/v1/manage/posts/<uuid:post_id>/comments": 6,
    "/api/v1/manage/posts/<uuid:post_id>/preview-links": 6,
    "/api/v1/manage/posts/<uuid:post_id>/revisions": 8,
    "/api/v1/manage/authors": 2,
    "/api/v1/manage/tags": 2,
    "/api/v1/manage/users": 2,
    "/api/v1/manage/keys": 2,
    "/api/v1/auth/keys": 2,
    # It asks the database for the time, too.
    "/api/v1/manage/jobs": 3,
    "/api/v1/manage/audit": 2,
}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that any engine executes meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    # On PostgreSQL two of them are one.
    engines = {database.reader, database.writer, database.lookup}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def cost(app: Edge, by: Caller, path: str) -> int:
    """How many statements an answer takes that no cache has, to readers whose names are known."""
    by.get(path)
    app.extensions["cms.cache"].forget()
    with counted(app.database) as statements:
        assert by.get(path).status_code == 200
    return len(statements)


@pytest.fixture
def twenty(app: Edge, admin: Caller) -> str:
    """Twenty of each kind; every post has three tags and two authors of its own.

    Gives the id of one that has twenty of all that belongs to a post.
    """
    for number in range(20):
        people = [factories.an_author(admin)["id"] for _ in range(2)]
        factories.a_published_post(
            admin, author_ids=people, tags=[f"tag {number} {letter}" for letter in "abc"]
        )
        factories.a_caller(app, "author")
        factories.a_key(admin, "posts:write")
        factories.a_failed_job(app)
    post = factories.a_post(admin)
    for number in range(20):
        post = factories.edited(admin, post, title=f"Title {number}")
        beside = f"/api/v1/manage/posts/{post['id']}"
        assert admin.post(f"{beside}/comments", json={"text": "Said"}).status_code == 201
        assert admin.post(f"{beside}/preview-links").status_code == 201
    return str(post["id"])


def test_the_table_has_every_list(app: Edge) -> None:
    lists = {
        one.rule for one in addresses(app) if one.method == "GET" and one.name.startswith("list_")
    }

    assert lists == set(STATEMENTS)


def test_twenty_cost_as_many_statements_as_two(app: Edge, admin: Caller, twenty: str) -> None:
    found = {
        (path, limit): cost(app, admin, f"{path.replace('<uuid:post_id>', twenty)}?limit={limit}")
        for path in STATEMENTS
        for limit in (2, 20)
    }

    assert found == {(path, limit): STATEMENTS[path] for path in STATEMENTS for limit in (2, 20)}
    assert len(admin.get("/api/v1/manage/posts?limit=20").get_json()["data"]) == 20


@pytest.mark.usefixtures("twenty")
@pytest.mark.parametrize(
    ("query", "more"),
    [
        ("include=html,markdown,plaintext,toc", 0),
        ("fields=title,tags.name,toc.title", 0),
        ("total=true", 1),
        ("tag=tag-0-a", 0),
        ("filter=featured:false,tag:[tag-0-a,none]", 0),
        ("filter=tag:[tag-0-a,tag-1-b]", 0),
        ("filter=tag:-tag-0-a&total=true", 1),
        ("sort=-featured,title", 0),
    ],
)
def test_each_parameter_costs_one_statement_at_most(
    app: Edge, admin: Caller, query: str, more: int
) -> None:
    assert cost(app, admin, f"/api/v1/posts?{query}") == STATEMENTS["/api/v1/posts"] + more


@pytest.mark.parametrize("deleted", [1, 10])
def test_former_slugs_cost_as_much_however_much_was_deleted(
    app: Edge, admin: Caller, deleted: int
) -> None:
    for _ in range(deleted):
        factories.deleted(admin, factories.a_tag(admin), "tags")

    assert cost(app, admin, "/api/v1/redirects") == STATEMENTS["/api/v1/redirects"]


@pytest.mark.usefixtures("twenty")
@pytest.mark.parametrize("path", ["/api/v1/authors", "/api/v1/tags"])
def test_names_are_read_again_when_one_has_changed(
    app: Edge, admin: Caller, editor: Caller, path: str
) -> None:
    cost(app, admin, "/api/v1/posts")
    kind = path.rpartition("/")[2]
    one = admin.get(f"{path}?limit=1").get_json()["data"][0]
    factories.edited(editor, one, kind, name="Another name")

    with counted(app.database) as statements:
        posts = admin.get("/api/v1/posts").get_json()["data"]

    assert len(statements) == 3
    assert "Another name" in {named["name"] for post in posts for named in post[kind]}


@pytest.mark.parametrize("names", [1, 10])
def test_one_post_costs_as_much_however_many_names_it_has(
    app: Edge, admin: Caller, names: int
) -> None:
    people = [factories.an_author(admin)["id"] for _ in range(names)]
    factories.a_published_post(
        admin, slug="one", author_ids=people, tags=[f"tag {number}" for number in range(names)]
    )

    assert cost(app, admin, "/api/v1/posts/one") == 1


# The post, and: what is beside it; how large its tags are, then what is to be compared.
AROUND = {
    "/api/v1/posts/one?include=markdown,plaintext,toc": 1,
    "/api/v1/posts/one?include=related": 3,
    "/api/v1/posts/one/related?limit=20": 3,
    "/api/v1/posts/one/neighbours": 2,
    "/api/v1/posts/one/neighbours?tag=tag-0-a&author=ann": 2,
}


@pytest.mark.parametrize(("path", "statements"), AROUND.items())
@pytest.mark.parametrize("tags", [1, 10])
def test_what_is_around_a_post_costs_as_much_however_many_posts_and_tags_there_are(
    app: Edge, admin: Caller, path: str, statements: int, tags: int
) -> None:
    factories.an_author(admin, name="ann")
    names = [f"tag {number} a" for number in range(tags)]
    factories.a_published_post(admin, slug="one", tags=names, authors=["ann"])
    assert cost(app, admin, path) == statements

    for _ in range(5):
        factories.a_published_post(admin, tags=names, authors=["ann"])

    assert cost(app, admin, path) == statements
