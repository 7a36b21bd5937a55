"""The callers of a real server."""

from collections.abc import Iterator

import pytest

from tests.live import record
from tests.live.callers import HttpCaller
from tests.servers import LiveServer


@pytest.fixture
def caller(live_server: LiveServer) -> Iterator[HttpCaller]:
    """The admin. Whatever a test does, the record must be whole after it."""
    with HttpCaller.logged_in(live_server) as caller:
        yield caller
    record.is_whole(live_server.environment["CMS_DATABASE_URL"])
