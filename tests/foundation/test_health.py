"""Health: alive as long as it answers, ready only with a migrated database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from cms.app import create_app
from cms.foundation import migrations
from cms.foundation.http.edge import Edge
from tests.callers import ContractClient
from tests.conftest import make_settings


@pytest.fixture
def fresh(
    make_database_url: Callable[[str], str], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Edge]:
    """A site on an empty database."""
    made = create_app(make_settings(make_database_url(request.node.name), tmp_path))
    yield made
    made.database.dispose()


def test_a_migrated_site_is_alive_and_ready(client: ContractClient) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_a_site_without_tables_is_alive_but_not_ready_until_it_is_migrated(fresh: Edge) -> None:
    client = ContractClient(fresh)

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_migrated")
    assert answer.headers["Retry-After"]
    migrations.upgrade(fresh.database)
    assert client.get("/readyz").status_code == 200


def test_a_site_that_is_a_migration_behind_is_not_ready(fresh: Edge) -> None:
    migrations.upgrade(fresh.database)
    with fresh.database.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    answer = ContractClient(fresh).get("/readyz")

    assert (answer.status_code, answer.get_json()["code"]) == (503, "not_migrated")


def test_a_site_whose_database_is_gone_is_alive_but_not_ready(tmp_path: Path) -> None:
    nowhere = tmp_path / "no-such-folder" / "cms.sqlite"
    made = create_app(make_settings(f"sqlite:///{nowhere}", tmp_path))
    client = ContractClient(made)

    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable")
    assert str(nowhere) not in answer.get_data(as_text=True)
    made.database.dispose()
