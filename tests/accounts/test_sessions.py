"""Logins: renewed by rotation, ended at once by whatever ends them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import jwt
import pytest
import time_machine

from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

ME, LOGIN, REFRESH = "/api/v1/auth/me", "/api/v1/auth/login", "/api/v1/auth/refresh"
NEW_PASSWORD = "staple of the nineties"  # noqa: S105
Tokens = dict[str, Any]


def _log_in(app: Edge, who: Caller, password: str | None = None) -> Tokens:
    body = {"email": who.email, "password": password or who.password}
    answer = ContractClient(app).post(LOGIN, json=body)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    tokens: Tokens = answer.get_json()
    return tokens


def _access(app: Edge, tokens: Tokens) -> int:
    return ContractClient(app, tokens["access_token"]).get(ME).status_code


def _refresh(app: Edge, tokens: Tokens) -> Any:
    return ContractClient(app, tokens["refresh_token"]).post(REFRESH)


def test_a_refresh_gives_a_new_pair_of_the_same_login(app: Edge, author: Caller) -> None:
    first = _log_in(app, author)
    second = _refresh(app, first).get_json()
    third = _refresh(app, second).get_json()

    assert len({one["refresh_token"] for one in (first, second, third)}) == 3
    assert [_access(app, one) for one in (first, second, third)] == [200, 200, 200]


def test_a_second_use_of_a_refresh_token_ends_the_whole_login(app: Edge, author: Caller) -> None:
    elsewhere, first = _log_in(app, author), _log_in(app, author)
    second = _refresh(app, first).get_json()
    assert _access(app, second) == 200

    reused = _refresh(app, first)

    assert reused.status_code == 401
    assert reused.get_json()["code"] == "refresh_token_reused"
    assert [_access(app, one) for one in (first, second)] == [401, 401]
    after = _refresh(app, second)
    assert (after.status_code, after.get_json()["code"]) == (401, "not_authenticated")
    assert _access(app, elsewhere) == 200


def test_an_older_refresh_token_ends_the_login_however_old(app: Edge, author: Caller) -> None:
    first = _log_in(app, author)
    last = first
    for _ in range(3):
        last = _refresh(app, last).get_json()

    assert _refresh(app, first).get_json()["code"] == "refresh_token_reused"
    assert _access(app, last) == 401


def test_of_many_uses_at_once_one_succeeds_and_the_login_ends(app: Edge, author: Caller) -> None:
    tokens, callers = _log_in(app, author), 4
    start = Barrier(callers)

    def use(_number: int) -> Any:
        start.wait()
        return _refresh(app, tokens)

    with ThreadPoolExecutor(callers) as pool:
        answers = list(pool.map(use, range(callers)))

    good = [answer for answer in answers if answer.status_code == 200]
    assert len(good) == 1
    assert {answer.status_code for answer in answers} == {200, 401}
    assert _access(app, good[0].get_json()) == 401
    assert _access(app, tokens) == 401


def test_logging_out_ends_this_login_and_no_other(app: Edge, author: Caller) -> None:
    here, elsewhere = _log_in(app, author), _log_in(app, author)

    answer = ContractClient(app, here["access_token"]).post("/api/v1/auth/logout")

    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert [_access(app, one) for one in (here, elsewhere)] == [401, 200]
    assert _refresh(app, here).status_code == 401
    assert _refresh(app, elsewhere).status_code == 200


def test_deactivation_ends_every_login_at_the_next_request(
    app: Edge, admin: Caller, author: Caller
) -> None:
    tokens = _log_in(app, author)
    address = f"/api/v1/manage/users/{author.user_id}"

    answer = admin.patch(address, json={"is_active": False}, if_match="*")

    assert answer.status_code == 200
    assert (_access(app, tokens), _refresh(app, tokens).status_code) == (401, 401)
    body = {"email": author.email, "password": author.password}
    assert ContractClient(app).post(LOGIN, json=body).status_code == 401


def test_a_user_who_is_activated_again_has_to_log_in_again(
    app: Edge, admin: Caller, author: Caller
) -> None:
    tokens = _log_in(app, author)
    for is_active in (False, True):
        address = f"/api/v1/manage/users/{author.user_id}"
        assert admin.patch(address, json={"is_active": is_active}, if_match="*").status_code == 200

    assert (_access(app, tokens), _refresh(app, tokens).status_code) == (401, 401)
    assert _access(app, _log_in(app, author)) == 200


def test_deleting_a_user_ends_every_login_at_the_next_request(
    app: Edge, admin: Caller, author: Caller
) -> None:
    tokens = _log_in(app, author)

    answer = admin.delete(f"/api/v1/manage/users/{author.user_id}", if_match="*")

    assert answer.status_code == 204
    assert (_access(app, tokens), _refresh(app, tokens).status_code) == (401, 401)


def test_a_new_role_counts_from_the_next_request_with_the_old_token(
    admin: Caller, author: Caller
) -> None:
    address, tags = f"/api/v1/manage/users/{author.user_id}", "/api/v1/manage/tags"
    assert author.post(tags, json={"name": "One"}).status_code == 201

    assert admin.patch(address, json={"role": "contributor"}, if_match="*").status_code == 200
    assert author.post(tags, json={"name": "Two"}).status_code == 403

    assert admin.patch(address, json={"role": "admin"}, if_match="*").status_code == 200
    assert author.get("/api/v1/manage/users").status_code == 200


def test_changing_the_password_ends_every_login_and_opens_a_new_one(
    app: Edge, author: Caller
) -> None:
    here, elsewhere = _log_in(app, author), _log_in(app, author)
    words = {"current_password": author.password, "new_password": NEW_PASSWORD}

    answer = ContractClient(app, here["access_token"]).post("/api/v1/auth/password", json=words)

    assert answer.status_code == 200
    for ended in (here, elsewhere):
        assert (_access(app, ended), _refresh(app, ended).status_code) == (401, 401)
    assert author.get(ME).status_code == 401
    new = answer.get_json()
    assert (_access(app, new), _refresh(app, new).status_code) == (200, 200)
    assert _access(app, _log_in(app, author, NEW_PASSWORD)) == 200
    old = {"email": author.email, "password": author.password}
    assert ContractClient(app).post(LOGIN, json=old).status_code == 401


def test_a_wrong_current_password_changes_nothing(app: Edge, author: Caller) -> None:
    words = {"current_password": "not the password", "new_password": NEW_PASSWORD}

    answer = author.post("/api/v1/auth/password", json=words)

    assert answer.status_code == 422
    problem = answer.get_json()
    assert problem["code"] == "wrong_password"
    assert [fault["pointer"] for fault in problem["errors"]] == ["#/current_password"]
    assert author.get(ME).status_code == 200
    assert _access(app, _log_in(app, author)) == 200


@pytest.mark.parametrize("new", ["a-short", "x" * 1001, "", None, 12345678901])
def test_a_new_password_that_is_none_is_422(author: Caller, new: Any) -> None:
    words = {"current_password": author.password, "new_password": new}

    answer = author.post("/api/v1/auth/password", json=words)

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["#/new_password"]
    assert author.get(ME).status_code == 200


def test_a_password_reset_by_an_admin_ends_every_login_of_that_user(
    app: Edge, admin: Caller, author: Caller
) -> None:
    tokens = _log_in(app, author)
    address = f"/api/v1/manage/users/{author.user_id}"

    answer = admin.patch(address, json={"password": NEW_PASSWORD}, if_match="*")

    assert answer.status_code == 200
    assert (_access(app, tokens), _refresh(app, tokens).status_code) == (401, 401)
    assert _access(app, _log_in(app, author, NEW_PASSWORD)) == 200
    assert admin.get(ME).status_code == 200


def test_an_access_token_ends_after_its_time_and_the_refresh_token_renews_it(
    app: Edge, author: Caller
) -> None:
    now = moments.now()
    with time_machine.travel(now, tick=False) as clock:
        tokens = _log_in(app, author)
        clock.shift(timedelta(seconds=899))
        assert _access(app, tokens) == 200
        clock.shift(timedelta(seconds=2))
        assert _access(app, tokens) == 401
        renewed = _refresh(app, tokens)
        assert renewed.status_code == 200
        assert _access(app, renewed.get_json()) == 200


def test_a_login_that_is_not_used_ends_after_its_time_and_each_use_prolongs_it(
    app: Edge, author: Caller
) -> None:
    with time_machine.travel(moments.now(), tick=False) as clock:
        tokens = _log_in(app, author)
        for _ in range(3):
            clock.shift(timedelta(days=29))
            answer = _refresh(app, tokens)
            assert answer.status_code == 200
            tokens = answer.get_json()
        clock.shift(timedelta(days=30, seconds=1))
        assert _refresh(app, tokens).status_code == 401


def test_tokens_name_the_user_and_nothing_about_them(app: Edge, author: Caller) -> None:
    tokens = _log_in(app, author)

    for token in (tokens["access_token"], tokens["refresh_token"]):
        claims = _claims(token)
        assert claims["sub"] == author.user_id
        # Roles are read from the database each time; in a token they would outlive a change.
        assert not {"role", "email", "name", "permissions"} & set(claims)


def _claims(token: str) -> dict[str, Any]:
    """The claims of a token, unchecked."""
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_two_users_logins_do_not_touch_each_other(app: Edge, author: Caller) -> None:
    other = factories.a_caller(app, "author")
    mine, theirs = _log_in(app, author), _log_in(app, other)
    _refresh(app, mine)
    _refresh(app, mine)

    assert (_access(app, mine), _access(app, theirs)) == (401, 200)
