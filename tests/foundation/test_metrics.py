"""Counts for Prometheus: off unless asked for, and added up over all processes."""

import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cms.app import create_app
from cms.foundation import migrations
from cms.foundation.http.edge import Edge
from tests.callers import ContractClient
from tests.conftest import make_settings
from tests.servers import LiveServer


@pytest.fixture(scope="module")
def counting(
    make_database_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Edge]:
    """An application that counts."""
    folder = tmp_path_factory.mktemp("counting")
    app = create_app(make_settings(make_database_url("counting"), folder, metrics=True))
    migrations.upgrade(app.database)
    yield app
    app.database.dispose()


def figures(text: str) -> dict[str, float]:
    """Each line of the format by its name and labels."""
    found = re.findall(r"^(\w+(?:\{[^}]*\})?) ([\d.e+-]+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_without_the_setting_there_is_nothing(client: ContractClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_requests_and_answers_from_memory_are_counted(counting: Edge) -> None:
    client = counting.test_client(use_cookies=False)

    def now() -> dict[str, float]:
        answer = client.get("/metrics")
        assert answer.headers["Cache-Control"] == "private, no-store"
        return figures(answer.get_data(as_text=True))

    before = now()
    tag = client.get("/api/v1/tags").headers["ETag"]
    for _ in range(3):
        client.get("/api/v1/tags")
    client.get("/api/v1/tags", headers={"If-None-Match": tag})
    client.get("/api/v1/tags?limit=0")
    after = now()

    def grown(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    operation = 'operation="public.list_tags"'
    assert grown(f'cms_requests_total{{method="GET",{operation},status="200"}}') == 1
    assert grown(f'cms_requests_total{{method="GET",{operation},status="422"}}') == 1
    assert grown(f"cms_request_seconds_count{{{operation}}}") == 2
    assert grown('cms_answers_from_memory_total{kind="whole"}') == 3
    assert grown('cms_answers_from_memory_total{kind="unchanged"}') == 1


@pytest.mark.slow
def test_all_processes_are_added_up(make_database_url: Any, tmp_path: Path) -> None:
    url = make_database_url("metrics")
    with LiveServer.started(tmp_path, url, workers=2, CMS_METRICS="true") as server:
        for _ in range(100):
            urllib.request.urlopen(f"{server.url}/api/v1/posts").read()  # noqa: S310 - loopback
        for _ in range(5):
            answer = urllib.request.urlopen(f"{server.url}/metrics")  # noqa: S310 - loopback
            found = figures(answer.read().decode())
            answered = 'cms_requests_total{method="GET",operation="public.list_posts",status="200"}'
            whole = 'cms_answers_from_memory_total{kind="whole"}'
            assert 1 <= found[answered] <= 8
            assert found[answered] + found[whole] == 100
