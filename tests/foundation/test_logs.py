"""Logs: one JSON object a line in production, and never a secret."""

import io
import sys
from typing import Any

import orjson
import pytest
import structlog

from cms.foundation import logs
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import Made

LOGIN = "/api/v1/auth/login"


@pytest.fixture(params=["production", "development"])
def logged_app(
    made: Made, log: io.StringIO, request: pytest.FixtureRequest
) -> tuple[Edge, io.StringIO]:
    """The site as it runs in each mode, and what it logs."""
    app = made(env=request.param, log_level="debug")

    def break_down() -> str:
        password = token = "locally-known-secret"  # noqa: S105
        raise RuntimeError(len(password + token))

    app.add_url_rule("/broken", "broken", break_down)
    return app, log


def _lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize("logged_app", ["production"], indirect=True)
def test_each_request_is_one_line_of_json_in_production(
    logged_app: tuple[Edge, io.StringIO],
) -> None:
    made, log = logged_app

    answers = [ContractClient(made).get(path) for path in ("/api/v1/posts", "/api/v1/posts/none")]

    lines = _lines(log)
    assert [line["event"] for line in lines] == ["request", "request"]
    for line, answer in zip(lines, answers, strict=True):
        assert (line["level"], line["method"]) == ("info", "GET")
        assert line["status"] == answer.status_code
        assert line["request_id"] == answer.headers["X-Request-Id"]
        assert line["address"] == "127.0.0.1"
        assert line["milliseconds"] >= 0
        assert line["timestamp"].endswith("Z")
    assert [line["route"] for line in lines] == ["public.list_posts", "public.get_post"]


@pytest.mark.parametrize("logged_app", ["production"], indirect=True)
def test_a_line_break_in_an_address_does_not_make_a_line(
    logged_app: tuple[Edge, io.StringIO],
) -> None:
    made, log = logged_app

    ContractClient(made).get("/api/v1/posts/%0A{%22event%22:%22forged%22}")

    (line,) = _lines(log)
    assert line["event"] == "request"


def test_neither_passwords_nor_tokens_nor_headers_are_logged(
    logged_app: tuple[Edge, io.StringIO], author: Caller
) -> None:
    made, log = logged_app
    words = {"email": author.email, "password": author.password}
    tokens = ContractClient(made).post(LOGIN, json=words).get_json()
    visitor, caller = ContractClient(made), ContractClient(made, tokens["access_token"])
    visitor.post(LOGIN, json={**words, "password": "a wrong password"})
    visitor.post(LOGIN, data=b'{"password": "a broken password', content_type="application/json")
    visitor.post(LOGIN, json={**words, "password": ["a listed password"]})
    visitor.get(f"/api/v1/posts?access_token={tokens['access_token']}&password=queried")
    caller.get("/api/v1/auth/me", headers={"Cookie": "session=biscuit"})
    change = {"current_password": author.password, "new_password": "a brand new password"}
    after = caller.post("/api/v1/auth/password", json=change).get_json()
    renewed = ContractClient(made, after["refresh_token"]).post("/api/v1/auth/refresh").get_json()
    assert made.test_client().get("/broken").status_code == 500

    text = log.getvalue()
    assert text.count("/api/v1/auth/login") >= 4
    assert "RuntimeError" in text
    secrets = [author.password, "a wrong password", "a broken", "a listed", "a brand new"]
    secrets += ["biscuit", "queried", "locally-known-secret", "argon2", made.config["SECRET_KEY"]]
    for pair in (tokens, after, renewed):
        secrets += [pair["access_token"], pair["refresh_token"]]
    assert [secret for secret in secrets if secret in text] == []


def test_a_request_with_a_key_says_which_and_never_its_secret(
    logged_app: tuple[Edge, io.StringIO],
) -> None:
    made, log = logged_app
    key = factories.a_key(factories.a_caller(made, "admin"), "posts:write")
    assert key.token
    assert key.get("/api/v1/auth/me").status_code == 200
    for wrong in (f"{key.token}x", key.token[:-1] + "-", f"{key.token} {key.token}"):
        assert ContractClient(made, wrong).get("/api/v1/auth/me").status_code == 401

    text = log.getvalue()
    assert text.count("/api/v1/auth/me") == 4
    assert text.count(str(key.key_id)) == 1
    assert key.token[12:30] not in text


def test_neither_links_nor_those_who_forgot_are_logged(
    logged_app: tuple[Edge, io.StringIO],
) -> None:
    made, log = logged_app
    admin = factories.a_caller(made, "admin")
    invited = admin.post(
        "/api/v1/manage/invitations", json={"email": "invited@example.org", "role": "author"}
    ).get_json()
    token = str(invited["link"]).partition("#")[2]
    visitor = ContractClient(made)
    visitor.post("/api/v1/auth/forgot-password", json={"email": admin.email})
    for path in ("accept-invitation", "accept-invitation", "reset-password"):
        body = {"token": token, "password": "a brand new password"}
        visitor.post(f"/api/v1/auth/{path}", json=body)

    text = log.getvalue()
    assert "no_mail_server" in text
    assert text.count("accept-invitation") >= 2
    secrets = [token[8:30], "brand new", "invited@", admin.email]
    assert [secret for secret in secrets if secret in text] == []


def test_what_is_named_like_a_secret_is_not_written(log: io.StringIO) -> None:
    structlog.get_logger().info(
        "seen",
        password="one",
        new_password="two",
        refresh_token="three",
        SECRET_KEY="four",
        Authorization="five",
        database_url="six",
        cookies="seven",
        harmless="eight",
    )

    (line,) = _lines(log)
    assert {name: value for name, value in line.items() if value == "…"}.keys() == {
        "password",
        "new_password",
        "refresh_token",
        "SECRET_KEY",
        "Authorization",
        "database_url",
        "cookies",
    }
    assert line["harmless"] == "eight"


@pytest.mark.parametrize(
    ("level", "shown"),
    [
        ("debug", ["debug", "info", "warning", "error"]),
        ("info", ["info", "warning", "error"]),
        ("warning", ["warning", "error"]),
        ("error", ["error"]),
    ],
)
def test_the_level_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, log: io.StringIO, level: str, shown: list[str]
) -> None:
    assert log.getvalue() == ""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure(level=level, as_json=True)
    logger = structlog.get_logger()
    for name in ("debug", "info", "warning", "error"):
        getattr(logger, name)("seen")

    assert [line["level"] for line in _lines(stream)] == shown


def test_an_address_that_is_a_secret_is_not_logged(logged_app: tuple[Edge, io.StringIO]) -> None:
    made, log = logged_app

    ContractClient(made).get("/api/v1/preview/opens-everything")

    assert "opens-everything" not in log.getvalue()
    assert "/api/v1/preview/<token>" in log.getvalue()
