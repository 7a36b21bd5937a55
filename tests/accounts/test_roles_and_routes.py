"""Each role at each route: 401 and 403 where the route's declaration says so, before all else."""

from typing import Any

import pytest

from cms.accounts.models import Role
from cms.accounts.permissions import GRANTED, Permission
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.foundation.addresses import Address, addresses

# Written by hand, so that a change of `GRANTED` has to be made twice.
EXPECTED = {
    "account:use": {"contributor", "author", "editor", "admin"},
    "audit:read": {"admin"},
    "authors:read": {"contributor", "author", "editor", "admin"},
    "authors:write": {"editor", "admin"},
    "jobs:manage": {"admin"},
    "posts:any": {"editor", "admin"},
    "posts:publish": {"author", "editor", "admin"},
    "posts:purge": {"admin"},
    "posts:write": {"contributor", "author", "editor", "admin"},
    "tags:create": {"author", "editor", "admin"},
    "tags:read": {"contributor", "author", "editor", "admin"},
    "tags:write": {"editor", "admin"},
    "users:manage": {"admin"},
}

# What a request may be besides unwelcome; none of it may come before 401 and 403. Only 413 does:
# the body is read before the transaction begins, and so before anybody is identified.
RUBBISH: dict[str, dict[str, Any]] = {
    "plain": {},
    "unknown parameter": {"query_string": {"rubbish": "1", "limit": "-1"}},
    "broken json": {"data": b"{broken", "content_type": "application/json"},
    "wrong fields": {"json": {"rubbish": True}},
    "wrong content type": {"data": b"a=b", "content_type": "application/x-www-form-urlencoded"},
    "not utf-8": {"data": b"\xff\xfe", "content_type": "text/plain"},
    "stale": {"headers": {"If-Match": '"99-stale"'}},
    "garbled precondition": {"headers": {"If-Match": "rubbish", "If-None-Match": "rubbish"}},
}
ROLES = [str(role) for role in Role]
GUARDED = 24  # Routes with a permission, at least: an empty walk must not pass.


def test_the_table_of_roles_and_permissions_is_the_agreed_one() -> None:
    granted = {
        str(permission): {str(role) for role in Role if permission in GRANTED[role]}
        for permission in Permission
    }

    assert granted == EXPECTED


def test_every_guarded_route_asks_for_a_permission_that_exists(app: Edge) -> None:
    declared = {str(one): one.access for one in _guarded(app)}

    assert len(declared) >= GUARDED
    assert set(declared.values()) - set(EXPECTED) == {"refresh token"}


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_nobody_gets_past_401_without_a_token(
    app: Edge, client: ContractClient, rubbish: str
) -> None:
    assert _statuses(client, _guarded(app), rubbish, but=401) == {}


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_a_deactivated_user_gets_past_401_nowhere(
    app: Edge, admin: Caller, editor: Caller, rubbish: str
) -> None:
    address = f"/api/v1/manage/users/{editor.user_id}"
    assert admin.patch(address, json={"is_active": False}, if_match="*").status_code == 200

    assert _statuses(editor, _guarded(app), rubbish, but=401) == {}


@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("role", ROLES)
def test_a_role_gets_403_exactly_where_it_lacks_the_permission(
    app: Edge, role: str, rubbish: str
) -> None:
    caller = factories.a_caller(app, role)
    routes = [one for one in _guarded(app) if one.access != "refresh token"]
    forbidden = [one for one in routes if role not in EXPECTED[str(one.access)]]
    allowed = [one for one in routes if role in EXPECTED[str(one.access)]]
    # Logging out needs no input, so some of these calls end the login.
    allowed.sort(key=lambda one: one.name == "log_out")

    assert allowed
    assert _statuses(caller, forbidden, rubbish, but=403) == {}
    met = {str(one): _status(caller, one, rubbish) for one in allowed}
    assert {route: status for route, status in met.items() if status in {401, 403}} == {}


@pytest.mark.parametrize("role", ROLES)
def test_an_access_token_of_any_role_refreshes_nothing(app: Edge, role: str) -> None:
    caller = factories.a_caller(app, role)
    routes = [one for one in _guarded(app) if one.access == "refresh token"]

    assert len(routes) == 1
    for rubbish in RUBBISH:
        assert _statuses(caller, routes, rubbish, but=401) == {}


@pytest.mark.parametrize("role", ROLES)
def test_public_routes_answer_every_role_as_they_answer_nobody(
    app: Edge, client: ContractClient, role: str
) -> None:
    caller = factories.a_caller(app, role)
    routes = [one for one in addresses(app) if one.access in {"public", None}]
    assert len(routes) >= 20
    kept = ("ETag", "Cache-Control", "Surrogate-Key", "Vary", "Content-Type")

    for one in routes:
        theirs, anybodys = (
            who.request(one.method, one.path, json={} if one.method == "POST" else None)
            for who in (caller, client)
        )
        assert theirs.status_code == anybodys.status_code, str(one)
        assert theirs.status_code not in {401, 403}, str(one)
        if theirs.status_code < 400:
            assert theirs.get_data() == anybodys.get_data(), str(one)
        for name in kept:
            assert theirs.headers.get(name) == anybodys.headers.get(name), str(one)


def test_403_names_the_permission_and_the_role(author: Caller) -> None:
    problem = author.get("/api/v1/manage/users").get_json()

    assert problem["code"] == "not_allowed"
    assert (problem["permission"], problem["role"]) == ("users:manage", "author")


def _guarded(app: Edge) -> list[Address]:
    return [one for one in addresses(app) if one.access not in {"public", None}]


def _status(caller: ContractClient, one: Address, rubbish: str) -> int:
    return caller.request(one.method, one.path, **RUBBISH[rubbish]).status_code


def _statuses(
    caller: ContractClient, routes: list[Address], rubbish: str, *, but: int
) -> dict[str, int]:
    met = {str(one): _status(caller, one, rubbish) for one in routes}
    return {route: status for route, status in met.items() if status != but}
