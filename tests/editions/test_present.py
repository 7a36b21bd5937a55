"""The present version is known as soon as a change is acknowledged, and again after a failure."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cms.editions.present import Present, Version, sqlite, watch
from cms.editions.present.postgresql import NotifiedVersion
from cms.foundation.database import Database
from cms.foundation.errors import Unavailable
from cms.foundation.http.edge import Edge
from cms.foundation.writers import Commits
from tests import factories
from tests.callers import Caller

PATIENCE_SECONDS = 20


@pytest.fixture
def present(database: Database) -> Present:
    """A look of its own at the shared database."""
    return watch(database)


@pytest.fixture
def told(database: Database) -> Iterator[Present]:
    """One who is told, on PostgreSQL."""
    if database.is_sqlite:
        pytest.skip("SQLite tells nobody")
    watched = watch(database, notified=True)
    yield watched
    assert isinstance(watched, NotifiedVersion)
    watched.close()


def stored(database: Database) -> Version:
    """What the table says."""
    with database.reader.connect() as connection:
        return Version(
            *connection.execute(
                text("SELECT version, names_version, oldest_version FROM site")
            ).one()
        )


def end_connections(database: Database) -> None:
    """As a restart of the server would, for all but this one."""
    ended = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with database.reader.connect() as connection:
        connection.execute(ended)


def test_each_change_is_known_at_once(database: Database, present: Present, editor: Caller) -> None:
    for _ in range(5):
        before = present()
        post = factories.a_published_post(editor)
        assert present() == stored(database)
        assert present().number > before.number
        factories.edited(editor, post, title="Only the draft")
        factories.unpublished(editor, post)
        assert present().number == before.number + 2


def test_names_move_with_authors_and_tags_and_not_with_posts(
    present: Present, editor: Caller
) -> None:
    tag = factories.a_tag(editor)
    named = present()
    assert named.names == named.number
    post = factories.a_published_post(editor)
    factories.unpublished(editor, post)
    assert present() == Version(named.number + 2, named.names)
    factories.edited(editor, tag, "tags", name="Another")
    assert present() == Version(named.number + 3, named.number + 3)
    factories.an_author(editor)
    factories.deleted(editor, tag, "tags")
    assert present() == Version(named.number + 5, named.number + 5)


def test_what_is_rolled_back_never_was(database: Database, present: Present) -> None:
    before = present()
    with database.session() as session:
        session.execute(text("UPDATE site SET version = version + 1"))
        session.rollback()

    assert present() == before


def test_threads_share_it(database: Database, present: Present, editor: Caller) -> None:
    seen: list[list[int]] = []

    def look() -> None:
        found = []
        while not done.is_set():
            found.append(present().number)
        seen.append(found)

    done = threading.Event()
    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        factories.a_published_post(editor)
    done.set()
    for thread in threads:
        thread.join()

    assert len(seen) == 3
    assert all(found == sorted(found) for found in seen)
    assert present() == stored(database)


def test_a_database_that_is_not_there_is_a_clear_situation(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        watch(Database(f"sqlite:///{tmp_path}/none.sqlite"))()


@pytest.fixture
def beside(database: Database) -> Path:
    """The file of an SQLite database."""
    if database.path is None:
        pytest.skip("PostgreSQL is asked each time")
    return database.path


def moved(path: Path) -> None:
    """Publish as a process does that counts nothing."""
    with closing(sqlite3.connect(path, timeout=30)) as connection, connection:
        connection.execute("UPDATE site SET version = version + 1")


def test_while_nothing_is_committed_the_database_is_not_asked(
    database: Database,
    beside: Path,
    present: Present,
    editor: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sqlite, "LOOK_AGAIN_SECONDS", 3600)
    before = present()
    moved(beside)

    assert present() == before
    factories.a_published_post(editor)
    assert present() == stored(database)


def test_a_writer_that_died_while_it_committed_hides_nothing(
    database: Database, beside: Path, present: Present, editor: Caller
) -> None:
    before = present()
    commits = Commits.of(beside)
    commits.begin()
    commits.close()

    for number in range(3):
        assert present().number == before.number + number
        moved(beside)
    assert Commits.of(beside).number() % 2 == 1
    factories.a_published_post(editor)
    assert Commits.of(beside).number() % 2 == 0
    assert present() == stored(database)


def test_a_commit_that_fails_leaves_nothing_open(
    database: Database, beside: Path, present: Present, editor: Caller
) -> None:
    with database.session() as session:
        session.execute(text("PRAGMA defer_foreign_keys = ON"))
        session.execute(text("INSERT INTO post_tags VALUES (X'00', X'00', 0)"))
        with pytest.raises(IntegrityError):
            session.commit()

    assert Commits.of(beside).number() % 2 == 0
    moved(beside)
    factories.a_published_post(editor)
    assert present() == stored(database)


def test_it_is_looked_at_again_should_the_count_be_lost(
    database: Database, beside: Path, present: Present, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOOK_AGAIN_SECONDS", 0)
    before = present()
    moved(beside)

    assert present() == stored(database)
    assert present().number == before.number + 1


def test_a_lost_connection_is_made_again(
    app: Edge, database: Database, present: Present, editor: Caller
) -> None:
    if database.is_sqlite:
        pytest.skip("nothing to lose")
    before = present()
    end_connections(database)

    assert present() == before
    factories.a_published_post(editor)
    assert present() == stored(app.database)


def test_who_is_told_knows_soon_and_asks_while_nobody_tells(
    database: Database, told: Present, editor: Caller
) -> None:
    assert told() == stored(database)
    for _ in range(3):
        factories.a_published_post(editor)
        _soon(told, stored(database))
    end_connections(database)
    factories.a_published_post(editor)
    _soon(told, stored(database))


def _soon(told: Present, expected: Version) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while told() != expected:
        assert time.monotonic() < deadline, "was never told"
        time.sleep(0.01)
