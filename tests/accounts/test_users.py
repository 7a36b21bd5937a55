"""Admins manage users; the last of them stays, and passwords never come back."""

from typing import Any

import pytest

from tests import factories
from tests.callers import Caller, ContractClient

USERS, LOGIN = "/api/v1/manage/users", "/api/v1/auth/login"
NEW: dict[str, Any] = {
    "email": "Grace@Example.org",
    "name": "Grace",
    "role": "author",
    "password": "nanoseconds of wire",
}


def _create(admin: Caller, **values: Any) -> dict[str, Any]:
    answer = admin.post(USERS, json={**NEW, **values})
    assert answer.status_code == 201, answer.get_data(as_text=True)
    created: dict[str, Any] = answer.get_json()
    return created


def test_a_new_user_can_be_read_and_can_log_in(admin: Caller, client: ContractClient) -> None:
    answer = admin.post(USERS, json=NEW)

    assert answer.status_code == 201
    created = answer.get_json()
    assert answer.headers["Location"] == f"{USERS}/{created['id']}"
    read = admin.get(answer.headers["Location"])
    assert (read.get_json(), read.headers["ETag"]) == (created, answer.headers["ETag"])
    assert created["email"] == "Grace@Example.org"
    assert created["is_active"] is True
    words = {"email": "grace@example.org", "password": NEW["password"]}
    assert client.post(LOGIN, json=words).status_code == 200


def test_a_user_can_be_created_inactive(admin: Caller, client: ContractClient) -> None:
    assert _create(admin, is_active=False)["is_active"] is False

    words = {"email": NEW["email"], "password": NEW["password"]}
    assert client.post(LOGIN, json=words).status_code == 401


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": "no address"}, "#/email"),
        ({"email": ""}, "#/email"),
        ({"email": None}, "#/email"),
        ({"email": 1}, "#/email"),
        ({"email": "a\0b@example.org"}, "#/email"),
        ({"email": f"{'x' * 320}@example.org"}, "#/email"),
        ({"name": ""}, "#/name"),
        ({"name": "   "}, "#/name"),
        ({"name": None}, "#/name"),
        ({"role": "root"}, "#/role"),
        ({"role": "Admin"}, "#/role"),
        ({"role": None}, "#/role"),
        ({"role": ["admin"]}, "#/role"),
        ({"password": "a-short"}, "#/password"),
        ({"password": None}, "#/password"),
        ({"password": "x" * 1001}, "#/password"),
        ({"is_active": 1}, "#/is_active"),
        ({"is_active": "true"}, "#/is_active"),
        ({"is_active": None}, "#/is_active"),
        ({"id": "019ab3c4-0000-7000-8000-000000000001"}, "#/id"),
        ({"version": 7}, "#/version"),
        ({"created_at": "2026-03-01T09:00:00Z"}, "#/created_at"),
        ({"password_hash": "x"}, "#/password_hash"),
        ({"email_key": "x"}, "#/email_key"),
    ],
    ids=str,
)
def test_what_is_no_user_is_422_that_names_the_field(
    admin: Caller, editor: Caller, change: dict[str, Any], pointer: str
) -> None:
    created = admin.post(USERS, json={**NEW, **change})
    edited = admin.patch(f"{USERS}/{editor.user_id}", json=change, if_match="*")

    for answer in (created, edited):
        assert answer.status_code == 422
        assert {fault["pointer"] for fault in answer.get_json()["errors"]} == {pointer}
    assert len(admin.get(USERS).get_json()["data"]) == 2


def test_a_new_user_without_a_name_gets_one_from_the_address(admin: Caller) -> None:
    values = {name: value for name, value in NEW.items() if name != "name"}

    created = admin.post(USERS, json={**values, "email": "grace@example.org"})

    assert created.status_code == 201
    assert created.get_json()["name"] == "grace"


@pytest.mark.parametrize("field", ["email", "role", "password"])
def test_a_new_user_needs_the_rest(admin: Caller, field: str) -> None:
    body = {name: value for name, value in NEW.items() if name != field}

    answer = admin.post(USERS, json=body)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == [f"#/{field}"]


@pytest.mark.parametrize("email", ["Grace@Example.org", "grace@example.org", "GRACE@EXAMPLE.ORG"])
def test_an_address_that_is_taken_is_409_in_any_case(
    admin: Caller, editor: Caller, email: str
) -> None:
    _create(admin)

    created = admin.post(USERS, json={**NEW, "email": email})
    edited = admin.patch(f"{USERS}/{editor.user_id}", json={"email": email}, if_match="*")

    for answer in (created, edited):
        assert (answer.status_code, answer.get_json()["code"]) == (409, "email_taken")
        assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["#/email"]
    assert editor.get("/api/v1/auth/me").get_json()["email"] == editor.email


def test_the_own_address_may_be_written_in_another_case(admin: Caller) -> None:
    user = _create(admin)

    answer = admin.patch(f"{USERS}/{user['id']}", json={"email": "GRACE@example.ORG"}, if_match="*")

    assert answer.status_code == 200
    assert answer.get_json()["email"] == "GRACE@example.ORG"


def test_no_answer_ever_holds_a_password_or_anything_made_from_it(
    admin: Caller, client: ContractClient
) -> None:
    created = admin.post(USERS, json=NEW)
    address = created.headers["Location"]
    words = {"email": NEW["email"], "password": NEW["password"]}
    answers = [
        created,
        admin.get(address),
        admin.get(USERS),
        admin.patch(address, json={"password": NEW["password"] + "!"}, if_match="*"),
        admin.post(USERS, json=NEW),
        admin.post(USERS, json={**NEW, "password": "short one"}),
        admin.post(USERS, json={**NEW, "password": [NEW["password"]]}),
        client.post(LOGIN, json=words),
        client.post(LOGIN, json={**words, "password": {"x": NEW["password"]}}),
        admin.get("/api/v1/auth/me"),
    ]

    for answer in answers:
        text = answer.get_data(as_text=True)
        assert NEW["password"] not in text
        assert "short one" not in text
        assert "argon2" not in text
        assert "password_hash" not in text
        assert "email_key" not in text


CHANGES: dict[str, dict[str, Any]] = {
    "deactivate": {"is_active": False},
    "demote": {"role": "editor"},
    "both": {"role": "author", "is_active": False},
}


def _remove(admin: Caller, user_id: str, how: str) -> Any:
    address = f"{USERS}/{user_id}"
    if how == "delete":
        return admin.delete(address, if_match="*")
    return admin.patch(address, json=CHANGES[how], if_match="*")


WAYS = pytest.mark.parametrize("how", ["deactivate", "demote", "both", "delete"])


@WAYS
def test_the_last_admin_cannot_be_removed_by_themselves(admin: Caller, how: str) -> None:
    answer = _remove(admin, admin.user_id, how)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "last_admin")
    me = admin.get("/api/v1/auth/me").get_json()
    assert (me["role"], me["is_active"]) == ("admin", True)


@WAYS
def test_an_inactive_admin_does_not_count_as_one(admin: Caller, how: str) -> None:
    _create(admin, role="admin", is_active=False)

    answer = _remove(admin, admin.user_id, how)

    assert (answer.status_code, answer.get_json()["code"]) == (409, "last_admin")


@WAYS
def test_an_admin_may_go_while_another_stays(admin: Caller, how: str) -> None:
    other = _create(admin, role="admin")

    assert _remove(admin, other["id"], how).status_code in {200, 204}
    assert _remove(admin, admin.user_id, how).status_code == 409


@WAYS
def test_an_inactive_admin_may_go(admin: Caller, how: str) -> None:
    other = _create(admin, role="admin", is_active=False)

    assert _remove(admin, other["id"], how).status_code in {200, 204}


def test_a_change_of_something_else_is_open_to_the_last_admin(admin: Caller) -> None:
    change = {"name": "Root", "role": "admin", "is_active": True}

    answer = admin.patch(f"{USERS}/{admin.user_id}", json=change, if_match="*")

    assert (answer.status_code, answer.get_json()["name"]) == (200, "Root")


def test_a_change_needs_the_present_version(admin: Caller) -> None:
    user = _create(admin)
    address = f"{USERS}/{user['id']}"
    first = admin.get(address).headers["ETag"]

    assert admin.patch(address, json={"name": "A"}).status_code == 428
    assert admin.delete(address).status_code == 428
    changed = admin.patch(address, json={"name": "B"}, if_match=first)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first
    stale = admin.patch(address, json={"name": "C"}, if_match=first)
    assert (stale.status_code, stale.get_json()["code"]) == (412, "stale_version")
    assert stale.get_json()["current_version"] == changed.get_json()["version"]
    assert stale.get_json()["changed_by"] == {"id": admin.user_id, "name": "Admin"}
    assert stale.get_json()["changed_at"] == changed.get_json()["updated_at"]
    assert admin.delete(address, if_match=first).status_code == 412
    assert admin.get(address).get_json()["name"] == "B"
    assert admin.delete(address, if_match=changed.headers["ETag"]).status_code == 204
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        ("*", 200),
        ('"0-nothing", {tag}', 200),
        ("W/{tag}", 412),
        ('"rubbish"', 412),
        ("rubbish", 412),
        ("", 412),
        ('"1"', 412),
        ('"99999999999999999999-x"', 412),
        ('"-1-x"', 412),
    ],
)
def test_if_match_compares_strongly_and_by_version(
    admin: Caller, if_match: str, status: int
) -> None:
    user = _create(admin)
    address = f"{USERS}/{user['id']}"
    tag = admin.get(address).headers["ETag"]

    answer = admin.patch(address, json={"name": "A"}, if_match=if_match.format(tag=tag))

    assert answer.status_code == status


def test_a_change_that_changes_nothing_keeps_the_etag(admin: Caller) -> None:
    user = _create(admin)
    address = f"{USERS}/{user['id']}"
    before = admin.get(address)

    answer = admin.patch(address, json={"name": NEW["name"]}, if_match=before.headers["ETag"])

    assert answer.status_code == 200
    assert answer.headers["ETag"] == before.headers["ETag"]
    assert answer.get_json() == before.get_json()


def test_deleting_a_user_keeps_posts_and_bylines(admin: Caller, client: ContractClient) -> None:
    writer = factories.a_caller(admin.app, "author")
    byline = factories.an_author(admin, name="Grace Hopper", user_id=writer.user_id)
    draft = factories.a_post(writer, title="A draft")
    live = factories.a_published_post(writer, title="A live post")
    assert live["author_ids"] == [byline["id"]]

    answer = admin.delete(f"{USERS}/{writer.user_id}", if_match="*")

    assert answer.status_code == 204
    for post in (draft, live):
        kept = admin.get(f"/api/v1/manage/posts/{post['id']}").get_json()
        assert kept["created_by"] is None
        assert kept["author_ids"] == [byline["id"]]
        assert kept["version"] == post["version"]
    shown = client.get("/api/v1/posts/a-live-post").get_json()
    assert [one["name"] for one in shown["authors"]] == ["Grace Hopper"]
    author = admin.get(f"/api/v1/manage/authors/{byline['id']}").get_json()
    assert author["user_id"] is None


def test_the_address_of_a_deleted_user_is_free_and_the_id_is_not_used_again(
    admin: Caller,
) -> None:
    first = _create(admin)
    assert admin.delete(f"{USERS}/{first['id']}", if_match="*").status_code == 204

    assert _create(admin)["id"] != first["id"]


def test_the_list_walks_over_everybody_once(admin: Caller) -> None:
    made = [_create(admin, email=f"user-{n}@example.org")["id"] for n in range(5)]
    seen, address = [], f"{USERS}?limit=2"
    while address:
        answer = admin.get(address)
        seen += [user["id"] for user in answer.get_json()["data"]]
        cursor = answer.get_json()["next_cursor"]
        assert ("Link" in answer.headers) == (cursor is not None)
        address = f"{USERS}?limit=2&cursor={cursor}" if cursor else ""

    assert seen == [*reversed(made), admin.user_id]
