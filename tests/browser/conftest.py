"""A real browser."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import chromium


@pytest.fixture(scope="session", autouse=True)
def program() -> str:
    """The browser; asked for first, so that without one no server is started."""
    found = chromium.find_chromium()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium is installed, and CI must have one")
        pytest.skip("no Chromium is installed (Debian: apt install chromium)")
    return found


@pytest.fixture
def browser(program: str, tmp_path: Path) -> Iterator[chromium.Page]:
    """An empty page of a browser that has never been used."""
    with chromium.running(program, tmp_path) as opened:
        yield opened
