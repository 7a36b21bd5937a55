"""How keys are found: by their secret, by their owner, by admins."""

import uuid
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload

from cms.accounts.keys.models import AccessKey
from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.foundation.database import Database, Key, UtcDateTime
from cms.foundation.errors import NotFound
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked
from cms.foundation.prepared import Prepared

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "id": (Kind.IDENTIFIER, AccessKey.id.expression),
    "user_id": (Kind.IDENTIFIER, AccessKey.user_id.expression),
    "created_at": (Kind.MOMENT, AccessKey.created_at.expression),
    "expires_at": (Kind.MOMENT, AccessKey.expires_at.expression),
    "last_used_at": (Kind.MOMENT, AccessKey.last_used_at.expression),
}
# Each request with a key asks it.
_OPENING = Prepared(
    select(
        User.id,
        User.name,
        User.role,
        AccessKey.id.label("key_id"),
        AccessKey.permissions,
        AccessKey.tag_ids,
        AccessKey.last_used_at,
    )
    .join(AccessKey, AccessKey.user_id == User.id)
    .where(
        AccessKey.digest == bindparam("digest", type_=Key),
        AccessKey.unexpired(bindparam("now", type_=UtcDateTime)),
        User.is_active,
    )
)


def find_caller(
    database: Database, digest: str, *, now: datetime
) -> tuple[Caller, datetime | None] | None:
    """Whom the key with this digest speaks for, if it opens anything; when it was last used."""
    found = database.ask(_OPENING, {"digest": digest, "now": now})
    if found is None:
        return None
    user = Caller.acting(found.id, found.name, found.role)
    return user.through(found.key_id, found.permissions, found.tag_ids), found.last_used_at


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
