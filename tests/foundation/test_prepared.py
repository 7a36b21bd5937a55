"""A prepared statement finds what SQLAlchemy finds, and fails as it does."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import (
    Connection,
    Integer,
    Uuid,
    bindparam,
    column,
    event,
    func,
    literal,
    null,
    select,
    table,
    text,
    tuple_,
    update,
)
from sqlalchemy.exc import DBAPIError, OperationalError

from cms.editions.models import PostEdition
from cms.foundation import bulk
from cms.foundation.database import Database, Key, UtcDateTime, took_too_long
from cms.foundation.prepared import AnySelect, Prepared
from tests.foundation.editions import MOMENT, edition

AWKWARD = 'it\'s 100 % "of" ? :name %s %(name)s \u202e\U0001f600'
NUMBERS = range(6)


@pytest.fixture
def look(database: Database) -> Connection:
    """A look at some editions."""
    with database.transaction() as session:
        bulk.add(session, PostEdition, [edition(number, AWKWARD) for number in NUMBERS])
    return database.look()


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    """A connection of one's own."""
    with database.lookup.connect() as connection:
        yield connection


def statements() -> list[tuple[AnySelect, dict[str, Any]]]:
    """Statements of all kinds that are prepared, each with parameters."""
    key = (PostEdition.published_at, PostEdition.subject_id)
    place = (bindparam("moment", type_=UtcDateTime), bindparam("of", type_=Uuid))
    limit = bindparam("limit", type_=Integer)
    whole: Any = select(PostEdition.__table__).order_by(PostEdition.id)
    return [
        (whole, {}),
        (whole.where(PostEdition.slug == bindparam("slug", type_=Key)), {"slug": "post-1"}),
        (whole.where(PostEdition.slug == bindparam("slug", type_=Key)), {"slug": AWKWARD}),
        (whole.where(PostEdition.title_key == literal(AWKWARD)).limit(limit), {"limit": 2}),
        (
            select(*key, PostEdition.featured)
            .where(tuple_(*key) < tuple_(*place))
            .order_by(*(one.desc() for one in key))
            .limit(limit),
            {"limit": 3, "moment": MOMENT, "of": uuid.UUID(int=1005)},
        ),
        # Columns without a name, with the same name, with a name that is no word.
        (select(func.count(), func.count()).select_from(PostEdition), {}),
        (select(literal(AWKWARD), null().label("a-b"), literal(1).label("count")), {}),
        # What is not said, but worked out when it is asked.
        (whole.limit(bindparam("most", callable_=lambda: 4, type_=Integer)), {}),
        (whole.limit(bindparam("most", callable_=lambda: 4, type_=Integer)), {"most": 1}),
        # Whose text depends on how many there are.
        (
            whole.where(PostEdition.id.in_(bindparam("ids", expanding=True))),
            {"ids": [uuid.UUID(int=2), uuid.UUID(int=4)]},
        ),
    ]


@pytest.mark.parametrize("number", range(len(statements())))
def test_the_rows_are_those_of_sqlalchemy(look: Connection, number: int) -> None:
    statement, parameters = statements()[number]
    expected = look.execute(statement, parameters)
    names, rows = list(expected.keys()), expected.all()
    prepared = Prepared(statement)

    for _ in range(2):
        found = prepared.rows(look, parameters)

        assert [tuple(row) for row in found] == [tuple(row) for row in rows]
        assert [[type(one) for one in row] for row in found] == [
            [type(one) for one in row] for row in rows
        ]
        for row, same in zip(found, rows, strict=True):
            words = [name for name in names if name.isidentifier() and hasattr(row, name)]
            assert [getattr(row, one) for one in words] == [getattr(same, one) for one in words]


def test_columns_are_asked_for_by_their_names(look: Connection) -> None:
    statement = select(PostEdition.slug, PostEdition.published_at.label("moment"))

    (row, *_) = Prepared(statement.order_by(PostEdition.slug)).rows(look, {})

    assert (row.slug, row.moment) == ("post-0", MOMENT)


def test_a_parameter_that_is_missing_is_no_null(look: Connection) -> None:
    named = Prepared(select(PostEdition.id).where(PostEdition.slug == bindparam("slug")))

    with pytest.raises(KeyError):
        named.rows(look, {})


def test_who_listens_to_statements_hears_of_it(connection: Connection) -> None:
    heard: list[str] = []
    prepared = Prepared(select(literal(42).label("answer")))
    prepared.rows(connection, {})

    @event.listens_for(connection, "before_cursor_execute")
    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    assert prepared.rows(connection, {})[0].answer == 42
    assert len(heard) == 1


def test_errors_are_those_of_sqlalchemy(connection: Connection) -> None:
    nowhere: AnySelect = select(column("a")).select_from(table("nowhere"))
    with pytest.raises(DBAPIError) as usual:
        connection.execute(nowhere)

    with pytest.raises(DBAPIError) as found:
        Prepared(nowhere).rows(connection, {})

    assert type(found.value) is type(usual.value)
    assert type(found.value.orig) is type(usual.value.orig)
    assert not found.value.connection_invalidated
    assert Prepared(select(literal(42))).rows(connection, {})[0][0] == 42


def test_what_takes_too_long_is_given_up(database: Database) -> None:
    numbers = select(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 10**9))
    hasty = Database(database.url.render_as_string(hide_password=False), look_seconds=0.01)

    with pytest.raises(OperationalError) as found:
        Prepared(select(func.max(numbers.c.n))).rows(hasty.look(), {})

    assert took_too_long(found.value)
    assert Prepared(select(literal(42))).rows(hasty.look(), {})[0][0] == 42
    hasty.dispose()


def test_a_connection_that_was_lost_is_given_up(database: Database, connection: Connection) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lives in the process")
    process = connection.scalar(text("SELECT pg_backend_pid()"))
    prepared = Prepared(select(literal(42).label("answer")))
    prepared.rows(connection, {})
    with database.lookup.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": process})

    with pytest.raises(OperationalError) as found:
        prepared.rows(connection, {})

    assert found.value.connection_invalidated
    assert connection.invalidated
    assert prepared.rows(database.look(), {})[0].answer == 42


def test_a_change_can_be_prepared_too(database: Database, look: Connection) -> None:
    of = bindparam("of", type_=Uuid)
    change = update(PostEdition).where(PostEdition.subject_id == of).values(revision=7)
    prepared = Prepared(change.returning(PostEdition.slug, PostEdition.published_at))

    with database.session() as session:
        (row,) = prepared.rows(session.connection(), {"of": uuid.UUID(int=1005)})
        assert (row.slug, row.published_at) == ("post-4", MOMENT)
        assert prepared.rows(session.connection(), {"of": uuid.UUID(int=9999)}) == []
        session.rollback()

    revisions: AnySelect = select(PostEdition.revision).where(PostEdition.revision == 7)
    assert Prepared(revisions).rows(look, {}) == []


def test_a_look_goes_on_over_a_new_connection(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lives in the process")
    prepared = Prepared(select(func.pg_backend_pid().label("process")))
    before = database.ask(prepared, {})
    assert before is not None
    with database.lookup.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": before.process})

    after = database.ask(prepared, {})

    assert after is not None
    assert after.process != before.process
