"""A link sets a password once, for the one whom it was made for."""

import base64
import hashlib
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from cms.accounts import secret
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.accounts.links.using import (
    INVITATIONS,
    ME,
    NEW,
    USERS,
    accept,
    invite,
    log_in,
    reset,
    send_link,
    token_of,
)
from tests.callers import Caller, ContractClient
from tests.conftest import Made


def test_who_is_invited_chooses_the_password_and_is_in(app: Edge, admin: Caller) -> None:
    invited = invite(admin)
    assert (invited["user"]["has_password"], invited["sent"]) == (False, False)
    assert invited["link"].startswith("http://localhost/password#cms_inv_")
    assert log_in(app, "ada@example.org", NEW) == 401

    tokens = accept(app, token_of(invited["link"]))

    assert tokens.status_code == 200
    assert tokens.headers["Cache-Control"] == "private, no-store"
    me = ContractClient(app, tokens.get_json()["access_token"]).get(ME).get_json()
    assert (me["id"], me["has_password"]) == (invited["user"]["id"], True)
    assert log_in(app, "ada@example.org", NEW) == 200


@pytest.mark.parametrize("password", ["decoy", "", "!", "None"])
def test_nothing_opens_an_account_without_a_password(
    app: Edge, admin: Caller, password: str
) -> None:
    invite(admin)

    assert log_in(app, "ada@example.org", password) in {401, 422}


def test_a_link_works_once(app: Edge, admin: Caller) -> None:
    token = token_of(invite(admin)["link"])

    assert accept(app, token).status_code == 200
    again = accept(app, token, "another password")

    assert (again.status_code, again.get_json()["code"]) == (422, "link_used")
    assert again.get_json()["errors"][0]["pointer"] == "#/token"
    assert log_in(app, "ada@example.org", NEW) == 200


def test_of_many_who_use_a_link_at_once_one_succeeds(app: Edge, admin: Caller) -> None:
    token = token_of(invite(admin)["link"])

    with ThreadPoolExecutor(6) as pool:
        words = [f"password number {number}" for number in range(6)]
        statuses = list(pool.map(lambda word: accept(app, token, word).status_code, words))

    assert sorted(statuses) == [200] + [422] * 5
    assert [log_in(app, "ada@example.org", word) for word in words].count(200) == 1


def test_a_newer_link_voids_the_older_one(app: Edge, admin: Caller) -> None:
    first = invite(admin)
    second = send_link(admin, first["user"]["id"])

    assert accept(app, token_of(first["link"])).status_code == 422
    assert accept(app, token_of(second["link"])).status_code == 200


@pytest.mark.parametrize(
    ("kind", "life"), [("invitation", timedelta(days=7)), ("reset", timedelta(hours=1))]
)
def test_a_link_expires(
    app: Edge, admin: Caller, author: Caller, kind: str, life: timedelta
) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        made = invite(admin) if kind == "invitation" else send_link(admin, author.user_id)
        use = accept if kind == "invitation" else reset
        assert made["expires_at"] == moments.spell(moments.now() + life)
        clock.shift(life)
        assert use(app, token_of(made["link"])).status_code == 422
        clock.shift(-timedelta(seconds=1))
        assert use(app, token_of(made["link"])).status_code == 200


def test_a_new_password_ends_every_login_and_opens_one(
    app: Edge, admin: Caller, author: Caller
) -> None:
    token = token_of(send_link(admin, author.user_id)["link"])
    assert author.get(ME).status_code == 200

    answer = reset(app, token)

    assert answer.status_code == 200
    assert author.get(ME).status_code == 401
    assert ContractClient(app, answer.get_json()["access_token"]).get(ME).status_code == 200
    assert log_in(app, author.email, author.password) == 401
    assert log_in(app, author.email, NEW) == 200


def test_one_kind_of_link_is_not_the_other(app: Edge, admin: Caller, author: Caller) -> None:
    invitation = token_of(invite(admin)["link"])
    forgotten = token_of(send_link(admin, author.user_id)["link"])

    assert reset(app, invitation).status_code == 422
    assert accept(app, forgotten).status_code == 422


@pytest.mark.parametrize(
    "change",
    [{"password": "another password"}, {"is_active": False}, {"email": "other@example.org"}],
)
def test_what_changes_who_may_come_in_voids_the_link(
    app: Edge, admin: Caller, author: Caller, change: dict[str, Any]
) -> None:
    token = token_of(send_link(admin, author.user_id)["link"])
    address = f"{USERS}/{author.user_id}"

    assert admin.patch(address, json=change, if_match="*").status_code == 200

    assert reset(app, token).status_code == 422
    if "is_active" in change:
        refused = admin.post(f"{address}/invitation")
        assert (refused.status_code, refused.get_json()["code"]) == (409, "user_inactive")


def test_changing_the_password_oneself_voids_the_link(
    app: Edge, admin: Caller, author: Caller
) -> None:
    token = token_of(send_link(admin, author.user_id)["link"])
    words = {"current_password": author.password, "new_password": NEW}

    assert author.post("/api/v1/auth/password", json=words).status_code == 200

    assert reset(app, token, "another password").status_code == 422


@pytest.mark.parametrize(
    "token",
    ["x", "cms_pwd_", "cms_pwd_" + "0" * 49, "\x00", "cms_pwd_" + "é" * 49, "nobody has it"],
)
def test_what_is_no_link_costs_no_hashing(
    app: Edge, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["cms.passwords"], "_hasher", None)
    token = token.replace("nobody has it", secret.new(secret.RESET))

    assert reset(app, token).get_json()["code"] in {"link_used", "invalid_input"}


def test_a_password_that_is_too_short_does_not_use_the_link_up(app: Edge, admin: Caller) -> None:
    token = token_of(invite(admin)["link"])

    assert accept(app, token, "short").status_code == 422
    assert accept(app, token).status_code == 200


def test_an_address_that_is_taken_cannot_be_invited(admin: Caller, author: Caller) -> None:
    answer = admin.post(INVITATIONS, json={"email": author.email.upper(), "role": "author"})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "email_taken")


def test_who_was_only_invited_is_not_the_admin_that_must_be_left(admin: Caller) -> None:
    invite(admin, role="admin")

    answer = admin.patch(f"{USERS}/{admin.user_id}", json={"is_active": False}, if_match="*")

    assert answer.get_json()["code"] == "last_admin"


def test_the_database_holds_no_token(app: Edge, admin: Caller) -> None:
    token = token_of(invite(admin)["link"])

    with app.database.session(read_only=True) as session:
        (row,) = (str(row) for row in session.execute(text("SELECT * FROM password_links")))

    assert token[8:30] not in row


def test_the_page_can_be_ones_own(made: Made) -> None:
    site = made(password_url="https://admin.test/#/password/{token}?a=b")

    link = invite(factories.a_caller(site, "admin"))["link"]

    assert link == f"https://admin.test/#/password/{token_of(link)}?a=b"


def test_the_page_runs_its_own_script_only_and_never_sees_the_token(app: Edge) -> None:
    client = app.test_client()
    page = client.get("/password")
    body = page.get_data(as_text=True)
    (script,) = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    assert page.mimetype == "text/html"
    assert f"script-src 'sha256-{digest}';" in page.headers["Content-Security-Policy"]
    assert "default-src 'none';" in page.headers["Content-Security-Policy"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.get("/password?token=x").get_data(as_text=True) == body
