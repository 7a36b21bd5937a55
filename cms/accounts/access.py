"""Who is calling: the access token decoded once, and the permission that a route demands."""

import uuid
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flask import g, request
from jwt import PyJWTError

from cms.accounts import permissions
from cms.accounts.login import queries, tokens
from cms.accounts.models import LoginSession, User
from cms.accounts.permissions import Permission
from cms.foundation import moments
from cms.foundation.errors import Forbidden, Unauthenticated
from cms.foundation.http import session
from cms.foundation.http.access import guard
from cms.foundation.http.edge import SAFE_METHODS, reading
from cms.foundation.retries.keys import Asker

P = ParamSpec("P")
R = TypeVar("R")
BEARER: list[dict[str, list[str]]] = [{"bearerAuth": []}]


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only for callers who hold ``permission``; 401 and 403 come before anything else."""

    def check() -> None:
        g.caller, g.login = _identify()
        permissions.demand(g.caller, permission)

    def decorator(view: Callable[P, R]) -> Callable[P, R]:
        return guard(
            view,
            access=str(permission),
            check=check,
            security=BEARER,
            failures=(Unauthenticated, Forbidden),
            asker=lambda: Asker(id=str(caller().id), rights=caller().role),
        )

    return decorator


def requires_refresh_token(view: Callable[P, R]) -> Callable[P, R]:
    """Only with a refresh token, which is good for nothing else."""

    def check() -> None:
        g.claims = read_token("refresh")

    return guard(
        view, access="refresh token", check=check, security=BEARER, failures=(Unauthenticated,)
    )


def caller() -> User:
    """Who is calling, to read from; what changes them gets its own. Only behind ``requires``."""
    return cast(User, g.caller)


def login() -> LoginSession:
    """The login that the caller's token belongs to. Only behind ``requires``."""
    return cast(LoginSession, g.login)


def claims() -> dict[str, Any]:
    """What the refresh token says. Only behind ``requires_refresh_token``."""
    return cast(dict[str, Any], g.claims)


def read_token(kind: str) -> dict[str, Any]:
    """The claims of the Bearer token, checked; ``sid`` and ``sub`` as UUIDs.

    Raises ``Unauthenticated``, which never says what exactly is wrong with a forged token.
    """
    scheme, *credentials = request.headers.get("Authorization", "").split() or [""]
    if scheme != "Bearer":
        message = "Log in with POST /api/v1/auth/login and send the token as Authorization: Bearer."
        raise Unauthenticated(message)
    try:
        (token,) = credentials
        found = tokens.read(token, kind=kind)
        return found | {name: uuid.UUID(str(found[name])) for name in ("sid", "sub")}
    except (PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise _rejected() from error


def _rejected() -> Unauthenticated:
    message = "This token is expired, revoked or not one of ours. Log in again."
    return Unauthenticated(message, token_came=True)


def _identify() -> tuple[User, LoginSession]:
    """Who calls, as of now: role, activity and logout count at once."""
    found = read_token("access")
    pair = _find_login(found["sid"])
    if pair is None:
        raise _rejected()
    user, current = pair
    if user.id != found["sub"] or not user.is_active or not current.is_alive(moments.now()):
        raise _rejected()
    return user, current


def _find_login(login_id: uuid.UUID) -> tuple[User, LoginSession] | None:
    if request.method in SAFE_METHODS:
        return queries.find_login(session(), login_id)
    # Beside the writing session: on SQLite that holds the write lock from its first statement on.
    with reading() as beside:
        return queries.find_login(beside, login_id)
