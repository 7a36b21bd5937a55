"""Whatever several people do all day, what everybody sees is what a small model says.

A failure prints the day, cut down to the shortest that fails: each call, and above it who did what
to which state of what, and how that was answered.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.live import record
from tests.live.newsroom.desk import Desk
from tests.live.newsroom.machine import Newsroom
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

# For a longer try, raise the days.
DAYS, STEPS_A_DAY, FEWEST_STEPS = 30, 50, 1000


@pytest.fixture
def desk(make_database_url: Callable[[str], str], tmp_path: Path) -> Iterator[Desk]:
    """Everybody at work at a server of their own; what is due is done when the test says so."""
    url = make_database_url(f"newsroom-{tmp_path.name}")
    with LiveServer.started(
        tmp_path, url, CMS_WORKER="none", CMS_ACCESS_TOKEN_SECONDS="86400"
    ) as server:
        with Desk.staffed(server) as desk:
            yield desk
        assert "Traceback" not in server.log()
    record.is_whole(url)


def test_the_newsroom_works_as_its_model_does(desk: Desk) -> None:
    Newsroom.desk = desk

    run_state_machine_as_test(
        Newsroom,
        settings=settings(
            max_examples=DAYS,
            stateful_step_count=STEPS_A_DAY,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )

    # It was about something.
    assert Newsroom.taken.total() >= FEWEST_STEPS
