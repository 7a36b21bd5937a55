"""How keys are found: by their secret, by their owner, by admins."""

import uuid
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from cms.accounts.keys.models import AccessKey
from cms.foundation.errors import NotFound
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "id": (Kind.IDENTIFIER, AccessKey.id.expression),
    "user_id": (Kind.IDENTIFIER, AccessKey.user_id.expression),
    "created_at": (Kind.MOMENT, AccessKey.created_at.expression),
    "expires_at": (Kind.MOMENT, AccessKey.expires_at.expression),
    "last_used_at": (Kind.MOMENT, AccessKey.last_used_at.expression),
}


def find_by_digest(session: Session, digest: str) -> AccessKey | None:
    """The key with this digest and its user, in one statement."""
    return session.scalar(_with_users().where(AccessKey.digest == digest))


def get(session: Session, key_id: uuid.UUID, *, of: uuid.UUID | None = None) -> AccessKey:
    """One key; with ``of``, only if it belongs to that user. Raises ``NotFound``."""
    found = _with_users().where(AccessKey.id == key_id)
    key = session.scalar(found if of is None else found.where(AccessKey.user_id == of))
    if key is None:
        message = f"There is no key {key_id}."
        raise NotFound(message)
    return key


def of_user(user_id: uuid.UUID) -> Select[AccessKey]:
    """All keys of a user; the caller orders and cuts."""
    return _with_users().where(AccessKey.user_id == user_id)


def matching(*, filter_: Checked | None = None, now: datetime) -> Select[AccessKey]:
    """All keys of everybody that fit; the caller orders and cuts."""
    return fitting(_with_users(), filter_, LISTED, now=now)


def _with_users() -> Select[AccessKey]:
    return select(AccessKey).options(joinedload(AccessKey.user, innerjoin=True))
