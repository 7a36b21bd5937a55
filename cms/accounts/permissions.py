"""What each role and each caller may do. Which object they may do it to is asked by the actions."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from cms.accounts.models import Role, User
from cms.foundation.errors import Forbidden


class Permission(StrEnum):
    """``noun:verb``, alphabetical. Every management route declares one."""

    ACCOUNT_USE = "account:use"
    AUDIT_READ = "audit:read"
    AUTHORS_READ = "authors:read"
    AUTHORS_WRITE = "authors:write"
    JOBS_MANAGE = "jobs:manage"
    POSTS_ANY = "posts:any"
    POSTS_PUBLISH = "posts:publish"
    POSTS_PURGE = "posts:purge"
    POSTS_WRITE = "posts:write"
    TAGS_CREATE = "tags:create"
    TAGS_READ = "tags:read"
    TAGS_WRITE = "tags:write"
    USERS_MANAGE = "users:manage"


_CONTRIBUTOR = frozenset(
    {
        Permission.ACCOUNT_USE,
        Permission.AUTHORS_READ,
        Permission.POSTS_WRITE,
        Permission.TAGS_READ,
    }
)
_AUTHOR = _CONTRIBUTOR | {Permission.POSTS_PUBLISH, Permission.TAGS_CREATE}
_EDITOR = _AUTHOR | {Permission.AUTHORS_WRITE, Permission.POSTS_ANY, Permission.TAGS_WRITE}

GRANTED: dict[Role, frozenset[Permission]] = {
    Role.CONTRIBUTOR: _CONTRIBUTOR,
    Role.AUTHOR: _AUTHOR,
    Role.EDITOR: _EDITOR,
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who acts, and what they may do: all that the user's role grants, or less through a key.

    Made anew for each request, from what the database says at that moment.
    """

    id: uuid.UUID
    name: str
    role: Role
    permissions: frozenset[Permission]
    # Posts with one of these tags and no others; ``None``: all that the permissions reach.
    tag_ids: frozenset[uuid.UUID] | None = None
    key_id: uuid.UUID | None = None

    @classmethod
    def of(cls, user: User) -> Self:
        """A user who acts without a key."""
        return cls.acting(user.id, user.name, user.role)

    @classmethod
    def acting(cls, user_id: uuid.UUID, name: str, role: str) -> Self:
        """The same, of a user that is known by the columns that count here."""
        held = Role(role)
        return cls(id=user_id, name=name, role=held, permissions=GRANTED[held])

    def through(
        self, key_id: uuid.UUID, permissions: Iterable[str], tag_ids: Iterable[str] | None
    ) -> Self:
        """Who acts with a key of theirs: never more than they may at this moment."""
        given = {str(Permission.ACCOUNT_USE), *permissions}
        return replace(
            self,
            permissions=frozenset(one for one in self.permissions if one in given),
            tag_ids=None if tag_ids is None else frozenset(map(uuid.UUID, tag_ids)),
            key_id=key_id,
        )


def holds(by: Caller, permission: Permission) -> bool:
    """Whether ``by`` may do this, somewhere."""
    return permission in by.permissions


def demand(by: Caller, permission: Permission) -> None:
    """Raise ``Forbidden`` unless ``by`` holds ``permission``."""
    if holds(by, permission):
        return
    if permission in GRANTED[by.role]:
        message = f"This needs the permission {permission}; this key was not given it."
    else:
        message = f"This needs the permission {permission}; the role {by.role} does not have it."
    raise Forbidden(message, permission=str(permission), role=str(by.role))
