"""Failed logins over HTTP: counted per account and per address, and whose address counts."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.live.callers import Answer, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

LOGIN = "/api/v1/auth/login"
ACCOUNT_LIMIT = 3
ADDRESS_LIMIT = 6
WRONG = "not this one"


@pytest.fixture
def start(
    make_database_url: Callable[[str], str], tmp_path: Path
) -> Callable[..., AbstractContextManager[LiveServer]]:
    """A function that starts a server with low limits; one worker, so one set of counters."""

    @contextmanager
    def started(**settings: str) -> Iterator[LiveServer]:
        limits = {
            "CMS_LOGIN_RATE_ACCOUNT": f"{ACCOUNT_LIMIT} per minute",
            "CMS_LOGIN_RATE_ADDRESS": f"{ADDRESS_LIMIT} per minute",
        }
        url = make_database_url(f"limits-{tmp_path.name}")
        with LiveServer.started(tmp_path, url, workers=1, **limits, **settings) as server:
            yield server

    return started


def attempt(server: LiveServer, email: str, password: str = WRONG, **headers: str) -> Answer:
    """One attempt, on a connection of its own."""
    body = {"email": email, "password": password}
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpCaller(server).fresh("POST", LOGIN, body=body, headers=sent)


def test_an_account_that_failed_too_often_has_to_wait(
    start: Callable[..., AbstractContextManager[LiveServer]],
) -> None:
    with start() as server:
        for _ in range(ACCOUNT_LIMIT):
            attempt(server, server.admin_email).expect(401)
        # Neither the right password nor other capitals help.
        for email in (server.admin_email, server.admin_email.upper()):
            answer = attempt(server, email, server.admin_password).expect(429)
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert answer.json()["code"] == "too_many_attempts"
            assert answer.json()["retry_after"] == int(answer.headers["retry-after"])
            assert "ratelimit" in answer.headers
        attempt(server, "somebody@example.org").expect(401)


def test_forwarded_addresses_do_not_count_by_default(
    start: Callable[..., AbstractContextManager[LiveServer]],
) -> None:
    with start() as server:
        for number in range(ADDRESS_LIMIT):
            forged = {"X_Forwarded_For": f"203.0.113.{number}"}
            attempt(server, f"user-{number}@example.org", **forged).expect(401)
        answer = attempt(server, "new@example.org", X_Forwarded_For="203.0.113.99", Forwarded="x")
        answer.expect(429)


def test_forwarded_addresses_count_from_a_configured_proxy(
    start: Callable[..., AbstractContextManager[LiveServer]],
) -> None:
    with start(CMS_TRUSTED_PROXIES="127.0.0.1") as server:
        for number in range(ADDRESS_LIMIT):
            # What the client itself wrote stands in front and must not matter.
            hops = f"198.51.100.{number}, 203.0.113.7"
            attempt(server, f"user-{number}@example.org", X_Forwarded_For=hops).expect(401)
        again = attempt(server, "new@example.org", X_Forwarded_For="192.0.2.1, 203.0.113.7")
        again.expect(429)
        attempt(server, "new@example.org", X_Forwarded_For="203.0.113.8").expect(401)
        attempt(server, "new@example.org").expect(401)
