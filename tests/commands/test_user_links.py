"""`cms user invite` and `cms user reset-password`: a link by mail, or printed once."""

import re

from cms.accounts import secret
from cms.accounts.links import actions
from cms.accounts.login import actions as login_actions
from cms.accounts.passwords import Passwords
from cms.foundation import moments
from cms.foundation.database import Database
from tests import mailbox
from tests.commands.conftest import PASSWORD, Cms

EMAIL = "ada@example.org"
NEW = "staple of the nineties"


def _works(stored: Database, text: str, kind: str) -> bool:
    passwords = Passwords(8, 1, 1)
    with stored.transaction() as session:
        hashed = passwords.hashed(NEW)
        actions.redeem(session, text, kind, new_hash=hashed, now=moments.now())
        return login_actions.authenticate(session, passwords, EMAIL, NEW).email == EMAIL


def _link(out: str) -> str:
    (token,) = re.findall(
        r"^Link \(shown only now\): https://cms\.test/password#(\w+)$", out, re.MULTILINE
    )
    return str(token)


def test_an_invitation_is_printed_where_there_is_no_mail_server(
    migrated: Cms, stored: Database
) -> None:
    migrated.set(SITE_URL="https://cms.test")

    outcome = migrated("user", "invite", "--email", EMAIL, "--role", "editor")

    assert outcome.code == 0
    assert "Invited editor ada@example.org." in outcome.out
    assert _works(stored, _link(outcome.out), secret.INVITATION)


def test_a_lost_password_is_replaced_by_a_link(migrated: Cms, stored: Database) -> None:
    migrated.set(SITE_URL="https://cms.test")
    migrated.create_user(EMAIL)

    outcome = migrated("user", "reset-password", "--email", EMAIL.upper())

    assert outcome.code == 0
    assert _works(stored, _link(outcome.out), secret.RESET)


def test_a_link_is_mailed_and_then_not_printed_unless_that_is_wanted(migrated: Cms) -> None:
    migrated.create_user(EMAIL)
    with mailbox.opened() as box:
        migrated.set(SITE_URL="https://cms.test", MAIL_URL=box.url, MAIL_FROM="cms@blog.test")
        mailed = migrated("user", "reset-password", "--email", EMAIL)
        assert len(box.mails) == 1
        printed = migrated("user", "reset-password", "--email", EMAIL, "--print")
        assert len(box.mails) == 1

    assert (mailed.code, mailed.out) == (0, f"A link is on its way to {EMAIL}.\n")
    assert _link(printed.out)


def test_a_mail_that_cannot_be_sent_is_said_and_the_link_printed(migrated: Cms) -> None:
    migrated.create_user(EMAIL)
    migrated.set(
        SITE_URL="https://cms.test", MAIL_URL="smtp://127.0.0.1:9", MAIL_FROM="cms@blog.test"
    )

    outcome = migrated("user", "reset-password", "--email", EMAIL)

    assert outcome.code == 0
    assert "could not be sent" in outcome.err
    assert _link(outcome.out)


def test_what_cannot_be_is_one_clear_line(migrated: Cms) -> None:
    migrated.create_user(EMAIL)

    for arguments in (
        ("reset-password", "--email", "nobody@example.org"),
        ("invite", "--role", "author", "--email", EMAIL),
        ("invite", "--role", "author", "--email", "no address"),
    ):
        outcome = migrated("user", *arguments)
        assert outcome.is_one_clear_line(), outcome.said
        assert PASSWORD not in outcome.said
