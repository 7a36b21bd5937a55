"""A link is mailed to the one whom it is for, leads to this site only, and tells nobody else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories, mailbox
from tests.accounts.links.using import ME, USERS, accept, invite, log_in, reset, token_of
from tests.callers import Caller, ContractClient
from tests.conftest import Made
from tests.delivery.test_statements import counted
from tests.mailbox import Mailbox

FORGOT = "/api/v1/auth/forgot-password"
NOBODY = "nobody@example.org"


@pytest.fixture
def box() -> Iterator[Mailbox]:
    """A mail server."""
    with mailbox.opened() as found:
        yield found


@pytest.fixture
def mailing(box: Mailbox, made: Made) -> Edge:
    """The same site with a mail server."""
    return made(
        mail_url=box.url,
        mail_from="Blog <cms@blog.test>",
        site_url="https://cms.test",
        login_rate_account="3 per minute",
        login_rate_address="6 per minute",
    )


def _forget(app: Edge, email: str, address: str = "192.0.2.1") -> Any:
    answer = ContractClient(app).post(
        FORGOT, json={"email": email}, environ_base={"REMOTE_ADDR": address}
    )
    app.extensions["cms.background"].finish()
    return answer


def test_an_invitation_is_mailed_and_the_link_not_shown(mailing: Edge, box: Mailbox) -> None:
    admin = factories.a_caller(mailing, "admin")
    box.mails.clear()

    invited = invite(admin)

    assert (invited["sent"], invited["link"]) == (True, None)
    (mail,) = box.mails
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Blog <cms@blog.test>")
    assert "https://cms.test/password#cms_inv_" in mail.get_content()
    assert accept(mailing, token_of(mail.get_content())).status_code == 200


def test_where_a_mail_cannot_be_sent_the_admin_gets_the_link(mailing: Edge, box: Mailbox) -> None:
    admin = factories.a_caller(mailing, "admin")
    box.refusals = {"RCPT": "550 no such mailbox"}

    invited = invite(admin)

    assert invited["sent"] is False
    assert accept(mailing, token_of(invited["link"])).status_code == 200


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
    assert reset(mailing, token_of(mail.get_content())).status_code == 200


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
    assert log_in(mailing, author.email, author.password) == 200


def test_a_mailbox_gets_one_link_a_minute(mailing: Edge, box: Mailbox, author: Caller) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        _forget(mailing, author.email)
        _forget(mailing, author.email)
        assert len(box.mails) == 1
        clock.shift(timedelta(minutes=1))
        _forget(mailing, author.email)
        assert len(box.mails) == 2
        first, second = (token_of(mail.get_content()) for mail in box.mails)
        assert reset(mailing, first).status_code == 422
        assert reset(mailing, second).status_code == 200


def test_forgetting_changes_nothing_before_the_link_is_used(mailing: Edge, author: Caller) -> None:
    _forget(mailing, author.email)

    assert author.get(ME).status_code == 200
    assert log_in(mailing, author.email, author.password) == 200


def test_without_a_mail_server_forgetting_makes_no_link(app: Edge, author: Caller) -> None:
    assert _forget(app, author.email).status_code == 202

    with app.database.session(read_only=True) as session:
        assert session.scalar(text("SELECT count(*) FROM password_links")) == 0
