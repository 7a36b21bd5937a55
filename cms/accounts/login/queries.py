"""How users and logins are found when somebody calls."""

import uuid
from datetime import datetime

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session

from cms.accounts.models import LoginSession, User
from cms.accounts.permissions import Caller
from cms.foundation import texts
from cms.foundation.database import Database, UtcDateTime
from cms.foundation.prepared import Prepared

# Each request of somebody who is logged in asks it.
_LOGGED_IN = Prepared(
    select(User.id, User.name, User.role)
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(
        LoginSession.id == bindparam("login_id", type_=Uuid),
        LoginSession.user_id == bindparam("user_id", type_=Uuid),
        LoginSession.alive(bindparam("now", type_=UtcDateTime)),
        User.is_active,
    )
)


def email_key(email: str) -> str:
    """The form in which addresses are compared."""
    return texts.folded(email.strip())


def find_by_email(session: Session, email: str) -> User | None:
    """The user with this address."""
    return session.scalar(select(User).where(User.email_key == email_key(email)))


def find_caller(
    database: Database, login_id: uuid.UUID, user_id: uuid.UUID, *, now: datetime
) -> Caller | None:
    """An active user, if this login is theirs and still counts."""
    given = {"login_id": login_id, "user_id": user_id, "now": now}
    found = database.ask(_LOGGED_IN, given)
    return None if found is None else Caller.acting(found.id, found.name, found.role)
