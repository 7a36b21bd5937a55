"""What each role may do. Which object it may do it to is asked by the actions."""

from enum import StrEnum

from cms.accounts.models import Role, User
from cms.foundation.errors import Forbidden


class Permission(StrEnum):
    """``noun:verb``, alphabetical. Every management route declares one."""

    ACCOUNT_USE = "account:use"
    AUTHORS_READ = "authors:read"
    AUTHORS_WRITE = "authors:write"
    JOBS_MANAGE = "jobs:manage"
    POSTS_ANY = "posts:any"
    POSTS_PUBLISH = "posts:publish"
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


def holds(user: User, permission: Permission) -> bool:
    """Whether the role of ``user`` includes ``permission``."""
    return permission in GRANTED[Role(user.role)]


def demand(user: User, permission: Permission) -> None:
    """Raise ``Forbidden`` unless ``user`` holds ``permission``."""
    if not holds(user, permission):
        message = f"This needs the permission {permission}; the role {user.role} does not have it."
        raise Forbidden(message, permission=str(permission), role=user.role)
