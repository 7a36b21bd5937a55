"""What a page of the audit log costs does not grow with the log, whatever is asked for."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, text

from cms.foundation import filters
from cms.foundation.audit import queries
from cms.foundation.audit.models import AuditEntry
from cms.foundation.database import Database
from cms.foundation.filters.listed import fitting, kinds
from cms.foundation.http.edge import Edge
from tests.conftest import empty
from tests.plans import executed, walks_an_index
from tests.properties import OF_A_SITE

ENTRIES, PAGE = 3000, 21
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = BEGIN + timedelta(minutes=ENTRIES)
KINDS = ("post", "post", "post", "post", "tag", "author", "user")
ACTIONS = ("edit_post", "edit_post", "publish_post", "create_tag", "delete_user")
PEOPLE = [uuid.UUID(int=number) for number in range(1, 6)]
RARE = uuid.UUID(int=99)
AFTER = (BEGIN + timedelta(minutes=ENTRIES // 2), uuid.UUID(int=ENTRIES // 2))


def an_entry(number: int) -> dict[str, Any]:
    """One of a long log; what is rare is at its beginning."""
    is_rare = number in {7, 8}
    return {
        "id": uuid.UUID(int=number),
        # Several at one moment, as of one transaction.
        "at": BEGIN + timedelta(minutes=number // 3 * 3),
        "action": "delete_author" if is_rare else ACTIONS[number % len(ACTIONS)],
        "actor_id": RARE if is_rare else [None, *PEOPLE][number % 6],
        "actor_name": None,
        "key_id": RARE if is_rare else None,
        "address": "192.0.2.99" if is_rare else f"192.0.2.{number % 4}",
        "request_id": None,
        "subject_kind": "job" if is_rare else KINDS[number % len(KINDS)],
        "subject_id": RARE if is_rare else uuid.UUID(int=1000 + number % 100),
        "changes": {"title": ["a", "b" * 200]},
    }


@pytest.fixture(params=["with statistics", "without"])
def long(app: Edge, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A log of which one page is a small part."""
    database = app.database
    if request.param == "without" and not database.is_sqlite:
        pytest.skip("PostgreSQL gathers them by itself")
    with database.writer.begin() as connection:
        connection.execute(insert(AuditEntry), [an_entry(number) for number in range(ENTRIES)])
        if request.param == "with statistics":
            connection.execute(text("ANALYZE"))
    yield database
    if database.is_sqlite and request.param == "with statistics":
        with database.writer.begin() as connection:
            connection.execute(text("DELETE FROM sqlite_stat1"))


WALKS = {
    "": "at",
    "at:>2026-01-02": "at",
    "at:<2026-01-01T00:30:00Z": "at",
    "at:>=2026-01-01+at:<2026-01-02": "at",
    "action:edit_post": "action",
    "action:delete_author": "action",
    f"actor_id:{PEOPLE[0]}": "actor",
    f"actor_id:{RARE}": "actor",
    "actor_id:null": "actor",
    f"key_id:{RARE}": "key",
    "address:'192.0.2.1'": "address",
    "address:'192.0.2.99'": "address",
    "subject_kind:post": "kind",
    "subject_kind:job": "kind",
    f"subject_id:{uuid.UUID(int=1001)}": "subject",
    "subject_kind:post+at:<2026-01-01T00:30:00Z": "kind",
    "action:create_tag+at:>2026-01-02": "action",
    # Whatever is not one of the few is met soon from the end.
    "action:-edit_post": "at",
    "subject_kind:-[user,job]": "at",
    "key_id:-null": "keyed",
    "key_id:-null+subject_kind:-post": "keyed",
}
MERGES = {
    "action:[publish_post,delete_author]": {"action": 2},
    "action:[publish_post,delete_user]+at:>2026-01-02": {"action": 2},
    "subject_kind:[tag,author,job]": {"kind": 3},
    "action:delete_author,subject_kind:user": {"action": 1, "kind": 1},
    f"actor_id:[{PEOPLE[0]},null]": {"actor": 2},
    f"subject_id:{RARE},address:'192.0.2.1',at:<2026-01-01T01:00:00Z": {
        "subject": 1,
        "address": 1,
        "at": 1,
    },
}
both_pages = pytest.mark.parametrize("after", [None, AFTER], ids=["first page", "further"])


@both_pages
@pytest.mark.parametrize("asked", WALKS)
def test_a_filter_walks_the_index_that_has_its_order(
    long: Database, asked: str, after: Any
) -> None:
    statement, plan = planned(long, asked, after)

    assert walks_an_index(plan), f"{statement}\n{plan}"
    if long.is_sqlite:
        # The other planner may know better, from what it has counted; no way sorts.
        assert f"ix_audit_entries_{WALKS[asked]}" in plan, f"{statement}\n{plan}"


@both_pages
@pytest.mark.parametrize("asked", MERGES)
def test_what_is_met_in_several_ways_takes_a_page_of_each(
    long: Database, asked: str, after: Any
) -> None:
    statement, plan = planned(long, asked, after)

    walks = MERGES[asked]
    if long.is_sqlite:
        for index, times in walks.items():
            assert plan.count(f"ix_audit_entries_{index}") == times, f"{statement}\n{plan}"
    assert plan.count("ix_audit_entries_") == sum(walks.values()), f"{statement}\n{plan}"
    assert statement.count("LIMIT") == sum(walks.values()) + 1
    assert not re.search(
        r'SCAN audit_entries$|"Seq Scan".{0,200}"audit_entries"', plan, re.MULTILINE
    ), plan


def planned(database: Database, asked: str, after: Any) -> tuple[str, str]:
    """The one statement of a page, with how the database carries it out."""
    with database.session(read_only=True) as session:

        def page() -> None:
            queries.newest(session, limit=PAGE, after=after, filter_=checked(asked), now=END)

        (found,) = executed(session.connection(), page)
        return found


def checked(asked: str) -> Any:
    """A filter as the address gives it."""
    return filters.check(filters.parse(asked), kinds(queries.LISTED)) if asked else None


TERMS = st.sampled_from(
    [*WALKS, *MERGES, "address:-null", "action:[edit_post,create_tag]+subject_kind:[tag,post]"]
).filter(bool)
ASKED = st.recursive(
    TERMS,
    lambda inner: st.builds(
        lambda joint, parts: joint.join(f"({part})" for part in parts),
        st.sampled_from(["+", ","]),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=5,
)


@given(asked=ASKED, limit=st.sampled_from([1, 20, 300]))
@settings(OF_A_SITE, max_examples=40)
def test_page_by_page_it_finds_what_the_whole_condition_finds(
    app: Edge, asked: str, limit: int
) -> None:
    empty(app)
    count = 60
    with app.database.writer.begin() as connection:
        connection.execute(insert(AuditEntry), [an_entry(number) for number in range(count)])
    tree = checked(asked)
    with app.database.session(read_only=True) as session:
        condition = fitting(select(AuditEntry), tree, queries.LISTED, now=END)
        expected = {entry.id for entry in session.scalars(condition)}
        found: list[AuditEntry] = []
        after = None
        while page := queries.newest(session, limit=limit, after=after, filter_=tree, now=END):
            found += page
            after = page[-1].at, page[-1].id

    places = [(entry.at, entry.id) for entry in found]
    assert places == sorted(places, reverse=True)
    assert {entry.id for entry in found} == expected
    assert len(found) == len(expected)
