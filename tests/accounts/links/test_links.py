"""A link sets a password once, for the one whom it was sent to, and leads to this site only."""

import base64
import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from cms.accounts import secret
from cms.app import create_app
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories, mailbox
from tests.callers import Caller, ContractClient
from tests.conftest import make_settings
from tests.mailbox import Mailbox

USERS, INVITATIONS = "/api/v1/manage/users", "/api/v1/manage/invitations"
LOGIN, ME = "/api/v1/auth/login", "/api/v1/auth/me"
ACCEPT, RESET = "/api/v1/auth/accept-invitation", "/api/v1/auth/reset-password"
FORGOT = "/api/v1/auth/forgot-password"
NEW = "staple of the nineties"
NOBODY = "nobody@example.org"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox.opened() as found:
        yield found


@pytest.fixture
def mailing(app: Edge, box: Mailbox, tmp_path: Path) -> Iterator[Edge]:
    """The same site with a mail server."""
    made = create_app(
        make_settings(
            app.extensions["cms.settings"].database_url,
            tmp_path,
            mail_url=box.url,
            mail_from="Blog <cms@blog.test>",
            site_url="https://cms.test",
            login_rate_account="3 per minute",
            login_rate_address="6 per minute",
        )
    )
    yield made
    made.extensions["cms.background"].finish()
    made.database.dispose()


def _invite(admin: Caller, email: str = "ada@example.org", role: str = "author") -> dict[str, Any]:
    answer = admin.post(INVITATIONS, json={"email": email, "role": role})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def _send_link(admin: Caller, user_id: str) -> dict[str, Any]:
    answer = admin.post(f"{USERS}/{user_id}/invitation")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def _token(link: str) -> str:
    (found,) = re.findall(r"cms_(?:inv|pwd)_\w+", link)
    return str(found)


def _accept(app: Edge, token: str, password: str = NEW) -> Any:
    return ContractClient(app).post(ACCEPT, json={"token": token, "password": password})


def _reset(app: Edge, token: str, password: str = NEW) -> Any:
    return ContractClient(app).post(RESET, json={"token": token, "new_password": password})


def _log_in(app: Edge, email: str, password: str) -> int:
    return ContractClient(app).post(LOGIN, json={"email": email, "password": password}).status_code


def _forget(app: Edge, email: str, address: str = "192.0.2.1") -> Any:
    answer = ContractClient(app).post(
        FORGOT, json={"email": email}, environ_base={"REMOTE_ADDR": address}
    )
    app.extensions["cms.background"].finish()
    return answer


def test_who_is_invited_chooses_the_password_and_is_in(app: Edge, admin: Caller) -> None:
    invited = _invite(admin)
    assert (invited["user"]["has_password"], invited["sent"]) == (False, False)
    assert invited["link"].startswith("http://localhost/password#cms_inv_")
    assert _log_in(app, "ada@example.org", NEW) == 401

    tokens = _accept(app, _token(invited["link"]))

    assert tokens.status_code == 200
    assert tokens.headers["Cache-Control"] == "private, no-store"
    me = ContractClient(app, tokens.get_json()["access_token"]).get(ME).get_json()
    assert (me["id"], me["has_password"]) == (invited["user"]["id"], True)
    assert _log_in(app, "ada@example.org", NEW) == 200


@pytest.mark.parametrize("password", ["decoy", "", "!", "None"])
def test_nothing_opens_an_account_without_a_password(
    app: Edge, admin: Caller, password: str
) -> None:
    _invite(admin)

    assert _log_in(app, "ada@example.org", password) in {401, 422}


def test_a_link_works_once(app: Edge, admin: Caller) -> None:
    token = _token(_invite(admin)["link"])

    assert _accept(app, token).status_code == 200
    again = _accept(app, token, "another password")

    assert (again.status_code, again.get_json()["code"]) == (422, "link_used")
    assert again.get_json()["errors"][0]["pointer"] == "#/token"
    assert _log_in(app, "ada@example.org", NEW) == 200


def test_of_many_who_use_a_link_at_once_one_succeeds(app: Edge, admin: Caller) -> None:
    token = _token(_invite(admin)["link"])

    with ThreadPoolExecutor(6) as pool:
        words = [f"password number {number}" for number in range(6)]
        statuses = list(pool.map(lambda word: _accept(app, token, word).status_code, words))

    assert sorted(statuses) == [200] + [422] * 5
    assert [_log_in(app, "ada@example.org", word) for word in words].count(200) == 1


def test_a_newer_link_voids_the_older_one(app: Edge, admin: Caller) -> None:
    first = _invite(admin)
    second = _send_link(admin, first["user"]["id"])

    assert _accept(app, _token(first["link"])).status_code == 422
    assert _accept(app, _token(second["link"])).status_code == 200


@pytest.mark.parametrize(
    ("kind", "life"), [("invitation", timedelta(days=7)), ("reset", timedelta(hours=1))]
)
def test_a_link_expires(
    app: Edge, admin: Caller, author: Caller, kind: str, life: timedelta
) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        made = _invite(admin) if kind == "invitation" else _send_link(admin, author.user_id)
        use = _accept if kind == "invitation" else _reset
        assert made["expires_at"] == moments.spell(moments.now() + life)
        clock.shift(life)
        assert use(app, _token(made["link"])).status_code == 422
        clock.shift(-timedelta(seconds=1))
        assert use(app, _token(made["link"])).status_code == 200


def test_a_new_password_ends_every_login_and_opens_one(
    app: Edge, admin: Caller, author: Caller
) -> None:
    token = _token(_send_link(admin, author.user_id)["link"])
    assert author.get(ME).status_code == 200

    answer = _reset(app, token)

    assert answer.status_code == 200
    assert author.get(ME).status_code == 401
    assert ContractClient(app, answer.get_json()["access_token"]).get(ME).status_code == 200
    assert _log_in(app, author.email, author.password) == 401
    assert _log_in(app, author.email, NEW) == 200


def test_one_kind_of_link_is_not_the_other(app: Edge, admin: Caller, author: Caller) -> None:
    invitation = _token(_invite(admin)["link"])
    reset = _token(_send_link(admin, author.user_id)["link"])

    assert _reset(app, invitation).status_code == 422
    assert _accept(app, reset).status_code == 422


@pytest.mark.parametrize(
    "change",
    [{"password": "another password"}, {"is_active": False}, {"email": "other@example.org"}],
)
def test_what_changes_who_may_come_in_voids_the_link(
    app: Edge, admin: Caller, author: Caller, change: dict[str, Any]
) -> None:
    token = _token(_send_link(admin, author.user_id)["link"])
    address = f"{USERS}/{author.user_id}"

    assert admin.patch(address, json=change, if_match="*").status_code == 200

    assert _reset(app, token).status_code == 422
    if "is_active" in change:
        refused = admin.post(f"{address}/invitation")
        assert (refused.status_code, refused.get_json()["code"]) == (409, "user_inactive")


def test_changing_the_password_oneself_voids_the_link(
    app: Edge, admin: Caller, author: Caller
) -> None:
    token = _token(_send_link(admin, author.user_id)["link"])
    words = {"current_password": author.password, "new_password": NEW}

    assert author.post("/api/v1/auth/password", json=words).status_code == 200

    assert _reset(app, token, "another password").status_code == 422


@pytest.mark.parametrize(
    "token",
    ["x", "cms_pwd_", "cms_pwd_" + "0" * 49, "\x00", "cms_pwd_" + "é" * 49, "nobody has it"],
)
def test_what_is_no_link_costs_no_hashing(
    app: Edge, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.extensions["cms.passwords"], "_hasher", None)
    token = token.replace("nobody has it", secret.new(secret.RESET))

    assert _reset(app, token).get_json()["code"] in {"link_used", "invalid_input"}


def test_a_password_that_is_too_short_does_not_use_the_link_up(app: Edge, admin: Caller) -> None:
    token = _token(_invite(admin)["link"])

    assert _accept(app, token, "short").status_code == 422
    assert _accept(app, token).status_code == 200


def test_an_address_that_is_taken_cannot_be_invited(admin: Caller, author: Caller) -> None:
    answer = admin.post(INVITATIONS, json={"email": author.email.upper(), "role": "author"})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "email_taken")


def test_who_was_only_invited_is_not_the_admin_that_must_be_left(admin: Caller) -> None:
    _invite(admin, role="admin")

    answer = admin.patch(f"{USERS}/{admin.user_id}", json={"is_active": False}, if_match="*")

    assert answer.get_json()["code"] == "last_admin"


def test_the_database_holds_no_token(app: Edge, admin: Caller) -> None:
    token = _token(_invite(admin)["link"])

    with app.database.session(read_only=True) as session:
        (row,) = (str(row) for row in session.execute(text("SELECT * FROM password_links")))

    assert token[8:30] not in row


def test_an_invitation_is_mailed_and_the_link_not_shown(mailing: Edge, box: Mailbox) -> None:
    admin = factories.a_caller(mailing, "admin")
    box.mails.clear()

    invited = _invite(admin)

    assert (invited["sent"], invited["link"]) == (True, None)
    (mail,) = box.mails
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Blog <cms@blog.test>")
    assert "https://cms.test/password#cms_inv_" in mail.get_content()
    assert _accept(mailing, _token(mail.get_content())).status_code == 200


def test_where_a_mail_cannot_be_sent_the_admin_gets_the_link(mailing: Edge, box: Mailbox) -> None:
    admin = factories.a_caller(mailing, "admin")
    box.refusals = {"RCPT": "550 no such mailbox"}

    invited = _invite(admin)

    assert invited["sent"] is False
    assert _accept(mailing, _token(invited["link"])).status_code == 200


def test_who_forgot_the_password_gets_a_link_that_leads_to_this_site(
    mailing: Edge, box: Mailbox, author: Caller
) -> None:
    evil = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"}
    answer = ContractClient(mailing).post(FORGOT, json={"email": author.email}, headers=evil)
    mailing.extensions["cms.background"].finish()

    (mail,) = box.mails
    assert (answer.status_code, answer.get_data()) == (202, b"")
    assert mail["To"] == author.email
    assert "https://cms.test/password#cms_pwd_" in mail.get_content()
    assert "evil" not in mail.as_string()
    assert _reset(mailing, _token(mail.get_content())).status_code == 200


def test_the_page_can_be_ones_own(app: Edge, tmp_path: Path) -> None:
    made = create_app(
        make_settings(
            app.extensions["cms.settings"].database_url,
            tmp_path,
            password_url="https://admin.test/#/password/{token}?a=b",
        )
    )
    link = _invite(factories.a_caller(made, "admin"))["link"]
    made.database.dispose()

    assert link == f"https://admin.test/#/password/{_token(link)}?a=b"


def test_the_answer_is_the_same_for_nobody_and_nothing_is_sent(
    mailing: Edge, box: Mailbox, admin: Caller, author: Caller
) -> None:
    admin.patch(f"{USERS}/{author.user_id}", json={"is_active": False}, if_match="*")

    answers = [_forget(mailing, email) for email in (NOBODY, author.email, admin.email)]

    assert [mail["To"] for mail in box.mails] == [admin.email]
    assert len({(one.status_code, one.get_data()) for one in answers}) == 1
    names = [sorted(one.headers.keys()) for one in answers]
    assert names[0] == names[1] == names[2]


def test_before_the_answer_nothing_is_looked_up(
    mailing: Edge, author: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[Any] = []
    monkeypatch.setattr(mailing.extensions["cms.background"], "do", tasks.append)
    from tests.delivery.test_statements import counted  # noqa: PLC0415

    for email in (author.email, NOBODY):
        with counted(mailing.database) as statements:
            ContractClient(mailing).post(FORGOT, json={"email": email})
        assert statements == []

    assert len(tasks) == 2


def test_asking_is_limited_per_account_and_address_and_locks_nobody_out(
    mailing: Edge, author: Caller
) -> None:
    theirs = [_forget(mailing, author.email, "192.0.2.1").status_code for _ in range(4)]
    nobodys = [_forget(mailing, NOBODY, "192.0.2.2").status_code for _ in range(4)]
    many = [
        _forget(mailing, f"{number}@example.org", "192.0.2.3").status_code for number in range(7)
    ]

    assert theirs == nobodys == [202, 202, 202, 429]
    assert many == [202] * 6 + [429]
    assert _log_in(mailing, author.email, author.password) == 200


def test_a_mailbox_gets_one_link_a_minute(mailing: Edge, box: Mailbox, author: Caller) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        _forget(mailing, author.email)
        _forget(mailing, author.email)
        assert len(box.mails) == 1
        clock.shift(timedelta(minutes=1))
        _forget(mailing, author.email)
        assert len(box.mails) == 2
        first, second = (_token(mail.get_content()) for mail in box.mails)
        assert _reset(mailing, first).status_code == 422
        assert _reset(mailing, second).status_code == 200


def test_forgetting_changes_nothing_before_the_link_is_used(mailing: Edge, author: Caller) -> None:
    _forget(mailing, author.email)

    assert author.get(ME).status_code == 200
    assert _log_in(mailing, author.email, author.password) == 200


def test_without_a_mail_server_forgetting_makes_no_link(app: Edge, author: Caller) -> None:
    assert _forget(app, author.email).status_code == 202

    with app.database.session(read_only=True) as session:
        assert session.scalar(text("SELECT count(*) FROM password_links")) == 0


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
