"""The database goes away, or has no time: readers hardly notice, writers are told the truth."""

import sqlite3
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cms.foundation.database import Database
from cms.foundation.http.edge import Edge, look, look_at_one_moment, session
from tests.foundation.conftest import Base, Book, no_version

Titles = Callable[[], list[str]]


@pytest.fixture
def server(scratch: Edge) -> Database:
    """A database that is a server of its own, and so can go away."""
    if scratch.database.is_sqlite:
        pytest.skip("SQLite lives in the process")
    return scratch.database


@pytest.fixture
def impatient(make_database_url: Callable[[str], str]) -> Iterator[Edge]:
    """An application that waits for a second at most."""
    database = Database(make_database_url("impatient"), pool_size=1, timeout=1)
    Base.metadata.create_all(database.writer)
    app = Edge("impatient", database, present=no_version)
    app.config.update(PROPAGATE_EXCEPTIONS=False)
    yield app
    database.dispose()


def end_this_connection() -> None:
    """The server ends the connection that the request works on."""
    own = session().scalar(text("SELECT pg_backend_pid()"))
    end = threading.Thread(target=_end, args=(own,))
    end.start()
    end.join()


def _end(pid: int) -> None:
    database = Database(_URL["url"], pool_size=1)
    # Without a transaction: within one, the list of activities stays as it was.
    with database.lookup.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        # Gone, not only told to go.
        while connection.scalar(
            text("SELECT count(*) FROM pg_stat_activity WHERE pid = :pid"), {"pid": pid}
        ):
            pass
    database.dispose()


_URL: dict[str, str] = {}


@pytest.fixture(autouse=True)
def _address(scratch_database: Database) -> None:
    _URL["url"] = scratch_database.url.render_as_string(hide_password=False)


def test_reading_goes_on_over_a_new_connection(server: Database, scratch: Edge) -> None:
    calls = []

    def view() -> str:
        calls.append(1)
        if len(calls) == 1:
            end_this_connection()
        return str(session().scalar(text("SELECT 42")))

    scratch.add_url_rule("/", "view", view)

    answer = scratch.test_client().get("/")

    assert (answer.status_code, answer.get_data(), len(calls)) == (200, b"42", 2)
    assert "Current Checked out connections: 0" in server.writer.pool.status()


def test_looking_goes_on_over_a_new_connection(server: Database, scratch: Edge) -> None:
    def view() -> str:
        return str(look().scalar(text("SELECT 42")))

    scratch.add_url_rule("/", "view", view)
    client = scratch.test_client()
    for _ in range(3):
        assert client.get("/").get_data() == b"42"
        own = server.look().scalar(text("SELECT pg_backend_pid()"))
        _end(own)


@pytest.mark.usefixtures("server")
def test_a_moment_that_is_lost_begins_again_over_a_new_connection(scratch: Edge) -> None:
    calls = []

    def view() -> str:
        with look_at_one_moment() as connection:
            calls.append(connection.scalar(text("SELECT pg_backend_pid()")))
            if len(calls) == 1:
                _end(calls[0])
            return str(connection.scalar(text("SELECT 42")))

    scratch.add_url_rule("/", "view", view)

    for _ in range(2):
        assert scratch.test_client().get("/").get_data() == b"42"
    assert len(calls) == 3


def test_what_fails_within_a_moment_ends_it(scratch: Edge) -> None:
    for _ in range(2):
        with pytest.raises(DBAPIError), scratch.database.look_at_one_moment() as connection:
            connection.execute(text("SELECT nothing"))

    assert scratch.database.look().scalar(text("SELECT 42")) == 42


def test_a_write_that_the_database_did_not_see_whole_is_undone_and_503(
    server: Database, scratch: Edge, titles: Titles
) -> None:
    def view() -> str:
        session().add(Book(title="half"))
        session().flush()
        end_this_connection()
        session().add(Book(title="whole"))
        session().flush()
        return "never seen"

    scratch.add_url_rule("/", "view", view, methods=["POST"])

    answer = scratch.test_client().post("/")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert titles() == []
    assert "Current Checked out connections: 0" in server.writer.pool.status()


def test_a_write_whose_commit_is_lost_says_that_nobody_knows(
    server: Database, scratch: Edge, titles: Titles
) -> None:
    calls = []

    def view() -> str:
        calls.append(1)
        session().add(Book(title="perhaps"))
        session().flush()
        end_this_connection()
        return "written"

    scratch.add_url_rule("/", "view", view, methods=["POST"])

    answer = scratch.test_client().post("/")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "outcome_unknown")
    assert len(calls) == 1
    assert titles() in ([], ["perhaps"])
    assert "Current Checked out connections: 0" in server.writer.pool.status()


def test_a_connection_that_died_in_the_pool_is_replaced_before_a_write(
    server: Database, scratch: Edge, titles: Titles
) -> None:
    with server.writer.connect() as connection:
        own = connection.scalar(text("SELECT pg_backend_pid()"))
    _end(own)

    def view() -> str:
        session().add(Book(title="written"))
        return "written"

    scratch.add_url_rule("/", "view", view, methods=["POST"])

    assert scratch.test_client().post("/").status_code == 200
    assert titles() == ["written"]


def test_a_statement_that_waits_too_long_is_given_up(impatient: Edge) -> None:
    if impatient.database.is_sqlite:
        pytest.skip("SQLite has one writer, and who waits for it is tested below")
    other = Database(
        impatient.database.url.render_as_string(hide_password=False), pool_size=1, timeout=30
    )
    with other.session() as holder:
        holder.add(Book(title="held"))
        holder.flush()

        def view() -> str:
            session().add(Book(title="held"))
            session().flush()
            return "never seen"

        impatient.add_url_rule("/", "view", view, methods=["POST"])
        answer = impatient.test_client().post("/")
        holder.rollback()
    other.dispose()

    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")


def test_who_waits_too_long_for_a_turn_is_told_to_come_again(impatient: Edge) -> None:
    database = impatient.database
    pool = [database.writer.connect() for _ in range(1 if database.is_sqlite else 2)]

    def view() -> str:
        session().execute(text("SELECT 1"))
        return "never seen"

    impatient.add_url_rule("/", "view", view, methods=["POST"])
    answer = impatient.test_client().post("/")
    for connection in pool:
        connection.close()

    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]
    assert impatient.test_client().post("/").status_code == 200


def test_readers_do_not_wait_for_a_writer(impatient: Edge) -> None:
    impatient.add_url_rule("/", "view", lambda: str(session().scalar(text("SELECT 1"))))
    impatient.add_url_rule("/look", "look", lambda: str(look().scalar(text("SELECT 1"))))

    with impatient.database.writer.begin() as connection:
        connection.execute(text("DELETE FROM books"))
        assert impatient.test_client().get("/").get_data() == b"1"
        assert impatient.test_client().get("/look").get_data() == b"1"


def test_a_reader_cannot_write(scratch: Edge) -> None:
    if not scratch.database.is_sqlite:
        pytest.skip("on PostgreSQL they are one engine")
    for engine in (scratch.database.reader, scratch.database.lookup):
        with engine.connect() as connection, pytest.raises(Exception, match="readonly") as refused:
            connection.execute(text("DELETE FROM books"))
        assert isinstance(refused.value.orig, sqlite3.OperationalError)  # type: ignore[attr-defined]


def test_a_writer_in_another_process_is_waited_for(scratch: Edge, titles: Titles) -> None:
    database = scratch.database
    if not database.is_sqlite:
        pytest.skip("PostgreSQL has many writers")
    # Another engine has another file handle, as another process would.
    other = Database(str(database.url), pool_size=1)
    entered = threading.Event()

    def write() -> None:
        entered.set()
        with database.writer.begin() as connection:
            connection.execute(text("UPDATE books SET title = 'second'"))

    with other.writer.begin() as connection:
        thread = threading.Thread(target=write)
        thread.start()
        entered.wait()
        connection.execute(
            text("INSERT INTO books (id, title) VALUES ('0123456789abcdef0123456789abcdef', 'x')")
        )
    thread.join()
    other.dispose()

    assert titles() == ["second"]
