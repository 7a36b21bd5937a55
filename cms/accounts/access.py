"""Who is calling: the access token decoded once, and the permission that a route demands."""

import uuid
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flask import g
from flask_jwt_extended import get_jwt, verify_jwt_in_request
from flask_jwt_extended.exceptions import JWTExtendedException, NoAuthorizationError
from jwt import PyJWTError

from cms.accounts import permissions
from cms.accounts.login import queries
from cms.accounts.models import LoginSession, User
from cms.accounts.permissions import Permission
from cms.foundation import moments
from cms.foundation.errors import Forbidden, Unauthenticated
from cms.foundation.http import session
from cms.foundation.http.access import guard

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
        )

    return decorator


def requires_refresh_token(view: Callable[P, R]) -> Callable[P, R]:
    """Only with a refresh token, which is good for nothing else."""

    def check() -> None:
        g.claims = read_token(refresh=True)

    return guard(
        view, access="refresh token", check=check, security=BEARER, failures=(Unauthenticated,)
    )


def caller() -> User:
    """Who is calling. Only behind ``requires``."""
    return cast(User, g.caller)


def login() -> LoginSession:
    """The login that the caller's token belongs to. Only behind ``requires``."""
    return cast(LoginSession, g.login)


def claims() -> dict[str, Any]:
    """What the refresh token says. Only behind ``requires_refresh_token``."""
    return cast(dict[str, Any], g.claims)


def read_token(*, refresh: bool) -> dict[str, Any]:
    """The claims of the Bearer token, its signature and kind checked.

    Raises ``Unauthenticated``, which never says what exactly is wrong with a forged token.
    """
    try:
        verify_jwt_in_request(refresh=refresh)
        found = get_jwt()
        found |= {name: uuid.UUID(str(found[name])) for name in ("sid", "sub")}
    except NoAuthorizationError as error:
        message = "Log in with POST /api/v1/auth/login and send the token as Authorization: Bearer."
        raise Unauthenticated(message) from error
    except (JWTExtendedException, PyJWTError, ValueError, LookupError, TypeError) as error:
        raise _rejected() from error
    # Asked for an access token, the library takes any token that is no refresh token.
    if found["type"] != ("refresh" if refresh else "access"):
        raise _rejected()
    return found


def _rejected() -> Unauthenticated:
    message = "This token is expired, revoked or not one of ours. Log in again."
    return Unauthenticated(message, token_came=True)


def _identify() -> tuple[User, LoginSession]:
    found = read_token(refresh=False)
    pair = queries.find_login(session(), found["sid"])
    if pair is None:
        raise _rejected()
    user, current = pair
    # Role, activity and logout are read from the database each time: they count at once.
    if user.id != found["sub"] or not user.is_active or not current.is_alive(moments.now()):
        raise _rejected()
    return user, current
