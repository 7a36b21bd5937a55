"""What can be done about a login: open, renew, end; change the password."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cms.accounts import saving
from cms.accounts.login import queries
from cms.accounts.models import LoginSession, PasswordLink, User
from cms.accounts.passwords import Passwords
from cms.accounts.permissions import Caller
from cms.foundation import audit
from cms.foundation.database import new_id
from cms.foundation.errors import Fault, Unauthenticated, Unprocessable


class WrongCredentials(Unauthenticated):
    """No account has this e-mail address and password; which of the two is wrong is not said."""

    code = "wrong_credentials"
    title = "E-mail or password is wrong"


class RefreshTokenReused(Unauthenticated):
    """A refresh token came twice, so somebody else holds it: the whole login has ended."""

    code = "refresh_token_reused"
    title = "This refresh token was used before"
    keeps_writes = True


class WrongPassword(Unprocessable):
    """The current password is not this one."""

    code = "wrong_password"
    title = "The current password is wrong"


def authenticate(session: Session, passwords: Passwords, email: str, password: str) -> User:
    """The active user with these credentials. Raises ``WrongCredentials``.

    Costs one password check whether or not the account exists. Needs no write, so it can run
    outside of the transaction that opens the login: on SQLite the check would hold the write lock.
    """
    user = queries.find_by_email(session, email)
    if not passwords.matches(password, user.password_hash if user else None):
        raise _wrong()
    if user is None or not user.is_active:
        raise _wrong()
    return user


def open_login(
    session: Session, user_id: uuid.UUID, *, lifetime: timedelta, now: datetime
) -> LoginSession:
    """A new login of a user who has just been authenticated."""
    user = session.get(User, user_id)
    if user is None or not user.is_active:
        raise _wrong()
    audit.sign(session, user.id, user.name)
    login = LoginSession(
        id=new_id(), user_id=user.id, rotation=0, created_at=now, expires_at=now + lifetime
    )
    session.add(login)
    session.flush()
    return login


def renew(
    session: Session,
    login_id: uuid.UUID,
    rotation: int,
    *,
    user_id: uuid.UUID,
    lifetime: timedelta,
    now: datetime,
) -> LoginSession:
    """Exchange a refresh token. Each works once; a second use ends the login.

    Raises ``Unauthenticated`` for a login that has ended, ``RefreshTokenReused``.
    """
    login = session.scalar(
        select(LoginSession)
        .where(LoginSession.id == login_id, LoginSession.user_id == user_id)
        .with_for_update()
    )
    user = session.get(User, login.user_id) if login else None
    if login is None or user is None or not user.is_active or not login.is_alive(now):
        message = "This login has ended. Log in again."
        raise Unauthenticated(message, token_came=True)
    audit.sign(session, user.id, user.name)
    if login.rotation != rotation:
        login.ended_at = now
        session.flush()
        message = "This refresh token was used before; the login has ended. Log in again."
        raise RefreshTokenReused(message, token_came=True)
    login.rotation += 1
    login.expires_at = now + lifetime
    session.flush()
    return login


def end(session: Session, login_id: uuid.UUID, *, now: datetime) -> None:
    """Log out: all tokens of this login stop working."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(session: Session, user: User, *, now: datetime) -> None:
    """Log a user out everywhere; a link that was sent no longer lets anybody in."""
    void_link(session, user)
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user.id, LoginSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def void_link(session: Session, user: User) -> None:
    """Let the link by which a user could have set a password do nothing."""
    session.execute(delete(PasswordLink).where(PasswordLink.user_id == user.id))


def check_password(passwords: Passwords, user: User, password: str) -> str:
    """The hash that ``password`` belongs to. Raises ``WrongPassword``.

    Slow on purpose, and needs no write: it comes before the transaction of the change.
    """
    if not passwords.matches(password, user.password_hash):
        raise _wrong_password()
    return user.password_hash


def change_password(
    session: Session, user_id: uuid.UUID, *, checked: str, new_hash: str, now: datetime
) -> None:
    """Set a new password and end every login of the user. Raises ``WrongPassword``.

    ``checked`` is the hash of the password that was given; the user's must still be the same.
    """
    user = session.get(User, user_id, with_for_update=True)
    if user is None or not user.is_active or user.password_hash != checked:
        raise _wrong_password()
    user.password_hash = new_hash
    saving.touch(user, by=Caller.of(user), now=now)
    end_all(session, user, now=now)
    session.flush()


def refresh_hash(session: Session, user_id: uuid.UUID, passwords: Passwords, password: str) -> None:
    """Rehash a password that has just been checked, when the cost setting has changed."""
    user = session.get(User, user_id)
    if user is not None and passwords.is_outdated(user.password_hash):
        user.password_hash = passwords.hashed(password)
        session.flush()


def _wrong_password() -> WrongPassword:
    message = "The current password is not this one."
    return WrongPassword(message, errors=[Fault("#/current_password", message)])


def _wrong() -> WrongCredentials:
    return WrongCredentials("No account has this e-mail address and password.")
