"""The addresses under which admins manage users."""

import uuid
from typing import Any, cast

from flask import current_app

from cms.accounts.access import caller, requires, requires_login
from cms.accounts.models import User
from cms.accounts.passwords import Passwords
from cms.accounts.permissions import Permission
from cms.accounts.users import actions, queries
from cms.accounts.users.schemas import UserFilter, UserIn, UserOut, UserPage, UserPatch
from cms.foundation import moments
from cms.foundation.errors import Malformed, Stale
from cms.foundation.http import Blueprint, expected, pages, session

blueprint = Blueprint(
    "users",
    __name__,
    url_prefix="/api/v1/manage/users",
    description="Who can log in, and as what. For admins.",
)


@blueprint.get("")
@requires(Permission.USERS_MANAGE)
@blueprint.fails(Malformed)
@blueprint.arguments(UserFilter, location="query")
@blueprint.response(200, UserPage)
def list_users(page: dict[str, Any]) -> Any:
    """List users.

    Newest first.
    """
    return pages.managed(
        session(),
        queries.matching(now=moments.now(), **pages.filters(page)),
        User.id,
        scope="users",
        page=page,
    )


@blueprint.post("")
@requires_login(Permission.USERS_MANAGE)
@blueprint.fails(actions.EmailTaken)
@blueprint.arguments(UserIn)
@blueprint.response(201, UserOut)
def create_user(values: dict[str, Any]) -> Any:
    """Create a user.

    The password cannot be read back; the user can change it.
    """
    user = actions.create(session(), _passwords(), values, by=caller(), now=moments.now())
    return user, {"Location": f"/api/v1/manage/users/{user.id}"}


@blueprint.get("/<uuid:user_id>")
@requires(Permission.USERS_MANAGE)
@blueprint.response(200, UserOut)
def get_user(user_id: uuid.UUID) -> User:
    """Read a user.

    Never shows a password or anything made from it.
    """
    return queries.get(session(), user_id)


@blueprint.patch("/<uuid:user_id>")
@requires_login(Permission.USERS_MANAGE)
@blueprint.fails(Stale, actions.EmailTaken, actions.LastAdmin)
@blueprint.arguments(UserPatch, content_type="application/merge-patch+json")
@blueprint.response(200, UserOut)
def edit_user(values: dict[str, Any], user_id: uuid.UUID) -> User:
    """Change a user.

    Takes effect with the user's next request. A new password and a deactivation end all of their
    logins.
    """
    user = queries.get(session(), user_id, lock=True)
    return actions.edit(
        session(),
        user,
        _passwords(),
        values,
        by=caller(),
        expected=expected(),
        now=moments.now(),
    )


@blueprint.delete("/<uuid:user_id>")
@requires_login(Permission.USERS_MANAGE)
@blueprint.fails(Stale, actions.LastAdmin)
@blueprint.response(204)
def delete_user(user_id: uuid.UUID) -> None:
    """Delete a user.

    Posts and authors stay; only the login goes.
    """
    actions.delete(session(), queries.get(session(), user_id, lock=True), expected=expected())


def _passwords() -> Passwords:
    return cast(Passwords, current_app.extensions["cms.passwords"])
