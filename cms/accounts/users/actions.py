"""What can be done to users."""

from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.accounts import saving
from cms.accounts.login import actions as login_actions
from cms.accounts.login.queries import email_key
from cms.accounts.models import Role, User, UserKind
from cms.accounts.passwords import Passwords
from cms.accounts.permissions import Caller
from cms.accounts.users import queries
from cms.foundation.database import new_id, violates
from cms.foundation.errors import Conflict, Fault
from cms.foundation.versions import Expected


class EmailTaken(Conflict):
    """Another user has this e-mail address."""

    code = "email_taken"
    title = "Another user has this e-mail address"


class LastAdmin(Conflict):
    """Nobody would be left who can manage users."""

    code = "last_admin"
    title = "This is the last active admin"


def create(
    session: Session,
    passwords: Passwords,
    values: dict[str, Any],
    *,
    by: Caller | None,
    now: datetime,
) -> User:
    """A new user from ``email, role`` and perhaps ``password, name, is_active``.

    Without a name, the first part of the address is the name; without a password, nobody can log
    in before a link has set one. Raises ``EmailTaken``.
    """
    user = User(
        id=new_id(),
        kind=UserKind.PERSON,
        email=values["email"],
        email_key=email_key(values["email"]),
        name=values.get("name") or values["email"].partition("@")[0],
        role=values["role"],
        is_active=values.get("is_active", True),
        password_hash=passwords.hashed(values["password"]) if "password" in values else "",
    )
    saving.begin(user, by=by, now=now)
    session.add(user)
    _flush(session, user.email)
    return user


def edit(
    session: Session,
    user: User,
    passwords: Passwords,
    values: dict[str, Any],
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> User:
    """Change a user. A new password or a deactivation ends all of their logins.

    Raises ``Stale``, ``EmailTaken``, ``LastAdmin``.
    """
    saving.guard(session, user, expected)
    values = dict(values)
    password = values.pop("password", None)
    if "email" in values:
        values["email_key"] = email_key(values["email"])
        # It went to the old address.
        login_actions.void_link(session, user)
    if values.get("role", Role.ADMIN) != Role.ADMIN or not values.get("is_active", True):
        _keep_an_admin(session, user)
    changed = saving.change(user, values)
    if password is not None:
        user.password_hash = passwords.hashed(password)
    if changed or password is not None:
        saving.touch(user, by=by, now=now)
    if password is not None or not user.is_active:
        login_actions.end_all(session, user, now=now)
    _flush(session, user.email)
    return user


def delete(session: Session, user: User, *, expected: Expected) -> None:
    """Delete a user; posts and bylines stay. Raises ``Stale``, ``LastAdmin``."""
    saving.guard(session, user, expected)
    _keep_an_admin(session, user)
    session.delete(user)
    session.flush()


def _keep_an_admin(session: Session, user: User) -> None:
    # Locked against a change by somebody else.
    admins = session.scalars(queries.admins().with_for_update())
    others = [admin for admin in admins if admin.id != user.id]
    if user.role == Role.ADMIN and user.is_active and not others:
        message = "Make somebody else an admin first."
        raise LastAdmin(message)


def _flush(session: Session, email: str) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        if not violates(error, "users", "email_key"):
            raise
        message = f"{email} belongs to another user."
        raise EmailTaken(message, errors=[Fault("#/email", message)]) from error
