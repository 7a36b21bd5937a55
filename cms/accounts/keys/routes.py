"""The addresses of keys: one's own, and everybody's for admins."""

import uuid
from typing import Any, cast

from flask import current_app

from cms.accounts.access import caller, requires, requires_login
from cms.accounts.keys import actions, queries
from cms.accounts.keys.actions import KnownTags
from cms.accounts.keys.models import AccessKey
from cms.accounts.keys.schemas import (
    KeyFilter,
    KeyIn,
    KeyOut,
    KeyPage,
    NewKeyOut,
    ServiceKeyIn,
)
from cms.accounts.models import User
from cms.accounts.permissions import Permission
from cms.foundation import moments
from cms.foundation.errors import Malformed
from cms.foundation.http import Blueprint, pages, session
from cms.foundation.http.pages import PageFilter
from cms.foundation.http.retries import holds_secrets

blueprint = Blueprint(
    "keys",
    __name__,
    url_prefix="/api/v1/auth/keys",
    description="Keys for one's own scripts. They go where an access token goes.",
)
managed = Blueprint(
    "managed keys",
    __name__,
    url_prefix="/api/v1/manage/keys",
    description="Keys of the site, and those of all users. For admins.",
)


@blueprint.get("")
@requires_login(Permission.ACCOUNT_USE)
@blueprint.arguments(PageFilter, location="query")
@blueprint.response(200, KeyPage)
def list_keys(page: dict[str, Any]) -> Any:
    """List the own keys.

    Newest first, with their last use; never their secrets.
    """
    user_id = caller().id
    found = queries.of_user(user_id)
    return pages.managed(session(), found, AccessKey.id, scope=f"keys of {user_id}", page=page)


@blueprint.post("")
@requires_login(Permission.ACCOUNT_USE)
@holds_secrets
@blueprint.arguments(KeyIn)
@blueprint.response(201, NewKeyOut)
def create_key(values: dict[str, Any]) -> Any:
    """Make a key.

    The secret is in this answer and nowhere else. It goes wherever an access token goes, but cannot
    make keys or change the password. It stays good when the password changes.
    """
    user = cast(User, session().get(User, caller().id))
    key, text = actions.create(session(), user, values, known_tags=_known_tags(), now=moments.now())
    return NewKeyOut.of(key, secret=text), {"Location": f"/api/v1/auth/keys/{key.id}"}


@blueprint.get("/<uuid:key_id>")
@requires_login(Permission.ACCOUNT_USE)
@blueprint.response(200, KeyOut)
def get_key(key_id: uuid.UUID) -> AccessKey:
    """Read one of the own keys.

    With its last use; never its secret.
    """
    return queries.get(session(), key_id, of=caller().id)


@blueprint.delete("/<uuid:key_id>")
@requires_login(Permission.ACCOUNT_USE)
@blueprint.response(204)
def delete_key(key_id: uuid.UUID) -> None:
    """Revoke one of the own keys.

    It opens nothing any more, from the next request on.
    """
    key = queries.get(session(), key_id, of=caller().id)
    actions.delete(session(), key, by=caller(), now=moments.now())


@managed.get("")
@requires(Permission.USERS_MANAGE)
@managed.fails(Malformed)
@managed.arguments(KeyFilter, location="query")
@managed.response(200, KeyPage)
def list_managed_keys(page: dict[str, Any]) -> Any:
    """List everybody's keys.

    Those of the site and those of all users, newest first; never their secrets.
    """
    return pages.managed(
        session(),
        queries.matching(now=moments.now(), **pages.filters(page)),
        AccessKey.id,
        scope="all keys",
        page=page,
    )


@managed.post("")
@requires_login(Permission.USERS_MANAGE)
@holds_secrets
@managed.arguments(ServiceKeyIn)
@managed.response(201, NewKeyOut)
def create_service_key(values: dict[str, Any]) -> Any:
    """Make a key that belongs to the site.

    It outlives whoever made it, and what it does carries its name. The secret is in this answer and
    nowhere else.
    """
    key, text = actions.create_service(
        session(), values, known_tags=_known_tags(), by=caller(), now=moments.now()
    )
    return NewKeyOut.of(key, secret=text), {"Location": f"/api/v1/manage/keys/{key.id}"}


@managed.get("/<uuid:key_id>")
@requires(Permission.USERS_MANAGE)
@managed.response(200, KeyOut)
def get_managed_key(key_id: uuid.UUID) -> AccessKey:
    """Read anybody's key.

    With its last use; never its secret.
    """
    return queries.get(session(), key_id)


@managed.delete("/<uuid:key_id>")
@requires_login(Permission.USERS_MANAGE)
@managed.response(204)
def delete_managed_key(key_id: uuid.UUID) -> None:
    """Revoke anybody's key.

    It opens nothing any more, from the next request on.
    """
    actions.delete(session(), queries.get(session(), key_id), by=caller(), now=moments.now())


def _known_tags() -> KnownTags:
    return cast(KnownTags, current_app.extensions["cms.known_tags"])
