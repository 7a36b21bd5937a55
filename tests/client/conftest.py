"""An author at their desk, and other people on the same server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client.desk import Desk, Person, log_in, new_user
from tests.servers import LiveServer


@pytest.fixture(scope="session")
def root(live_server: LiveServer) -> Iterator[Person]:
    """The server's admin, calling the API directly."""
    person = log_in(live_server, live_server.admin_email, live_server.admin_password)
    yield person
    person.http.close()


@pytest.fixture(scope="session")
def jane(root: Person, live_server: LiveServer) -> Iterator[Person]:
    """An editor who changes what others wrote."""
    person = new_user(root, live_server, "editor", "Jane Doe")
    yield person
    person.http.close()


@pytest.fixture
def desk(live_server: LiveServer, tmp_path: Path) -> Desk:
    """The desk of the admin."""
    return desk_at(live_server.url, tmp_path, live_server.admin_email, live_server.admin_password)


def desk_at(server: str, folder: Path, email: str | None, password: str | None) -> Desk:
    """Return a desk for a user; nothing of the tester's own environment is used."""
    environment = {
        "CMS_SERVER": server,
        "CMS_EMAIL": email,
        "CMS_PASSWORD": password,
        "CMS_TOKEN": None,
        "CMS_CONFIG_DIR": str(folder / "config" / "cms"),
    }
    return Desk(folder / "files", environment)
