"""Many rows at once become the very rows that the session would have written."""

import pickle
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from cms.editions.models import PostEdition
from cms.foundation import bulk
from cms.foundation.database import Database
from tests.foundation.editions import edition

# What a COPY spells in its own way, and what a statement might take for a place of a value.
AWKWARD = "tab\t line\n \\N \\. 'quoted' \"twice\" %s ? :name \u202e\U0001f600 {a,b}"


def rows(number: int) -> list[dict[str, Any]]:
    """Editions, whose columns have most kinds of values; every other one has ended."""
    return [edition(one, AWKWARD) for one in range(number)]


def stored(database: Database) -> list[dict[str, Any]]:
    """What the session reads."""
    with database.session(read_only=True) as session:
        found = session.scalars(select(PostEdition).order_by(PostEdition.id)).all()
        return [{name: getattr(one, name) for name in rows(1)[0]} for one in found]


@pytest.mark.parametrize("number", [0, 1, bulk.FEW - 1, bulk.FEW, 100])
def test_rows_are_stored_as_the_session_reads_them(database: Database, number: int) -> None:
    with database.transaction() as session:
        bulk.add(session, PostEdition, rows(number))

    assert stored(database) == rows(number)


def test_a_column_that_says_the_same_in_all_rows_is_stored_in_all(database: Database) -> None:
    first = rows(1)[0]
    own = ("id", "subject_id", "slug")
    same = [{**first, **{name: row[name] for name in own}} for row in rows(100)]
    with database.transaction() as session:
        bulk.add(session, PostEdition, [{**row, "until_version": 1} for row in same])

    assert stored(database) == [{**row, "until_version": 1} for row in same]


def test_what_the_session_has_not_written_yet_comes_first(database: Database) -> None:
    first, *others = rows(100)
    with database.transaction() as session:
        session.add(PostEdition(**first))
        bulk.add(session, PostEdition, others)

    assert stored(database) == rows(100)


@pytest.mark.parametrize("number", [1, bulk.FEW, 100])
def test_a_row_that_is_there_already_is_an_error_as_others_raise_it(
    database: Database, number: int
) -> None:
    with database.transaction() as session:
        bulk.add(session, PostEdition, rows(number))
    with pytest.raises(IntegrityError), database.transaction() as session:
        bulk.add(session, PostEdition, rows(number))

    assert stored(database) == rows(number)


def test_rows_go_with_their_transaction(database: Database) -> None:
    with database.session() as session:
        bulk.add(session, PostEdition, rows(100))
        session.rollback()

    assert stored(database) == []


def test_rows_made_without_a_connection_are_stored_with_what_is_the_same_in_all(
    database: Database,
) -> None:
    own = [
        {name: value for name, value in row.items() if name not in ("from_version", "title_sort")}
        for row in rows(100)
    ]
    dialect = database.url.get_dialect()()
    parts = [
        rows
        for some in (own[:40], own[40:41], own[41:], [])
        for rows in bulk.converted({PostEdition: some}, dialect)
    ]

    parts = pickle.loads(pickle.dumps(parts))  # noqa: S301 - just pickled
    with database.transaction() as session:
        bulk.insert(session, parts, from_version=7, title_sort=AWKWARD)

    assert stored(database) == [
        {**row, "from_version": 7, "title_sort": AWKWARD} for row in rows(100)
    ]
