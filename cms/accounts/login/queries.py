"""How users and logins are found when somebody calls."""

import uuid

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from cms.accounts.models import LoginSession, User

# Built once: each request of somebody who is logged in asks it.
_LOGIN = (
    select(User, LoginSession)
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(LoginSession.id == bindparam("login_id", type_=Uuid))
)


def email_key(email: str) -> str:
    """The form in which addresses are compared."""
    return email.strip().casefold()


def find_by_email(session: Session, email: str) -> User | None:
    """The user with this address."""
    return session.scalar(select(User).where(User.email_key == email_key(email)))


def find_login(session: Session, login_id: uuid.UUID) -> tuple[User, LoginSession] | None:
    """A login with its user, in one statement."""
    found = session.execute(_LOGIN, {"login_id": login_id}).first()
    return None if found is None else (found[0], found[1])
