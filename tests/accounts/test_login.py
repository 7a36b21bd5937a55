"""Logging in: who is let in, and how little the others learn."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from cms.accounts.models import User
from cms.accounts.passwords import Passwords
from cms.foundation.http.edge import Edge
from tests import factories
from tests.accounts.conftest import Checks
from tests.callers import Caller, ContractClient

LOGIN = "/api/v1/auth/login"


def _log_in(client: ContractClient, email: str, password: str) -> TestResponse:
    return client.post(LOGIN, json={"email": email, "password": password})


def _as(app: Edge, tokens: dict[str, Any]) -> ContractClient:
    return ContractClient(app, tokens["access_token"])


def _inactive(app: Edge) -> Caller:
    user = factories.a_caller(app, "author")
    address = f"/api/v1/manage/users/{user.user_id}"
    answer = factories.a_caller(app, "admin").patch(
        address, json={"is_active": False}, if_match="*"
    )
    assert answer.status_code == 200
    return user


def test_a_login_gives_tokens_that_open_the_own_account(
    app: Edge, author: Caller, client: ContractClient
) -> None:
    tokens = _log_in(client, author.email, author.password).get_json()

    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 900)
    me = _as(app, tokens).get("/api/v1/auth/me")
    assert me.get_json()["id"] == author.user_id
    assert me.headers["ETag"]
    assert set(me.get_json()) == {
        "id",
        "email",
        "name",
        "role",
        "is_active",
        "has_password",
        "created_at",
        "updated_at",
        "version",
    }


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        ("ada@example.org", "ADA@EXAMPLE.ORG"),
        ("Ada.Lovelace@Example.org", "ada.lovelace@example.org"),
        ("ada@example.org", "  ada@example.org  "),
        ("ad\u00e9@example.org", "ADE\u0301@example.org"),
    ],
    ids=["upper case", "stored in mixed case", "spaces around", "decomposed"],
)
def test_the_case_of_the_address_does_not_matter(
    app: Edge, client: ContractClient, stored: str, given: str
) -> None:
    ada = factories.a_caller(app, "author", email=stored)

    answer = _log_in(client, given, ada.password)

    assert answer.status_code == 200
    assert _as(app, answer.get_json()).get("/api/v1/auth/me").get_json()["email"] == stored


@pytest.mark.parametrize(
    "password",
    [
        "Correct horse battery",
        "correct horse battery ",
        "",
        "correct horse batter",
        "CORRECT HORSE BATTERY",
    ],
)
def test_the_password_must_be_exactly_the_one(
    author: Caller, client: ContractClient, password: str
) -> None:
    assert _log_in(client, author.email, password).status_code in {401, 422}


def test_a_wrong_address_a_wrong_password_and_an_inactive_user_look_the_same(
    app: Edge, author: Caller, client: ContractClient
) -> None:
    inactive = _inactive(app)
    answers = [
        _log_in(client, "nobody@example.org", author.password),
        _log_in(client, author.email, "not the password"),
        _log_in(client, inactive.email, inactive.password),
        _log_in(client, inactive.email, "not the password"),
    ]

    assert {answer.status_code for answer in answers} == {401}
    bodies = set()
    for answer in answers:
        instance = answer.get_json()["instance"].encode()
        bodies.add(answer.get_data().replace(instance, b""))
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert len(bodies) == 1
    assert answers[0].get_json()["code"] == "wrong_credentials"
    names = [[name for name, _ in answer.headers] for answer in answers]
    assert all(one == names[0] for one in names)


def test_every_attempt_costs_one_password_check_of_the_same_cost(
    app: Edge, author: Caller, client: ContractClient, checks: Checks
) -> None:
    inactive = _inactive(app)
    attempts = {
        "good": (author.email, author.password),
        "wrong password": (author.email, "not the password"),
        "wrong address": ("nobody@example.org", author.password),
        "another wrong address": ("no one else", author.password),
        "inactive": (inactive.email, inactive.password),
        "inactive, wrong": (inactive.email, "not the password"),
    }
    costs = {}
    for name, attempt in attempts.items():
        _log_in(client, *attempt)
        costs[name] = checks.take()

    expected = ["$argon2id$v=19$m=8,t=1,p=1"]
    assert costs == dict.fromkeys(attempts, expected)


def test_a_throttled_attempt_costs_no_password_check(
    author: Caller, client: ContractClient, checks: Checks
) -> None:
    for _ in range(10):
        _log_in(client, author.email, "not the password")
    assert len(checks.take()) == 10

    assert _log_in(client, author.email, author.password).status_code == 429
    assert checks.take() == []


@pytest.mark.parametrize("password", ["x", "x" * 1000, "pass\0word", "pässwörd 🔑", " "])
def test_any_text_may_be_tried_as_a_password(
    author: Caller, client: ContractClient, password: str
) -> None:
    assert _log_in(client, author.email, password).status_code == 401


@pytest.mark.parametrize("email", ["", "x", "' OR 1=1 --", "ä@ö", "🔑", "x" * 320, "%"])
def test_any_text_may_be_tried_as_an_address(client: ContractClient, email: str) -> None:
    assert _log_in(client, email, "not the password").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        "text",
        {"email": "ada@example.org"},
        {"password": "x"},
        {"email": None, "password": None},
        {"email": 1, "password": 2},
        {"email": ["ada@example.org"], "password": "x"},
        {"email": "ada@example.org", "password": {"$ne": ""}},
        {"email": "ada@example.org", "password": ""},
        {"email": "a\0@example.org", "password": "x"},
        {"email": "ada@example.org", "password": "x" * 1001},
        {"email": "x" * 321, "password": "x"},
        {"email": "ada@example.org", "password": "x", "role": "admin"},
    ],
)
def test_anything_else_is_422(client: ContractClient, checks: Checks, body: Any) -> None:
    answer = client.post(LOGIN, json=body)

    assert answer.status_code == 422
    assert answer.get_json()["errors"]
    assert checks.take() == []


def test_a_password_is_rehashed_when_the_cost_has_changed(
    app: Edge, author: Caller, client: ContractClient
) -> None:
    app.extensions["cms.passwords"], today = Passwords(16, 2, 1), app.extensions["cms.passwords"]
    try:
        assert _log_in(client, author.email, author.password).status_code == 200
        with app.database.session(read_only=True) as session:
            hashes = [user.password_hash for user in session.query(User)]
        assert _log_in(client, author.email, author.password).status_code == 200
    finally:
        app.extensions["cms.passwords"] = today

    assert [one.rsplit("$", 2)[0] for one in hashes] == ["$argon2id$v=19$m=16,t=2,p=1"]
    # Who reads the account meanwhile must not be told that it changed.
    assert author.get("/api/v1/auth/me").status_code == 200


def test_answers_with_tokens_may_not_be_kept_by_caches(
    author: Caller, client: ContractClient
) -> None:
    answer = _log_in(client, author.email, author.password)

    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
