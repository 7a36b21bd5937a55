"""Failed logins are limited per account and per address; nothing else is."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from werkzeug.test import TestResponse

from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import Made

LOGIN, PASSWORD = "/api/v1/auth/login", "/api/v1/auth/password"
POLICY = '"account";q=3;w=60, "address";q=6;w=60'
HERE = "192.0.2.1"


@pytest.fixture
def strict(made: Made) -> Edge:
    """The same site with limits that are reached soon."""
    return made(login_rate_account="3 per minute", login_rate_address="6 per minute")


def _log_in(app: Edge, email: str, password: str, address: str = HERE) -> TestResponse:
    body = {"email": email, "password": password}
    return ContractClient(app).post(LOGIN, json=body, environ_base={"REMOTE_ADDR": address})


def _fail(app: Edge, email: str, times: int, address: str = HERE) -> list[int]:
    return [_log_in(app, email, "not the password", address).status_code for _ in range(times)]


def _close(app: Edge, address: str = HERE) -> None:
    """Fail as often as an address may, each time at another account."""
    for number in range(6):
        assert _fail(app, f"guess-{number}@example.org", 1, address) == [401]


def _left(answer: TestResponse) -> dict[str, tuple[int, int]]:
    """What the RateLimit field says: name -> (remaining, seconds)."""
    found = re.findall(r'"(\w+)";r=(\d+);t=(\d+)', answer.headers["RateLimit"])
    return {name: (int(remaining), int(seconds)) for name, remaining, seconds in found}


def test_an_account_is_closed_after_its_failures_from_whatever_address(
    strict: Edge, author: Caller
) -> None:
    for number in range(3):
        address = f"192.0.2.{number + 1}"
        assert _fail(strict, author.email, 1, address) == [401]

    assert _fail(strict, author.email, 1, "192.0.2.9") == [429]


def test_the_account_is_the_same_in_any_case(strict: Edge, author: Caller) -> None:
    _fail(strict, author.email.upper(), 2)
    _fail(strict, f" {author.email} ", 1)

    assert _fail(strict, author.email, 1) == [429]


def test_an_address_is_closed_after_its_failures_at_whatever_account(
    strict: Edge, author: Caller
) -> None:
    _close(strict)

    assert _log_in(strict, author.email, author.password).status_code == 429
    assert _log_in(strict, author.email, author.password, "192.0.2.7").status_code == 200


@pytest.mark.parametrize(
    ("address", "same", "other"),
    [
        ("192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2"),
        ("2001:db8::1", "2001:DB8:0:0:0:0:0:1", "2001:db8:0:1::1"),
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db9::1"),
        ("fe80::1%eth0", "fe80::2%eth1", "fe81::1"),
        ("", "", "unix:"),
    ],
)
def test_an_address_is_what_one_subscriber_has(
    strict: Edge, author: Caller, address: str, same: str, other: str
) -> None:
    _close(strict, address)

    assert _log_in(strict, author.email, author.password, same).status_code == 429
    assert _log_in(strict, author.email, author.password, other).status_code == 200


def test_the_right_password_is_refused_while_throttled_and_taken_after_the_window(
    strict: Edge, author: Caller
) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        assert _fail(strict, author.email, 4) == [401, 401, 401, 429]
        refused = _log_in(strict, author.email, author.password)
        assert refused.status_code == 429
        clock.shift(timedelta(seconds=int(refused.headers["Retry-After"]) - 1))
        assert _log_in(strict, author.email, author.password).status_code == 429
        clock.shift(timedelta(seconds=2))
        assert _log_in(strict, author.email, author.password).status_code == 200


def test_only_failures_count(strict: Edge, author: Caller) -> None:
    answers = [_log_in(strict, author.email, author.password) for _ in range(10)]

    assert {answer.status_code for answer in answers} == {200}
    assert _left(answers[-1])["account"][0] == 3
    assert _fail(strict, author.email, 4) == [401, 401, 401, 429]


def test_attempts_while_throttled_do_not_prolong_the_wait(strict: Edge, author: Caller) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        _fail(strict, author.email, 3)
        clock.shift(timedelta(seconds=30))
        assert _fail(strict, author.email, 5) == [429] * 5
        clock.shift(timedelta(seconds=31))
        assert _log_in(strict, author.email, author.password).status_code == 200


def test_input_that_is_no_attempt_does_not_count(strict: Edge, author: Caller) -> None:
    for _ in range(10):
        ContractClient(strict).post(LOGIN, json={"email": author.email})

    assert _log_in(strict, author.email, author.password).status_code == 200


def test_an_account_that_does_not_exist_is_throttled_like_one_that_does(
    strict: Edge, author: Caller
) -> None:
    theirs = _fail(strict, author.email, 5, "192.0.2.1")
    nobodys = _fail(strict, "nobody@example.org", 5, "192.0.2.2")

    assert theirs == nobodys == [401, 401, 401, 429, 429]


def test_the_headers_count_down(strict: Edge, author: Caller) -> None:
    with time_machine.travel(moments.now(), tick=False):
        answers = [_log_in(strict, author.email, "not the password") for _ in range(4)]

    assert [answer.headers["RateLimit-Policy"] for answer in answers] == [POLICY] * 4
    assert [_left(answer)["account"][0] for answer in answers] == [2, 1, 0, 0]
    assert [_left(answer)["address"][0] for answer in answers] == [5, 4, 3, 3]
    assert {seconds for answer in answers for _, seconds in _left(answer).values()} <= {60, 61}
    assert ["Retry-After" in answer.headers for answer in answers] == [False] * 3 + [True]
    problem = answers[-1].get_json()
    assert problem["code"] == "too_many_attempts"
    assert str(problem["retry_after"]) == answers[-1].headers["Retry-After"]
    assert 1 <= problem["retry_after"] <= 61


def test_routes_without_a_limit_show_none(client: ContractClient, author: Caller) -> None:
    for answer in (client.get("/api/v1/posts"), author.get("/api/v1/auth/me")):
        assert not {"RateLimit", "RateLimit-Policy", "Retry-After"} & set(answer.headers.keys())


def test_guessing_the_current_password_is_limited_as_logging_in_is(
    strict: Edge, author: Caller
) -> None:
    thief = ContractClient(strict, author.token)
    words: dict[str, Any] = {"new_password": "staple of the nineties"}
    statuses = [
        thief.post(PASSWORD, json={**words, "current_password": "wrong"}).status_code
        for _ in range(4)
    ]

    assert statuses == [422, 422, 422, 429]
    right = thief.post(PASSWORD, json={**words, "current_password": author.password})
    assert right.status_code == 429
    assert thief.get("/api/v1/auth/me").status_code == 200


def test_a_forwarded_address_from_nobody_we_trust_does_not_open_a_new_window(
    strict: Edge, author: Caller
) -> None:
    for number in range(6):
        spoofed = {"X-Forwarded-For": f"198.51.100.{number}", "Forwarded": "for=198.51.100.1"}
        body = {"email": f"guess-{number}@example.org", "password": "x"}
        ContractClient(strict).post(
            LOGIN, json=body, headers=spoofed, environ_base={"REMOTE_ADDR": HERE}
        )

    assert _log_in(strict, author.email, author.password).status_code == 429


def test_one_accounts_failures_do_not_close_another(strict: Edge, author: Caller) -> None:
    other = factories.a_caller(strict, "author")
    _fail(strict, author.email, 3, "192.0.2.1")

    assert _log_in(strict, other.email, other.password, "192.0.2.1").status_code == 200
