"""What can be done about keys: make one, and take it back."""

import uuid
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy.orm import Session

from cms.accounts import saving, secret
from cms.accounts.keys.models import AccessKey
from cms.accounts.models import Role, User, UserKind
from cms.accounts.permissions import GRANTED, Caller, Permission
from cms.foundation.database import new_id
from cms.foundation.errors import Fault, Unprocessable

# Every key may ask who it is; all else it is given.
GRANTABLE = frozenset(Permission) - {Permission.ACCOUNT_USE}
# An end that is further away is a slip of the pen.
LONGEST_LIFE = timedelta(days=3653)
# What stays within the posts that a key is limited to. Merging tags, for one, would reach others.
WITHIN_TAGS = frozenset(
    {
        Permission.AUTHORS_READ,
        Permission.POSTS_ANY,
        Permission.POSTS_PUBLISH,
        Permission.POSTS_WRITE,
        Permission.TAGS_CREATE,
        Permission.TAGS_READ,
    }
)
# Which of these tags exist. Accounts know no tags; whoever wires them together does.
KnownTags: TypeAlias = Callable[[Session, Collection[uuid.UUID]], Collection[uuid.UUID]]


def create(
    session: Session,
    user: User,
    values: dict[str, Any],
    *,
    known_tags: KnownTags,
    now: datetime,
) -> tuple[AccessKey, str]:
    """A new key of ``user`` from ``name, permissions`` and perhaps ``tag_ids, expires_at``.

    Gives it with its secret, which nobody can find out later. Raises ``Unprocessable``.
    """
    tag_ids, expires_at = values.get("tag_ids"), values.get("expires_at")
    _check_permissions(values["permissions"], Role(user.role), is_limited=tag_ids is not None)
    if tag_ids is not None:
        _check_tags(tag_ids, known_tags(session, tag_ids))
    if expires_at is not None and not now < expires_at <= now + LONGEST_LIFE:
        message = "Must be within the next ten years; leave it out for a key that never ends."
        raise _refusal([Fault("#/expires_at", message)])
    text = secret.new(secret.SERVICE if user.kind == UserKind.SERVICE else secret.PERSONAL)
    key = AccessKey(
        id=new_id(),
        user=user,
        name=values["name"],
        hint=secret.hint(text),
        digest=secret.digest(text),
        permissions=sorted(set(values["permissions"])),
        tag_ids=None if tag_ids is None else [str(one) for one in dict.fromkeys(tag_ids)],
        created_at=now,
        expires_at=expires_at,
        last_used_at=None,
    )
    session.add(key)
    session.flush()
    return key, text


def create_service(
    session: Session,
    values: dict[str, Any],
    *,
    known_tags: KnownTags,
    by: Caller,
    now: datetime,
) -> tuple[AccessKey, str]:
    """A new key of the site, from what ``create`` takes and ``role``.

    It gets a user of its own, so that what it does carries its name, but one that nobody can log in
    as. Without ``permissions`` it may do what the role may. Raises ``Unprocessable``.
    """
    role = Role(values["role"])
    user_id = new_id()
    user = User(
        id=user_id,
        kind=UserKind.SERVICE,
        email="",
        email_key=str(user_id),
        name=values["name"],
        role=role,
        is_active=True,
        password_hash="",
    )
    saving.begin(user, by=by, now=now)
    session.add(user)
    values = {"permissions": sorted(GRANTED[role] & GRANTABLE), **values}
    return create(session, user, values, known_tags=known_tags, now=now)


def delete(session: Session, key: AccessKey, *, by: Caller, now: datetime) -> None:
    """Let the key open nothing any more, from the next request on.

    The user of a service key stays, so that what it did keeps its name.
    """
    if key.is_service:
        key.user.is_active = False
        saving.touch(key.user, by=by, now=now)
    session.delete(key)
    session.flush()


def _check_permissions(given: list[str], role: Role, *, is_limited: bool) -> None:
    faults = []
    for index, one in enumerate(given):
        if one not in GRANTED[role]:
            faults.append(Fault(f"#/permissions/{index}", f"The role {role} does not have it."))
        elif is_limited and one not in WITHIN_TAGS:
            message = "Reaches beyond posts; a key that is limited to tags cannot have it."
            faults.append(Fault(f"#/permissions/{index}", message))
    if faults:
        raise _refusal(faults)


def _check_tags(wanted: list[uuid.UUID], known: Collection[uuid.UUID]) -> None:
    faults = [
        Fault(f"#/tag_ids/{index}", f"There is no tag {one}.")
        for index, one in enumerate(wanted)
        if one not in known
    ]
    if faults:
        raise _refusal(faults)


def _refusal(faults: list[Fault]) -> Unprocessable:
    return Unprocessable(f"{faults[0].pointer[2:]}: {faults[0].detail}", errors=faults)
