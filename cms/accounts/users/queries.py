"""How users are found."""

import uuid
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, User, UserKind
from cms.foundation.errors import NotFound
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "id": (Kind.IDENTIFIER, User.id.expression),
    "email": (Kind.TEXT, User.email_key.expression),
    "role": (Kind.WORD, User.role.expression),
    "is_active": (Kind.FLAG, User.is_active.expression),
    "created_at": (Kind.MOMENT, User.created_at.expression),
    "updated_at": (Kind.MOMENT, User.updated_at.expression),
}


def get(session: Session, user_id: uuid.UUID, *, lock: bool = False) -> User:
    """One user who is a person. Raises ``NotFound``."""
    user = session.get(User, user_id, with_for_update=lock or None, populate_existing=lock)
    if user is None or user.kind != UserKind.PERSON:
        message = f"There is no user {user_id}."
        raise NotFound(message)
    return user


def matching(*, filter_: Checked | None = None, now: datetime) -> Select[User]:
    """All persons that fit; the caller orders and cuts."""
    persons = select(User).where(User.kind == UserKind.PERSON)
    return fitting(persons, filter_, LISTED, now=now)


def admins() -> Select[User]:
    """All who may still manage users, the oldest first."""
    return (
        select(User)
        .where(
            User.kind == UserKind.PERSON,
            User.role == Role.ADMIN,
            User.is_active,
            User.password_hash != "",
        )
        .order_by(User.id)
    )
