"""A mail outlives the process that was asked for it, and a mail server that is away."""

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cms.foundation.database import Database
from cms.foundation.jobs.models import Job
from tests.accounts.links.using import left
from tests.live.callers import HttpCaller, wait_until
from tests.mailbox import Mailbox
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

API = "/api/v1"
# Long enough for a mail that should not come.
A_MOMENT = 3


@pytest.fixture
def server(
    make_database_url: Callable[[str], str], tmp_path: Path, box: Mailbox
) -> Iterator[LiveServer]:
    """A server of its own, to be killed."""
    url = make_database_url(f"mails-{tmp_path.name}")
    started = LiveServer.started(tmp_path, url, CMS_MAIL_URL=box.url, CMS_MAIL_FROM="cms@blog.test")
    with started as server:
        yield server


def _ask(server: LiveServer) -> None:
    """For the mails of an invitation, and of a password that the admin forgot."""
    with HttpCaller.logged_in(server) as admin:
        wanted = {"email": "ada@example.org", "role": "author"}
        admin.request("POST", f"{API}/manage/invitations", wanted).expect(201)
        forgot = {"email": server.admin_email}
        admin.request("POST", f"{API}/auth/forgot-password", forgot).expect(202)


def _jobs(server: LiveServer) -> list[Job]:
    database = Database(server.environment["CMS_DATABASE_URL"], pool_size=1)
    found = left(database)
    database.dispose()
    return found


def _came_once(server: LiveServer, box: Mailbox) -> None:
    wait_until(lambda: len(box.mails) >= 2 and not _jobs(server))
    time.sleep(A_MOMENT)
    assert sorted(mail["To"] for mail in box.mails) == ["ada@example.org", server.admin_email]


def test_in_ordinary_operation_each_comes_once(server: LiveServer, box: Mailbox) -> None:
    _ask(server)

    _came_once(server, box)


def test_what_was_asked_for_before_a_kill_comes_after_it(server: LiveServer, box: Mailbox) -> None:
    server.stop()
    server.environment["CMS_WORKER"] = "none"
    server.start()
    _ask(server)
    server.stop(signal.SIGKILL)
    assert box.mails == []
    server.environment["CMS_WORKER"] = "embedded"

    server.start()

    _came_once(server, box)


def test_what_a_mail_server_did_not_take_comes_when_it_does_and_after_a_kill(
    server: LiveServer, box: Mailbox
) -> None:
    box.refusals = {"MAIL": "421 away"}
    _ask(server)
    # One that is killed in the middle of a conversation waits until its time is over.
    wait_until(lambda: ["421" in (job.error or "") for job in _jobs(server)] == [True, True])
    server.stop(signal.SIGKILL)
    box.refusals.clear()

    server.start()

    _came_once(server, box)
