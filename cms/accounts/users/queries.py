"""How users are found."""

import uuid

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, User
from cms.foundation.errors import NotFound


def get(session: Session, user_id: uuid.UUID, *, lock: bool = False) -> User:
    """One user. Raises ``NotFound``."""
    user = session.get(User, user_id, with_for_update=lock or None, populate_existing=lock)
    if user is None:
        message = f"There is no user {user_id}."
        raise NotFound(message)
    return user


def matching() -> Select[User]:
    """All users; the caller orders and cuts."""
    return select(User)


def active_admins(session: Session) -> list[User]:
    """All who may still manage users, locked against a change by somebody else."""
    return list(
        session.scalars(
            select(User)
            .where(User.role == Role.ADMIN, User.is_active)
            .order_by(User.id)
            .with_for_update()
        )
    )
