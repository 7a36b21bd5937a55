"""Every route with every scope: a key never does what it was not given, nor what its user may not.

The routes come from the URL map, so that one that is added is asked too.
"""

from typing import Any

import pytest

from cms.accounts.access import LoginNeeded
from cms.accounts.keys.actions import GRANTABLE
from cms.accounts.models import Role
from cms.accounts.permissions import GRANTED, Permission
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.foundation.addresses import Address, addresses

USERS = "/api/v1/manage/users"
# Written by hand: what is asked about who comes in, and how.
LOGIN_ONLY = {
    "log_out",
    "change_password",
    "list_keys",
    "create_key",
    "get_key",
    "delete_key",
    "create_user",
    "invite_user",
    "send_link",
    "edit_user",
    "delete_user",
    "create_service_key",
    "delete_managed_key",
}
ROLES = [str(role) for role in Role]
ANYBODY = {"account:use"}


def test_what_needs_a_login_is_the_agreed_list(app: Edge) -> None:
    found = {one.name for one in addresses(app) if _needs_login(one)}

    assert found == LOGIN_ONLY


@pytest.mark.parametrize("permission", sorted(GRANTABLE))
def test_a_key_with_one_permission_gets_past_403_only_where_it_is_asked_for(
    app: Edge, admin: Caller, permission: str
) -> None:
    key = factories.a_key(admin, permission)

    assert _open_routes(app, key) == _expected(app, {permission})


@pytest.mark.parametrize("permission", sorted(GRANTABLE))
def test_a_key_without_one_permission_gets_403_where_it_is_asked_for(
    app: Edge, admin: Caller, permission: str
) -> None:
    others = GRANTABLE - {permission}
    key = factories.a_key(admin, *sorted(others))

    assert _open_routes(app, key) == _expected(app, {str(one) for one in others})


@pytest.mark.parametrize("role", ROLES)
def test_a_key_loses_what_its_user_loses(app: Edge, admin: Caller, role: str) -> None:
    user = factories.a_caller(app, "admin")
    key = factories.a_key(user, *sorted(GRANTABLE))

    changed = admin.patch(f"{USERS}/{user.user_id}", json={"role": role}, if_match="*")

    assert changed.status_code == 200
    assert _open_routes(app, key) == _expected(app, _of(role))


@pytest.mark.parametrize("role", ROLES)
def test_a_service_key_may_do_what_its_role_may_and_never_what_needs_a_login(
    app: Edge, admin: Caller, role: str
) -> None:
    key = factories.a_service_key(admin, role)

    assert _open_routes(app, key) == _expected(app, _of(role))


@pytest.mark.parametrize("role", ROLES)
def test_nobody_can_give_a_key_what_they_do_not_have(app: Edge, role: str) -> None:
    user = factories.a_caller(app, role)

    for permission in sorted(GRANTABLE):
        body = {"name": "Key", "permissions": [permission]}
        status = user.post("/api/v1/auth/keys", json=body).status_code
        assert status == (201 if permission in GRANTED[Role(role)] else 422), permission


def test_a_key_without_posts_any_reaches_the_posts_of_its_user_only(
    editor: Caller, author: Caller
) -> None:
    theirs, own = factories.a_post(author), factories.a_post(editor)
    narrow = factories.a_key(editor, "posts:write")
    wide = factories.a_key(editor, "posts:write", "posts:any")

    assert {_reads(narrow, own), _reads(wide, own), _reads(wide, theirs)} == {200}
    assert _reads(narrow, theirs) == 404
    listed = narrow.get("/api/v1/manage/posts").get_json()["data"]
    assert [one["id"] for one in listed] == [own["id"]]


def test_a_key_that_may_not_publish_creates_no_published_post(editor: Caller) -> None:
    key = factories.a_key(editor, "posts:write", "posts:any")
    live = factories.a_published_post(editor)
    address = f"/api/v1/manage/posts/{live['id']}"

    created = key.post("/api/v1/manage/posts", json={"title": "T", "status": "published"})

    assert created.status_code == 403
    assert "key" in created.get_json()["detail"]
    assert key.patch(address, json={"title": "T"}, if_match="*").status_code == 403
    assert key.delete(address, if_match="*").status_code == 403


def test_a_key_that_may_not_create_tags_creates_none_by_naming_them(editor: Caller) -> None:
    tag = factories.a_tag(editor)
    key = factories.a_key(editor, "posts:write")

    known = key.post("/api/v1/manage/posts", json={"title": "T", "tags": [tag["name"]]})
    unknown = key.post("/api/v1/manage/posts", json={"title": "T", "tags": ["Unheard of"]})

    assert (known.status_code, unknown.status_code) == (201, 403)


def test_403_says_whether_the_role_or_the_key_is_in_the_way(author: Caller) -> None:
    key = factories.a_key(author, "posts:write")

    lacks = key.post("/api/v1/manage/tags", json={"name": "T"}).get_json()
    never = key.get(USERS).get_json()
    login = key.post("/api/v1/auth/logout").get_json()

    assert (lacks["code"], never["code"], login["code"]) == (
        "not_allowed",
        "not_allowed",
        "login_needed",
    )
    assert "key" in lacks["detail"]
    assert "role author" in never["detail"]
    assert author.get("/api/v1/auth/me").status_code == 200


def _reads(by: Caller, post: dict[str, Any]) -> int:
    return by.get(f"/api/v1/manage/posts/{post['id']}").status_code


def _of(role: str) -> set[str]:
    return {str(permission) for permission in GRANTED[Role(role)]}


def _needs_login(one: Address) -> bool:
    return LoginNeeded in getattr(one.view, "failures", ())


def _guarded(app: Edge) -> list[Address]:
    known = {str(permission) for permission in Permission}
    found = [one for one in addresses(app) if one.access in known]
    assert len(found) >= 40
    return found


def _expected(app: Edge, permissions: set[str]) -> set[str]:
    given = permissions | ANYBODY
    return {str(one) for one in _guarded(app) if one.access in given and one.name not in LOGIN_ONLY}


def _open_routes(app: Edge, key: Caller) -> set[str]:
    """Where a key comes further than 403; that it never meets 401 is asserted."""
    statuses = {
        str(one): key.request(one.method, one.path, json={"rubbish": True}).status_code
        for one in _guarded(app)
    }
    assert 401 not in statuses.values()
    return {route for route, status in statuses.items() if status != 403}
