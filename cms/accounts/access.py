"""Who is calling: the token or key looked up once, and the permission that a route demands."""

import uuid
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import structlog
from flask import current_app, g, request
from jwt import PyJWTError

from cms.accounts import permissions, secret
from cms.accounts.keys import queries as key_queries
from cms.accounts.keys.uses import Uses
from cms.accounts.login import queries, tokens
from cms.accounts.models import User
from cms.accounts.permissions import Caller, Permission
from cms.foundation import moments
from cms.foundation.database import Database
from cms.foundation.errors import CmsError, Forbidden, Unauthenticated
from cms.foundation.http.access import guard
from cms.foundation.http.edge import Edge, reading
from cms.foundation.http.identity import acts
from cms.foundation.retries.keys import Asker

P = ParamSpec("P")
R = TypeVar("R")
BEARER: list[dict[str, list[str]]] = [{"bearerAuth": []}]


class LoginNeeded(Forbidden):
    """Who can come in, and with which password, is not for a key to decide."""

    code = "login_needed"
    title = "This needs a login; a key will not do"


def requires(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Only for callers who hold ``permission``; 401 and 403 come before anything else."""

    def check() -> None:
        _identify()
        permissions.demand(caller(), permission)

    return _guarding(permission, check, Unauthenticated, Forbidden)


def requires_login(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """The same, but not with a key: a key that leaked must not make more of itself."""

    def check() -> None:
        _identify()
        permissions.demand(caller(), permission)
        if caller().key_id is not None:
            message = "Log in with POST /api/v1/auth/login; a key cannot do this."
            raise LoginNeeded(message)

    return _guarding(permission, check, Unauthenticated, Forbidden, LoginNeeded)


def requires_refresh_token(view: Callable[P, R]) -> Callable[P, R]:
    """Only with a refresh token, which is good for nothing else."""

    def check() -> None:
        g.claims = _read(_bearer(), "refresh")

    return guard(
        view, access="refresh token", check=check, security=BEARER, failures=(Unauthenticated,)
    )


def caller() -> Caller:
    """Who is calling, and what they may do. Only behind ``requires``."""
    return cast(Caller, g.caller)


def account() -> User:
    """The caller's user, to read from; what changes them gets its own. Only behind ``requires``."""
    # Beside the writing session: on SQLite that holds the write lock from its first statement on.
    with reading() as beside:
        found = beside.get(User, caller().id)
    if found is None:
        raise _rejected()
    return found


def login_id() -> uuid.UUID:
    """The login that the caller's token belongs to. Only behind ``requires_login``."""
    return cast(uuid.UUID, g.login_id)


def claims() -> dict[str, Any]:
    """What the refresh token says. Only behind ``requires_refresh_token``."""
    return cast(dict[str, Any], g.claims)


def _guarding(
    permission: Permission, check: Callable[[], None], *failures: type[CmsError]
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    def decorator(view: Callable[P, R]) -> Callable[P, R]:
        return guard(
            view,
            access=str(permission),
            check=check,
            security=BEARER,
            failures=failures,
            asker=_asker,
        )

    return decorator


def _asker() -> Asker:
    by = caller()
    return Asker(id=str(by.id), rights=f"{by.role} {by.key_id or ''}")


def _bearer() -> str:
    """What the request comes with; empty if it is more or less than one token."""
    scheme, *credentials = request.headers.get("Authorization", "").split() or [""]
    if scheme.lower() != "bearer":
        message = (
            "Log in with POST /api/v1/auth/login, or make a key, and send the token as "
            "Authorization: Bearer."
        )
        raise Unauthenticated(message)
    return credentials[0] if len(credentials) == 1 else ""


def _read(token: str, kind: str) -> dict[str, Any]:
    """The claims of a token, checked; ``sid`` and ``sub`` as UUIDs.

    Raises ``Unauthenticated``, which never says what exactly is wrong with a forged token.
    """
    try:
        found = tokens.read(token, kind=kind)
        return found | {name: uuid.UUID(str(found[name])) for name in ("sid", "sub")}
    except (PyJWTError, ValueError, TypeError, RecursionError) as error:
        raise _rejected() from error


def _rejected() -> Unauthenticated:
    message = "This token is expired, revoked or not one of ours. Log in again."
    return Unauthenticated(message, token_came=True)


def _identify() -> None:
    """Find out who calls, as of now: role, activity, logout and revocation count at once."""
    token = _bearer()
    g.caller = by = _by_key(token) if secret.is_key(token) else _by_login(token)
    acts(by.id, by.name, key_id=by.key_id)


def _by_login(token: str) -> Caller:
    found = _read(token, "access")
    by = queries.find_caller(_database(), found["sid"], found["sub"], now=moments.now())
    if by is None:
        raise _rejected()
    g.login_id = found["sid"]
    return by


def _by_key(token: str) -> Caller:
    if not secret.is_sound(token):
        raise _rejected()
    now = moments.now()
    found = key_queries.find_caller(_database(), secret.digest(token), now=now)
    if found is None:
        raise _rejected()
    by, last_used_at = found
    key_id = cast(uuid.UUID, by.key_id)
    structlog.contextvars.bind_contextvars(key_id=str(key_id))
    cast(Uses, current_app.extensions["cms.key_uses"]).note(key_id, last_used_at, now=now)
    return by


def _database() -> Database:
    return cast(Edge, current_app).database
