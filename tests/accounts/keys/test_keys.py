"""Making, using, listing and revoking keys."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from cms.accounts import secret
from cms.foundation import moments
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

OWN, ALL = "/api/v1/auth/keys", "/api/v1/manage/keys"
ME, POSTS, USERS = "/api/v1/auth/me", "/api/v1/manage/posts", "/api/v1/manage/users"


def _ids(by: Caller, path: str) -> list[str]:
    return [one["id"] for one in by.get(path).get_json()["data"]]


def test_a_key_goes_where_an_access_token_goes(author: Caller) -> None:
    key = factories.a_key(author, "posts:write", "posts:publish")

    post = factories.a_published_post(key)
    edited = factories.edited(key, post, title="By a machine")

    assert key.get(ME).get_json()["id"] == author.user_id
    assert edited["created_by"] == author.user_id
    assert author.get(f"{POSTS}/{post['id']}").get_json()["title"] == "By a machine"


def test_the_secret_is_shown_once_and_kept_by_no_cache(author: Caller) -> None:
    made = author.post(OWN, json={"name": "CI", "permissions": ["posts:write"]})
    body = made.get_json()
    shown = body.pop("secret")

    assert secret.is_sound(shown)
    assert shown.startswith("cms_pat_")
    assert made.headers["Cache-Control"] == "private, no-store"
    assert made.headers["Location"] == f"{OWN}/{body['id']}"
    for path in (OWN, made.headers["Location"], ME):
        assert shown not in author.get(path).get_data(as_text=True)
    assert author.get(made.headers["Location"]).get_json() == body
    assert body["hint"] == shown[:12]


def test_the_database_does_not_hold_the_secret(author: Caller, database: Database) -> None:
    token = factories.a_key(author, "posts:write").token
    assert token is not None

    with database.session(read_only=True) as session:
        rows = [str(row) for row in session.execute(text("SELECT * FROM access_keys"))]

    assert len(rows) == 1
    assert token not in rows[0]
    assert token[12:30] not in rows[0]


@pytest.mark.parametrize("token", ["", "cms_pat_", "cms_key_x", "cms_pat_" + "0" * 49, "cms_"])
def test_what_is_no_key_is_401_and_asks_no_database(
    app: Edge, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.accounts.access.key_queries", None)

    answer = ContractClient(app, token).get(ME)

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_sound_key_that_nobody_made_is_401(app: Edge) -> None:
    for prefix in (secret.PERSONAL, secret.SERVICE):
        answer = ContractClient(app, secret.new(prefix)).get(ME)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_key_refreshes_nothing(author: Caller) -> None:
    assert factories.a_key(author, "posts:write").post("/api/v1/auth/refresh").status_code == 401


def test_a_revoked_key_is_dead_with_the_next_request(author: Caller) -> None:
    key, other = factories.a_key(author, "posts:write"), factories.a_key(author, "posts:write")
    assert key.get(POSTS).status_code == 200

    assert author.delete(f"{OWN}/{key.key_id}").status_code == 204

    assert key.get(POSTS).status_code == 401
    assert other.get(POSTS).status_code == 200
    assert author.get(f"{OWN}/{key.key_id}").status_code == 404
    assert author.delete(f"{OWN}/{key.key_id}").status_code == 404
    assert _ids(author, OWN) == [other.key_id]


def test_a_key_ends_when_it_was_said_to(author: Caller) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        ends = moments.spell(moments.now() + timedelta(hours=1))
        key = factories.a_key(author, "posts:write", expires_at=ends)
        clock.shift(timedelta(minutes=59, seconds=59))
        assert key.get(POSTS).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert key.get(POSTS).status_code == 401


def test_the_keys_of_a_deactivated_user_are_dead_until_it_is_active_again(
    admin: Caller, author: Caller
) -> None:
    key = factories.a_key(author, "posts:write")
    address = f"{USERS}/{author.user_id}"

    admin.patch(address, json={"is_active": False}, if_match="*")
    assert key.get(POSTS).status_code == 401
    admin.patch(address, json={"is_active": True}, if_match="*")
    assert key.get(POSTS).status_code == 200
    admin.delete(address, if_match="*")
    assert key.get(POSTS).status_code == 401
    assert _ids(admin, ALL) == []


def test_a_key_outlives_the_login_that_made_it_and_a_new_password(author: Caller) -> None:
    key = factories.a_key(author, "posts:write")
    words = {"current_password": author.password, "new_password": "staple of the nineties"}

    assert author.post("/api/v1/auth/password", json=words).status_code == 200

    assert author.get(POSTS).status_code == 401
    assert key.get(POSTS).status_code == 200


def test_somebody_elses_keys_do_not_exist(author: Caller, editor: Caller) -> None:
    key = factories.a_key(editor, "posts:write")

    assert author.get(f"{OWN}/{key.key_id}").status_code == 404
    assert author.delete(f"{OWN}/{key.key_id}").status_code == 404
    assert _ids(author, OWN) == []
    assert key.get(POSTS).status_code == 200


def test_admins_see_and_revoke_everybodys_keys(admin: Caller, author: Caller) -> None:
    key = factories.a_key(author, "posts:write", name="Laptop")
    service = factories.a_service_key(admin, "editor", name="Importer")

    found = {one["name"]: one for one in admin.get(ALL).get_json()["data"]}

    assert {name: one["user"]["kind"] for name, one in found.items()} == {
        "Laptop": "person",
        "Importer": "service",
    }
    assert found["Laptop"]["user"]["id"] == author.user_id
    assert found["Importer"]["user"]["name"] == "Importer"
    assert admin.get(f"{ALL}/{key.key_id}").get_json() == found["Laptop"]
    for one in (key, service):
        assert admin.delete(f"{ALL}/{one.key_id}").status_code == 204
        assert one.get(POSTS).status_code == 401
    assert _ids(admin, ALL) == []


def test_admins_find_the_keys_that_never_end_or_were_not_used(admin: Caller) -> None:
    endless = factories.a_key(admin, "posts:write")
    next_year = moments.spell(moments.now() + timedelta(days=365))
    ending = factories.a_key(admin, "posts:write", expires_at=next_year)

    assert _ids(admin, f"{ALL}?filter=expires_at:null") == [endless.key_id]
    assert _ids(admin, f"{ALL}?filter=expires_at:-null") == [ending.key_id]
    assert len(_ids(admin, f"{ALL}?filter=last_used_at:null+user_id:{admin.user_id}")) == 2
    assert admin.get(f"{ALL}?filter=digest:a").status_code == 422


def test_the_list_of_keys_goes_on(author: Caller) -> None:
    made = [factories.a_key(author, "posts:write").key_id for _ in range(3)]

    first = author.get(f"{OWN}?limit=2").get_json()
    rest = author.get(f"{OWN}?limit=2&cursor={first['next_cursor']}").get_json()

    assert [one["id"] for one in first["data"] + rest["data"]] == made[::-1]
    assert rest["next_cursor"] is None


def test_what_a_service_did_carries_its_name_even_when_it_is_gone(
    admin: Caller, editor: Caller
) -> None:
    service = factories.a_service_key(admin, "author", name="Importer")
    post = factories.a_published_post(service)
    address = f"{POSTS}/{post['id']}"
    assert admin.delete(f"{ALL}/{service.key_id}").status_code == 204

    stale = editor.patch(address, json={"title": "Other"}, if_match='"0-x"').get_json()

    assert post["created_by"] == service.user_id
    assert stale["changed_by"] == {"id": service.user_id, "name": "Importer"}


def test_a_service_is_nobody_who_logs_in_or_is_managed_as_a_user(
    app: Edge, admin: Caller, client: ContractClient
) -> None:
    service = factories.a_service_key(admin, "admin")

    assert _ids(admin, USERS) == [admin.user_id]
    assert admin.get(f"{USERS}/{service.user_id}").status_code == 404
    new = {"password": "staple of the nineties"}
    assert admin.patch(f"{USERS}/{service.user_id}", json=new, if_match="*").status_code == 404
    assert admin.delete(f"{USERS}/{service.user_id}", if_match="*").status_code == 404
    for email in (service.user_id, ""):
        for password in ("decoy", service.token, "x"):
            body = {"email": email, "password": password}
            assert client.post("/api/v1/auth/login", json=body).status_code == 401
    app.extensions["cms.throttle"].reset()


def test_a_service_is_not_the_admin_that_must_be_left(admin: Caller) -> None:
    factories.a_service_key(admin, "admin")

    answer = admin.patch(f"{USERS}/{admin.user_id}", json={"role": "editor"}, if_match="*")

    assert answer.get_json()["code"] == "last_admin"


def test_a_service_key_says_what_it_is(admin: Caller) -> None:
    made = admin.post(ALL, json={"name": "Build", "role": "contributor"}).get_json()

    assert made["secret"].startswith("cms_key_")
    assert made["permissions"] == ["authors:read", "posts:write", "tags:read"]
    assert made["user"] == {
        "id": made["user"]["id"],
        "kind": "service",
        "name": "Build",
        "role": "contributor",
    }


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"name": "x" * 101}, "#/name"),
        ({"name": "a\x00b"}, "#/name"),
        ({"permissions": []}, "#/permissions"),
        ({"permissions": ["posts:everything"]}, "#/permissions/0"),
        ({"permissions": ["posts:write", "account:use"]}, "#/permissions/1"),
        ({"permissions": ["posts:write", "posts:any"]}, "#/permissions/1"),
        ({"permissions": ["users:manage"]}, "#/permissions/0"),
        ({"permissions": "posts:write"}, "#/permissions"),
        ({"tag_ids": []}, "#/tag_ids"),
        ({"tag_ids": ["news"]}, "#/tag_ids/0"),
        ({"tag_ids": ["019ab3c4-0000-7000-8000-000000000009"]}, "#/tag_ids/0"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "#/expires_at"),
        ({"expires_at": "9000-01-01T00:00:00Z"}, "#/expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "#/expires_at"),
        ({"expires_at": 3600}, "#/expires_at"),
        ({"role": "admin"}, "#/role"),
        ({"secret": "cms_pat_mine"}, "#/secret"),
        ({"user_id": "019ab3c4-0000-7000-8000-000000000009"}, "#/user_id"),
    ],
)
def test_what_cannot_be_is_refused_by_name(
    author: Caller, change: dict[str, Any], pointer: str
) -> None:
    body = {"name": "Key", "permissions": ["posts:write"], **change}

    answer = author.post(OWN, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == [pointer]
    assert _ids(author, OWN) == []
