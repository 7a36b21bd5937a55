"""The addresses of invitations and forgotten passwords."""

import uuid
from typing import Any, cast

from flask import current_app

from cms.accounts import secret
from cms.accounts.access import caller, requires_login
from cms.accounts.links import actions, forgotten
from cms.accounts.links.schemas import (
    AcceptIn,
    ForgotIn,
    InvitationIn,
    InvitationOut,
    LinkIn,
    ResetIn,
)
from cms.accounts.links.sending import Sender
from cms.accounts.login import actions as login_actions
from cms.accounts.login import tokens
from cms.accounts.login.queries import email_key
from cms.accounts.login.schemas import Tokens
from cms.accounts.login.throttle import Throttle
from cms.accounts.models import PasswordLink, User
from cms.accounts.passwords import Passwords
from cms.accounts.permissions import Permission
from cms.accounts.users import actions as user_actions
from cms.accounts.users import queries as user_queries
from cms.foundation import moments
from cms.foundation.errors import TooManyAttempts
from cms.foundation.http import Blueprint, public, session
from cms.foundation.http.edge import reading
from cms.foundation.http.identity import origin
from cms.foundation.http.retries import holds_secrets

blueprint = Blueprint(
    "passwords",
    __name__,
    url_prefix="/api/v1/auth",
    description="A password for who was invited, or forgot theirs.",
)
managed = Blueprint(
    "invitations",
    __name__,
    url_prefix="/api/v1/manage",
    description="Let people in without choosing their passwords. For admins.",
)


@managed.post("/invitations")
@requires_login(Permission.USERS_MANAGE)
@holds_secrets
@managed.fails(user_actions.EmailTaken)
@managed.arguments(InvitationIn)
@managed.response(201, InvitationOut)
def invite_user(values: dict[str, Any]) -> Any:
    """Invite somebody.

    Creates a user without a password and sends a link that sets one, good once and for seven days.
    Without a mail server, and with `"send": false`, the link is in the answer.
    """
    now, is_sent = moments.now(), values.pop("send", True)
    user = user_actions.create(session(), _passwords(), values, by=caller(), now=now)
    link, text = actions.issue(session(), user, now=now)
    outcome = _outcome(user, link, text, is_sent=is_sent)
    return outcome, {"Location": f"/api/v1/manage/users/{user.id}"}


@managed.post("/users/<uuid:user_id>/invitation")
@requires_login(Permission.USERS_MANAGE)
@holds_secrets
@managed.fails(actions.Inactive)
@managed.arguments(LinkIn, required=False)
@managed.response(200, InvitationOut)
def send_link(values: dict[str, Any], user_id: uuid.UUID) -> Any:
    """Send a user a link.

    Again to somebody who was invited; to set a new password, good for an hour, to anybody else.
    Links that were sent before no longer work. Without a mail server, and with `"send": false`, the
    link is in the answer.
    """
    user = user_queries.get(session(), user_id, lock=True)
    link, text = actions.issue(session(), user, now=moments.now())
    return _outcome(user, link, text, is_sent=values.get("send", True))


@blueprint.post("/accept-invitation")
@public
@blueprint.fails(actions.LinkUsed)
@blueprint.arguments(AcceptIn)
@blueprint.response(200, Tokens)
def accept_invitation(values: dict[str, str]) -> dict[str, Any]:
    """Accept an invitation.

    Sets the password and logs in. The link works once: if the answer was lost, log in with the
    password.
    """
    return _redeem(values["token"], secret.INVITATION, values["password"])


@blueprint.post("/forgot-password")
@public
@blueprint.fails(TooManyAttempts)
@blueprint.arguments(ForgotIn)
@blueprint.response(202)
def forgot_password(values: dict[str, str]) -> None:
    """Ask for a new password.

    Sends a link, good once and for an hour, if there is such a user; the answer is the same if
    not. Limited as failed logins are, per account and per address.
    """
    email, throttle = values["email"], _throttle()
    throttle.check(email_key(email))
    throttle.count(email_key(email))
    forgotten.note(session(), _sender(), email, origin=origin())


@blueprint.post("/reset-password")
@public
@blueprint.fails(actions.LinkUsed)
@blueprint.arguments(ResetIn)
@blueprint.response(200, Tokens)
def reset_password(values: dict[str, str]) -> dict[str, Any]:
    """Set a new password.

    Ends every login of the account and answers with the tokens of a new one. The link works once:
    if the answer was lost, log in with the new password. Keys stay good; revoke those that you no
    longer trust.
    """
    return _redeem(values["token"], secret.RESET, values["new_password"])


def _outcome(user: User, link: PasswordLink, text: str, *, is_sent: bool) -> dict[str, Any]:
    sender = _sender()
    is_sent = is_sent and sender.mailer.is_set_up
    if is_sent:
        sender.dispatch(session(), link, text)
    return {
        "user": user,
        "expires_at": link.expires_at,
        "sent": is_sent,
        "link": None if is_sent else sender.address(text),
    }


def _redeem(text: str, kind: str, password: str) -> dict[str, Any]:
    now = moments.now()
    with reading() as beside:
        actions.check(beside, text, kind, now=now)
    new_hash = _passwords().hashed(password)
    user = actions.redeem(session(), text, kind, new_hash=new_hash, now=now)
    return tokens.issue(
        login_actions.open_login(session(), user.id, lifetime=tokens.lifetime(), now=now)
    )


def _sender() -> Sender:
    return cast(Sender, current_app.extensions["cms.links"])


def _throttle() -> Throttle:
    return cast(Throttle, current_app.extensions["cms.reset_throttle"])


def _passwords() -> Passwords:
    return cast(Passwords, current_app.extensions["cms.passwords"])
