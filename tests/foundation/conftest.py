"""What the tests of the foundation share: a throw-away application of two tables."""

import io
import os
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import ForeignKey, String, Uuid, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from cms.editions.present import Version
from cms.foundation import logs
from cms.foundation.database import Database, new_id
from cms.foundation.http.edge import Edge


class Base(DeclarativeBase):
    """Tables of the throw-away application."""


class Shelf(Base):
    """Something to refer to."""

    __tablename__ = "shelves"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)


class Book(Base):
    """Something with a unique title, whose shelf is checked at the commit."""

    __tablename__ = "books"

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=new_id)
    title: Mapped[str] = mapped_column(String(200), unique=True)
    shelf_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("shelves.id", deferrable=True, initially="DEFERRED")
    )


def no_version() -> Version:
    """A site that never changes."""
    return Version(0, 0)


@pytest.fixture(scope="session")
def scratch_database(make_database_url: Callable[[str], str]) -> Iterator[Database]:
    """A database with the throw-away tables."""
    made = Database(make_database_url("scratch"), pool_size=3)
    Base.metadata.create_all(made.writer)
    yield made
    made.dispose()


@pytest.fixture
def scratch(scratch_database: Database) -> Iterator[Edge]:
    """An application without routes; a test adds its own, on empty tables."""
    app = Edge("scratch", scratch_database, present=no_version)
    app.config.update(PROPAGATE_EXCEPTIONS=False, MAX_CONTENT_LENGTH=1000)
    yield app
    with scratch_database.writer.begin() as connection:
        connection.execute(text("DELETE FROM books"))
        connection.execute(text("DELETE FROM shelves"))


@pytest.fixture
def titles(scratch_database: Database) -> Callable[[], list[str]]:
    """The titles that are in the database now."""

    def read() -> list[str]:
        with scratch_database.session(read_only=True) as session:
            return sorted(book.title for book in session.query(Book))

    return read


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is logged from now on, as in production: one JSON object a line."""
    before, stream = structlog.get_config(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(level="info", as_json=True)
    yield stream
    structlog.configure(**before)


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """No setting is set and no `.env` is near; the function sets some."""
    for name in list(os.environ):
        if name.startswith("CMS_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def set_all(**values: Any) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"CMS_{name}", str(value))

    return set_all
