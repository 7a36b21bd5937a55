"""The addresses of login, refresh, logout, the own account and its password."""

from typing import Any, cast

from flask import current_app

from cms.accounts.access import (
    account,
    claims,
    login_id,
    requires,
    requires_login,
    requires_refresh_token,
)
from cms.accounts.login import actions, queries, tokens
from cms.accounts.login.schemas import LoginIn, PasswordIn, Tokens
from cms.accounts.login.throttle import Throttle
from cms.accounts.models import User
from cms.accounts.passwords import Passwords
from cms.accounts.permissions import Permission
from cms.accounts.users.schemas import UserOut
from cms.foundation import moments
from cms.foundation.errors import TooManyAttempts
from cms.foundation.http import Blueprint, public, session
from cms.foundation.http.edge import reading
from cms.foundation.http.retries import holds_secrets

blueprint = Blueprint(
    "auth",
    __name__,
    url_prefix="/api/v1/auth",
    description="Log in, stay logged in, log out.",
)


@blueprint.post("/login")
@public
@blueprint.fails(actions.WrongCredentials, TooManyAttempts)
@blueprint.arguments(LoginIn)
@blueprint.response(200, Tokens)
def log_in(credentials: dict[str, str]) -> dict[str, Any]:
    """Log in.

    Gives an access token for the management API and a refresh token to get the next pair with.
    Failed attempts are limited per account and per address.
    """
    email, password = credentials["email"], credentials["password"]
    throttle, passwords = _throttle(), _passwords()
    throttle.check(queries.email_key(email))
    try:
        with reading() as read_session:
            user = actions.authenticate(read_session, passwords, email, password)
    except actions.WrongCredentials:
        throttle.count(queries.email_key(email))
        raise
    now = moments.now()
    opened = actions.open_login(session(), user.id, lifetime=tokens.lifetime(), now=now)
    actions.refresh_hash(session(), user.id, passwords, password)
    return tokens.issue(opened)


@blueprint.post("/refresh")
@requires_refresh_token
@blueprint.fails(actions.RefreshTokenReused)
@blueprint.response(200, Tokens)
def refresh_tokens() -> dict[str, Any]:
    """Exchange the refresh token.

    Send it as `Authorization: Bearer …`. Each works once: a second use is taken as theft and ends
    the whole login, so keep the new pair before you use it; where the answer was lost, log in.
    """
    found = claims()
    renewed = actions.renew(
        session(),
        found["sid"],
        found.get("rot", -1),
        user_id=found["sub"],
        lifetime=tokens.lifetime(),
        now=moments.now(),
    )
    return tokens.issue(renewed)


@blueprint.post("/logout")
@requires_login(Permission.ACCOUNT_USE)
@blueprint.response(204)
def log_out() -> None:
    """Log out.

    Ends this login: its access and refresh tokens stop working with the next request.
    """
    actions.end(session(), login_id(), now=moments.now())


@blueprint.get("/me")
@requires(Permission.ACCOUNT_USE)
@blueprint.response(200, UserOut)
def get_me() -> User:
    """Read the own account.

    The user that the access token or the key belongs to.
    """
    return account()


@blueprint.post("/password")
@requires_login(Permission.ACCOUNT_USE)
@holds_secrets
@blueprint.fails(actions.WrongPassword, TooManyAttempts)
@blueprint.arguments(PasswordIn)
@blueprint.response(200, Tokens)
def change_password(words: dict[str, str]) -> dict[str, Any]:
    """Change the own password.

    Ends every login of the account, this one included, and answers with the tokens of a new one.
    Keys stay good; revoke those that you no longer trust.
    """
    user, throttle, passwords, now = account(), _throttle(), _passwords(), moments.now()
    throttle.check(user.email_key)
    try:
        checked = actions.check_password(passwords, user, words["current_password"])
    except actions.WrongPassword:
        throttle.count(user.email_key)
        raise
    new_hash = passwords.hashed(words["new_password"])
    actions.change_password(session(), user.id, checked=checked, new_hash=new_hash, now=now)
    return tokens.issue(actions.open_login(session(), user.id, lifetime=tokens.lifetime(), now=now))


def _throttle() -> Throttle:
    return cast(Throttle, current_app.extensions["cms.throttle"])


def _passwords() -> Passwords:
    return cast(Passwords, current_app.extensions["cms.passwords"])
