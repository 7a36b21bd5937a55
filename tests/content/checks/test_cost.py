"""A check costs the same however large the text and the site are."""

import re
from typing import Any

import pytest
from sqlalchemy import event

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.delivery.test_statements import counted


@pytest.mark.parametrize("count", [1, 40])
def test_forty_links_cost_as_many_statements_as_one(app: Edge, editor: Caller, count: int) -> None:
    body = ""
    for number in range(count):
        post = factories.a_published_post(editor, slug=f"old-{number}")
        factories.published(editor, factories.edited(editor, post, slug=f"new-{number}"))
        body += f"[a](/posts/old-{number}) [b](/posts/new-{number}) [c](/posts/none-{number})\n"
    post = factories.a_post(editor, body=body)

    address = f"/api/v1/manage/posts/{post['id']}"
    with counted(app.database) as reading:
        editor.get(address)
    with counted(app.database) as checking:
        answer = editor.get(f"{address}/checks")

    assert len(answer.get_json()["data"]) == 2 * count + 1
    # Beside the login and the post: two about its title, three about links to posts.
    assert len(checking) - len(reading) == 5


def test_nothing_is_found_by_reading_a_whole_table(app: Edge, editor: Caller) -> None:
    factories.a_published_post(editor, title="T")
    post = factories.a_post(editor, title="T", body="[a](/posts/x) [b](/tags/y) [c](/by/z)")
    address = f"/api/v1/manage/posts/{post['id']}/checks"
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    event.listen(app.database.reader, "before_cursor_execute", note)
    try:
        assert editor.get(address).status_code == 200
    finally:
        event.remove(app.database.reader, "before_cursor_execute", note)

    with app.database.reader.connect() as connection:
        explain = "EXPLAIN QUERY PLAN"
        if not app.database.is_sqlite:
            explain = "EXPLAIN"
            # Small tables are cheaper to read whole.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"{explain} {statement}", parameters)
            plan = "\n".join(str(row[-1]) for row in rows)
            assert not re.search(r"SCAN (posts|\w+_editions)\b(?! USING)|Seq Scan", plan), plan
