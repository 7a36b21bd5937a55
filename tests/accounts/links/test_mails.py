"""A link is mailed to the one whom it is for, leads to this site only, and tells nobody else."""

import base64
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from cms.accounts.links import forgotten, sending
from cms.foundation.audit.models import AuditEntry
from cms.foundation.http.edge import Edge
from tests import factories
from tests.accounts.links.using import (
    INVITATIONS,
    ME,
    USERS,
    accept,
    deliver,
    invite,
    left,
    log_in,
    reset,
    send_link,
    token_of,
)
from tests.callers import Caller, ContractClient
from tests.conftest import Made
from tests.delivery.test_statements import counted
from tests.mailbox import Mailbox

FORGOT = "/api/v1/auth/forgot-password"
NOBODY = "nobody@example.org"


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


@pytest.fixture
def admin(mailing: Edge) -> Caller:
    """Somebody logged in there as an admin."""
    return factories.a_caller(mailing, "admin")


def _forget(app: Edge, email: str, address: str = "192.0.2.1", **headers: str) -> Any:
    answer = ContractClient(app).post(
        FORGOT, json={"email": email}, headers=headers, environ_base={"REMOTE_ADDR": address}
    )
    deliver(app)
    return answer


def test_an_invitation_is_mailed_and_the_link_not_shown(
    mailing: Edge, box: Mailbox, admin: Caller
) -> None:
    invited = invite(admin)

    assert (invited["sent"], invited["link"]) == (True, None)
    assert box.mails == []
    for _ in range(2):
        deliver(mailing)
    (mail,) = box.mails
    assert (mail["To"], mail["From"]) == ("ada@example.org", "Blog <cms@blog.test>")
    assert "https://cms.test/password#cms_inv_" in mail.get_content()
    assert accept(mailing, token_of(mail.get_content())).status_code == 200
    assert left(mailing.database) == []


def test_an_admin_who_passes_the_link_on_gets_it_and_no_mail_is_sent(
    mailing: Edge, box: Mailbox, admin: Caller
) -> None:
    wanted = {"email": "ada@example.org", "role": "author", "send": False}
    invited = admin.post(INVITATIONS, json=wanted).get_json()
    again = admin.post(f"{USERS}/{invited['user']['id']}/invitation", json={"send": False})

    deliver(mailing)

    assert (invited["sent"], again.get_json()["sent"]) == (False, False)
    assert accept(mailing, token_of(invited["link"])).status_code == 422
    assert accept(mailing, token_of(again.get_json()["link"])).status_code == 200
    assert box.mails == []


def test_a_mail_waits_while_the_server_is_away_or_refuses_and_then_arrives(
    mailing: Edge, box: Mailbox, admin: Caller
) -> None:
    box.refusals = {"RCPT": "450 try later, ada@example.org"}
    invite(admin)

    deliver(mailing)

    (job,) = left(mailing.database)
    assert (job.kind, job.attempts) == (sending.KIND, 1)
    assert job.error == "The mail server did not take the mail: the server refuses the recipient"
    assert box.mails == []
    box.refusals.clear()
    deliver(mailing, timedelta(seconds=30))
    (mail,) = box.mails
    assert accept(mailing, token_of(mail.get_content())).status_code == 200
    assert left(mailing.database) == []


def test_a_mail_server_may_be_away_for_a_day(mailing: Edge, box: Mailbox, admin: Caller) -> None:
    box.refusals = {"MAIL": "421 closed for the weekend"}
    invite(admin)
    for hour in range(23):
        deliver(mailing, timedelta(hours=hour))
    (job,) = left(mailing.database)
    assert job.next_at is not None
    for hour in range(23, 30):
        deliver(mailing, timedelta(hours=hour))

    (job,) = left(mailing.database)
    assert job.next_at is None
    listed = admin.get("/api/v1/manage/jobs?status=dead").get_json()["data"]
    assert [one["id"] for one in listed] == [str(job.id)]
    assert "421" in listed[0]["error"]
    assert admin.post(f"/api/v1/manage/jobs/{job.id}/retry").status_code == 200
    box.refusals.clear()
    deliver(mailing)
    assert len(box.mails) == 1


@pytest.mark.parametrize("given_up", [True, False])
def test_a_mail_that_did_not_go_can_be_given_up(
    mailing: Edge,
    box: Mailbox,
    admin: Caller,
    given_up: bool,  # noqa: FBT001
) -> None:
    box.refusals = {"MAIL": "421 closed"}
    invite(admin)
    deliver(mailing)
    (job,) = left(mailing.database)
    if given_up:
        assert admin.delete(f"/api/v1/manage/jobs/{job.id}").status_code == 204
    box.refusals.clear()

    deliver(mailing, timedelta(hours=1))

    assert len(box.mails) == (not given_up)


def test_a_link_that_has_expired_meanwhile_is_not_sent(
    mailing: Edge, box: Mailbox, author: Caller
) -> None:
    ContractClient(mailing).post(FORGOT, json={"email": author.email})
    box.refusals = {"MAIL": "421 closed"}
    deliver(mailing)
    box.refusals.clear()

    deliver(mailing, timedelta(hours=1, seconds=1))

    assert (box.mails, left(mailing.database)) == ([], [])


def test_of_two_links_that_waited_only_the_one_that_works_is_sent(
    mailing: Edge, box: Mailbox, admin: Caller, author: Caller
) -> None:
    for _ in range(2):
        send_link(admin, author.user_id)

    deliver(mailing)

    (mail,) = box.mails
    assert reset(mailing, token_of(mail.get_content())).status_code == 200


@pytest.mark.parametrize(
    "change", [{"email": "other@example.org"}, {"is_active": False}, {"password": "another word"}]
)
def test_a_link_that_was_voided_is_not_sent(
    mailing: Edge, box: Mailbox, admin: Caller, author: Caller, change: dict[str, Any]
) -> None:
    send_link(admin, author.user_id)
    admin.patch(f"{USERS}/{author.user_id}", json=change, if_match="*")

    deliver(mailing)

    assert (box.mails, left(mailing.database)) == ([], [])


def test_a_mail_is_asked_for_with_its_link_or_not_at_all(
    mailing: Edge, box: Mailbox, admin: Caller, author: Caller
) -> None:
    taken = {"email": author.email, "role": "author"}
    assert admin.post(INVITATIONS, json=taken).status_code == 409

    deliver(mailing)

    assert (box.mails, left(mailing.database)) == ([], [])


def test_a_retried_invitation_is_answered_alike_and_mailed_once(
    mailing: Edge, box: Mailbox, admin: Caller
) -> None:
    wanted = {"email": "ada@example.org", "role": "author"}
    answers = [
        admin.post(INVITATIONS, json=wanted, headers={"Idempotency-Key": "k"}) for _ in range(2)
    ]

    deliver(mailing)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert len(box.mails) == 1


def test_what_waits_to_be_sent_holds_no_token(mailing: Edge, box: Mailbox, admin: Caller) -> None:
    invite(admin)
    with mailing.database.reader.connect() as connection:
        kept = repr(connection.execute(text("SELECT * FROM jobs")).all())

    deliver(mailing)

    (mail,) = box.mails
    token = token_of(mail.get_content())
    assert "token" in kept
    assert token[8:30] not in kept
    assert base64.b64encode(token.encode()).decode()[16:40] not in kept


def test_a_link_that_was_sealed_with_another_secret_fails_and_says_so(
    mailing: Edge, box: Mailbox, admin: Caller, made: Made
) -> None:
    invite(admin)
    other = made(mail_url=box.url, mail_from="cms@blog.test", secret_key="another " * 5)

    deliver(other)

    (job,) = left(mailing.database)
    assert job.error == "CMS_SECRET_KEY was changed since. Send the user another link."
    assert box.mails == []


def test_who_forgot_the_password_gets_a_link_that_leads_to_this_site(
    mailing: Edge, box: Mailbox, author: Caller
) -> None:
    evil = {"Host": "evil.test", "X-Forwarded-Host": "evil.test", "Forwarded": "host=evil.test"}
    answer = _forget(mailing, author.email, **evil)

    (mail,) = box.mails
    assert (answer.status_code, answer.get_data()) == (202, b"")
    assert mail["To"] == author.email
    assert "https://cms.test/password#cms_pwd_" in mail.get_content()
    assert "evil" not in mail.as_string()
    assert reset(mailing, token_of(mail.get_content())).status_code == 200


def test_the_audit_log_knows_from_where_a_forgotten_password_was_asked_for(
    mailing: Edge, author: Caller
) -> None:
    request_id = "019ab3c4-7d5e-7f60-8a71-92b3c4d5e6f7"
    _forget(mailing, author.email, "192.0.2.7", **{"X-Request-Id": request_id})

    with mailing.database.session(read_only=True) as session:
        made = AuditEntry.subject_kind == "password_link"
        (entry,) = session.scalars(select(AuditEntry).where(made))
    assert (entry.action, entry.address) == ("forgot_password", "192.0.2.7")
    assert str(entry.request_id) == request_id
    assert entry.subject_id == uuid.UUID(author.user_id)


def test_the_answer_is_the_same_for_nobody_and_nothing_is_sent(
    mailing: Edge, box: Mailbox, admin: Caller, author: Caller
) -> None:
    admin.patch(f"{USERS}/{author.user_id}", json={"is_active": False}, if_match="*")

    answers = [_forget(mailing, email) for email in (NOBODY, author.email, admin.email)]

    assert [mail["To"] for mail in box.mails] == [admin.email]
    assert len({(one.status_code, one.get_data()) for one in answers}) == 1
    names = [sorted(one.headers.keys()) for one in answers]
    assert names[0] == names[1] == names[2]


def test_before_the_answer_nobody_is_looked_up_and_the_same_is_done_for_all(
    mailing: Edge, author: Caller
) -> None:
    done = []
    for email in (author.email, NOBODY):
        with counted(mailing.database) as statements:
            ContractClient(mailing).post(FORGOT, json={"email": email})
        done.append(statements)

    assert done[0] == done[1]
    assert not [one for one in done[0] if "users" in one or "password_links" in one]
    assert [job.kind for job in left(mailing.database)] == [forgotten.KIND] * 2


@pytest.mark.parametrize("email", ["\x00@example.org", "a\n@example.org", "'; DROP", "é\u202e@x"])
def test_what_is_no_address_is_refused_or_is_nobodys(
    mailing: Edge, box: Mailbox, email: str
) -> None:
    assert _forget(mailing, email).status_code in {202, 422}

    assert (box.mails, left(mailing.database)) == ([], [])


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
    for _ in range(2):
        _forget(mailing, author.email)
    assert len(box.mails) == 1

    ContractClient(mailing).post(FORGOT, json={"email": author.email})
    deliver(mailing, timedelta(minutes=1))
    deliver(mailing, timedelta(minutes=1))

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

    assert left(app.database) == []
    with app.database.session(read_only=True) as session:
        assert session.scalar(text("SELECT count(*) FROM password_links")) == 0
