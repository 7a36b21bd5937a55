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
STATEMENTS = {
    "/api/v1/posts": 4,
    "/api/v1/authors": 3,
    "/api/v1/tags": 3,
    "/api/v1/manage/posts": 5,
    "/api/v1/manage/authors": 3,
    "/api/v1/manage/tags": 3,
    "/api/v1/manage/users": 3,
}


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that either engine executes meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            found.append(statement)

    engines = {database.reader, database.writer}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def twenty(app: Edge, admin: Caller) -> None:
    """Twenty of each kind; every post has three tags and two authors of its own."""
    for number in range(20):
        people = [factories.an_author(admin)["id"] for _ in range(2)]
        factories.a_published_post(
            admin, author_ids=people, tags=[f"tag {number} {letter}" for letter in "abc"]
        )
        factories.a_caller(app, "author")


def test_the_table_has_every_list(app: Edge) -> None:
    lists = {
        one.rule for one in addresses(app) if one.method == "GET" and one.name.startswith("list_")
    }

    assert lists == set(STATEMENTS)


@pytest.mark.usefixtures("twenty")
def test_twenty_cost_as_many_statements_as_two(database: Database, admin: Caller) -> None:
    found = {}
    for path in STATEMENTS:
        for limit in (2, 20):
            with counted(database) as statements:
                page = admin.get(f"{path}?limit={limit}").get_json()
            assert len(page["data"]) == limit
            found[path, limit] = len(statements)

    assert found == {(path, limit): STATEMENTS[path] for path in STATEMENTS for limit in (2, 20)}


@pytest.mark.usefixtures("twenty")
@pytest.mark.parametrize(
    ("query", "more"),
    [("include=html", 0), ("fields=title,tags", 0), ("total=true", 1), ("tag=tag-0-a", 1)],
)
def test_each_parameter_costs_one_statement_at_most(
    database: Database, admin: Caller, query: str, more: int
) -> None:
    with counted(database) as statements:
        assert admin.get(f"/api/v1/posts?{query}").status_code == 200

    assert len(statements) == STATEMENTS["/api/v1/posts"] + more


@pytest.mark.parametrize("names", [1, 10])
def test_one_post_costs_as_much_however_many_names_it_has(
    database: Database, admin: Caller, names: int
) -> None:
    people = [factories.an_author(admin)["id"] for _ in range(names)]
    factories.a_published_post(
        admin, slug="one", author_ids=people, tags=[f"tag {number}" for number in range(names)]
    )

    with counted(database) as statements:
        assert admin.get("/api/v1/posts/one").status_code == 200

    assert len(statements) == 4
