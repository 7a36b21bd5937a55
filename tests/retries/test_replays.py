"""The same key and the same request: the same answer, and the effect of one."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cms.accounts.models import LoginSession
from cms.foundation.database import Database
from cms.foundation.http import retries
from cms.foundation.http.edge import Edge
from cms.foundation.retries import answers
from cms.foundation.retries.keys import Asker
from cms.foundation.retries.models import GivenAnswer
from tests import factories
from tests.callers import Caller, ContractClient
from tests.hostile import refusals
from tests.hostile.operations import Operation, operations
from tests.hostile.world import World
from tests.retries.asking import POSTS, REPLAYED, age, ask, posts, rows, shown

KEYS = "/api/v1/auth/keys"
A_KEY: dict[str, Any] = {"json": {"name": "Build", "permissions": ["posts:write"]}}
# What ends the login of its caller cannot be asked again with it.
ENDS_THE_LOGIN = {"log_out", "change_password"}
REPEATABLE = [
    one
    for one in operations()
    if "Idempotency-Key" in one.named("header") and one.name not in ENDS_THE_LOGIN
]
# What they answer holds a secret, and so is kept sealed.
SECRETIVE = {
    *("create_key", "create_service_key", "create_preview_link"),
    *("invite_user", "send_link"),
}
DAY = timedelta(hours=24)


def test_exactly_those_operations_take_a_key_that_create_or_do_something_for_somebody() -> None:
    taking = {one.name for one in operations() if "Idempotency-Key" in one.named("header")}
    doing = {one.name for one in operations() if one.method.upper() == "POST"}

    # Their answers are tokens, and nobody is known before.
    assert doing - taking == {
        *("log_in", "refresh_tokens"),
        *("accept_invitation", "forgot_password", "reset_password"),
    }
    assert taking <= doing
    assert len(REPEATABLE) >= 8


@pytest.mark.parametrize("operation", REPEATABLE, ids=str)
def test_a_retry_is_answered_alike_and_does_nothing(app: Edge, operation: Operation) -> None:
    world = World(app)
    request = world.request(operation)
    key = {"Idempotency-Key": "first-and-again"}
    first = request.sent(world.admin, headers=key)
    assert first.status_code < 300, first.get_data(as_text=True)

    with refusals.nothing_written(app.database):
        again = [request.sent(world.admin, headers=key) for _ in range(2)]

    assert REPLAYED not in first.headers
    for answer in again:
        assert answer.headers[REPLAYED] == "true"
        assert shown(answer) == shown(first)


@pytest.mark.parametrize("operation", [one for one in REPEATABLE if one.name in SECRETIVE], ids=str)
def test_what_is_kept_of_an_answer_with_a_secret_nobody_can_read(
    app: Edge, operation: Operation
) -> None:
    world = World(app)
    first = world.request(operation).sent(world.admin, headers={"Idempotency-Key": "k"})
    said = first.get_json()
    secrets = [said[name] for name in ("secret", "token", "link") if said.get(name)]
    assert secrets

    (row,) = rows(app.database)
    kept = b"".join((row.body or b"", repr(row.headers).encode()))
    # A link is an address with the secret at its end.
    assert not [one for one in secrets if one.rpartition("#")[2][8:30].encode() in kept]
    assert row.body is not None


def test_the_first_answer_stays_whatever_becomes_of_what_it_is_about(
    admin: Caller, database: Database
) -> None:
    first = ask(admin, "k", json={"title": "Once", "status": "published"})
    post = first.get_json()
    factories.edited(admin, post, title="Twice")
    assert shown(ask(admin, "k", json={"title": "Once", "status": "published"})) == shown(first)
    factories.deleted(admin, post)

    assert shown(ask(admin, "k", json={"title": "Once", "status": "published"})) == shown(first)
    # In the trash.
    assert posts(database) == 1


def test_quotes_make_no_other_key(admin: Caller, database: Database) -> None:
    assert ask(admin, "abc").get_data() == ask(admin, '"abc"').get_data()
    assert posts(database) == 1


def test_without_a_key_and_with_another_it_is_done_again(admin: Caller, database: Database) -> None:
    for key in ("a", "b", "A"):
        assert REPLAYED not in ask(admin, key).headers
    for _ in range(2):
        assert admin.post(POSTS, json={"title": "Once"}).status_code == 201

    assert posts(database) == 5
    assert len(rows(database)) == 3


def test_a_key_is_each_users_own(admin: Caller, editor: Caller, database: Database) -> None:
    answers_ = [ask(who, "k") for who in (admin, editor)]

    assert len({answer.get_json()["id"] for answer in answers_}) == 2
    assert {answer.get_json()["created_by"] for answer in answers_} == {
        admin.user_id,
        editor.user_id,
    }
    assert posts(database) == 2


def test_a_key_counts_on_with_another_login_of_the_same_user(admin: Caller) -> None:
    first = ask(admin, "k")
    credentials = {"email": admin.email, "password": admin.password}
    admin.token = admin.post("/api/v1/auth/login", json=credentials).get_json()["access_token"]

    assert shown(ask(admin, "k")) == shown(first)


def test_another_request_with_the_key_is_refused(admin: Caller, database: Database) -> None:
    post = ask(admin, "k").get_json()
    tag = factories.tag_of(post, admin, "posts")
    publish = f"{POSTS}/{post['id']}/publish"
    assert ask(admin, "p", publish, if_match=tag).status_code == 200
    others = [
        ask(admin, "k", json={"title": "Other"}),
        ask(admin, "k", data=b'{"title":  "Once"}', content_type="application/json"),
        ask(admin, "k", "/api/v1/manage/tags", json={"title": "Once"}),
        ask(admin, "k", f"{POSTS}?dry=1", json={"title": "Once"}),
        ask(admin, "k", data=b'{"title": "Once"}', content_type="text/plain"),
        ask(admin, "k", publish, if_match=tag),
        ask(admin, "p", publish, if_match="*"),
        ask(admin, "p", publish),
        ask(admin, "p", f"{POSTS}/{post['id']}/unpublish", if_match=tag),
    ]

    for answer in others:
        assert (answer.status_code, answer.get_json()["code"]) == (422, "idempotency_key_reused")
        assert REPLAYED not in answer.headers
    assert posts(database) == 1


@pytest.mark.parametrize(
    "body", [{"title": ""}, {"rubbish": 1}, {"title": "T", "author_ids": ["x"]}], ids=repr
)
def test_what_failed_is_not_kept_and_the_key_is_free(
    admin: Caller, database: Database, body: dict[str, object]
) -> None:
    assert ask(admin, "k", json=body).status_code == 422
    assert rows(database) == []

    assert ask(admin, "k").status_code == 201
    assert REPLAYED in ask(admin, "k").headers


def test_a_stale_precondition_can_be_corrected_under_the_same_key(admin: Caller) -> None:
    post = factories.a_post(admin)
    path = f"{POSTS}/{post['id']}/publish"

    assert ask(admin, "k", path, if_match='"99-x"').status_code == 412
    assert ask(admin, "k", path).status_code == 428
    assert ask(admin, "k", path, if_match="*").status_code == 200


@pytest.mark.parametrize("key", ["", '"', "a b", "a, b", "x" * 256, "é"])
def test_what_is_no_key_is_400_and_nothing_is_done(
    admin: Caller, database: Database, key: str
) -> None:
    answer = ask(admin, key.encode().decode("latin-1"))

    assert (answer.status_code, answer.get_json()["code"]) == (400, "malformed_request")
    assert posts(database) == 0


def test_who_may_not_learns_nothing_from_a_key(
    app: Edge, admin: Caller, client: ContractClient, contributor: Caller, database: Database
) -> None:
    tags = "/api/v1/manage/tags"
    assert ask(admin, "k", tags, json={"name": "News"}).status_code == 201
    headers = {"Idempotency-Key": "k"}

    for who, status in ((client, 401), (contributor, 403)):
        for body in ({"name": "News"}, {"name": "Other"}, {}):
            answer = who.post(tags, headers=headers, json=body)
            assert answer.status_code == status
            assert REPLAYED not in answer.headers
        assert who.post(tags, headers={"Idempotency-Key": ""}, json={}).status_code == status
    draft = factories.a_post(admin)
    assert ask(admin, "p", f"{POSTS}/{draft['id']}/publish", if_match="*").status_code == 200
    author = factories.a_caller(app, "author")
    answer = ask(author, "p", f"{POSTS}/{draft['id']}/publish", if_match="*")
    assert answer.status_code == 404
    assert len(rows(database)) == 2


def test_whoever_lost_the_permission_is_not_answered_from_before(
    admin: Caller, author: Caller, database: Database
) -> None:
    tags = "/api/v1/manage/tags"
    asked: dict[str, Any] = {"json": {"title": "Mine", "status": "published"}}
    assert ask(author, "t", tags, json={"name": "News"}).status_code == 201
    assert ask(author, "p", **asked).status_code == 201
    address = f"/api/v1/manage/users/{author.user_id}"
    demoted = admin.patch(address, json={"role": "contributor"}, if_match="*")
    assert demoted.status_code == 200

    assert ask(author, "t", tags, json={"name": "News"}).status_code == 403
    # Contributors may create posts too, but not this way.
    assert ask(author, "p", **asked).get_json()["code"] == "idempotency_key_reused"
    gone = admin.patch(address, json={"is_active": False}, if_match="*")
    assert gone.status_code == 200
    assert ask(author, "p", **asked).status_code == 401
    assert posts(database) == 1


def test_after_a_day_the_key_is_free(admin: Caller, database: Database) -> None:
    first = ask(admin, "k")
    age(database, DAY - timedelta(minutes=1))
    assert shown(ask(admin, "k")) == shown(first)
    age(database, timedelta(minutes=2))

    other = ask(admin, "k", json={"title": "Another day"})

    assert other.status_code == 201
    assert shown(ask(admin, "k", json={"title": "Another day"})) == shown(other)
    assert posts(database) == 2
    assert len(rows(database)) == 1


def test_what_is_expired_goes_a_few_at_a_time(admin: Caller, database: Database) -> None:
    for number in range(answers.SWEPT + 5):
        ask(admin, f"old-{number}")
    age(database, DAY)
    ask(admin, "new")
    assert len(rows(database)) == 5 + 1
    admin.post(POSTS, json={"title": "Without a key"})
    assert len(rows(database)) == 5 + 1
    ask(admin, "newer")

    assert len(rows(database)) == 2


def test_tokens_are_answered_again_and_no_second_login_is_opened(
    admin: Caller, database: Database
) -> None:
    body = {"current_password": admin.password, "new_password": "another long passphrase"}
    path = "/api/v1/auth/password"
    first = ask(admin, "k", path, json=body)
    assert first.status_code == 200
    assert ask(admin, "k", path, json=body).status_code == 401
    admin.token = first.get_json()["access_token"]
    with database.session(read_only=True) as session:
        logins = session.query(LoginSession).count()

    assert shown(ask(admin, "k", path, json=body)) == shown(first)

    (row,) = rows(database)
    assert b"token" not in (row.body or b"")
    with database.session(read_only=True) as session:
        assert session.query(LoginSession).count() == logins


def test_the_first_answer_stays_though_its_secret_opens_nothing_any_more(admin: Caller) -> None:
    first = ask(admin, "k", KEYS, **A_KEY)
    assert admin.delete(first.headers["Location"]).status_code == 204

    assert shown(ask(admin, "k", KEYS, **A_KEY)) == shown(first)


def test_after_another_secret_of_the_server_nothing_is_done_twice(
    app: Edge, admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask(admin, "k", KEYS, **A_KEY)
    post = ask(admin, "p")
    monkeypatch.setitem(app.config, "SECRET_KEY", "another secret of the server, just as long")

    for again in (ask(admin, "k", KEYS, **A_KEY), ask(admin, "k", KEYS, json={"name": "Other"})):
        assert (again.status_code, again.get_json()["code"]) == (409, "answer_not_kept")
        assert again.get_json()["location"] == first.headers["Location"]
    assert ask(admin, "p").get_json()["location"] == post.headers["Location"]
    assert len(admin.get(KEYS).get_json()["data"]) == posts(database) == 1


def test_a_sealed_answer_that_was_changed_in_the_database_is_not_given(
    admin: Caller, database: Database
) -> None:
    ask(admin, "k", KEYS, **A_KEY)
    other = ask(admin, "other", KEYS, **A_KEY)
    bodies = [row.body for row in rows(database)]
    with database.transaction() as session:
        for row, body in zip(session.scalars(select(GivenAnswer)), reversed(bodies), strict=True):
            row.body = body

    for key in ("k", "other"):
        again = ask(admin, key, KEYS, **A_KEY)
        assert (again.status_code, again.get_json()["code"]) == (409, "answer_not_kept")
    assert other.status_code == 201


def test_an_answer_with_a_secret_that_is_too_long_is_not_kept(
    admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "LONGEST_BODY", 10)
    ask(admin, "k", KEYS, **A_KEY)

    again = ask(admin, "k", KEYS, **A_KEY)

    assert (again.status_code, again.get_json()["code"]) == (409, "answer_not_kept")
    assert "Retry-After" not in again.headers
    assert [row.body for row in rows(database)] == [None]


def test_an_answer_that_is_too_long_is_not_kept_and_a_retry_says_where_to_look(
    admin: Caller, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "LONGEST_BODY", 10)
    first = ask(admin, "k")
    assert first.status_code == 201

    problem = ask(admin, "k").get_json()

    assert (problem["status"], problem["code"]) == (409, "answer_not_kept")
    assert problem["location"] == first.headers["Location"]
    assert posts(database) == 1


def test_the_longest_post_there_can_be_is_answered_again(app: Edge, admin: Caller) -> None:
    app.config["MAX_CONTENT_LENGTH"], before = 3_000_000, app.config["MAX_CONTENT_LENGTH"]
    try:
        asked: dict[str, Any] = {"json": {"title": "Long", "body": "é\n" * 500_000}}
        first = ask(admin, "k", **asked)
        assert first.status_code == 201
        assert shown(ask(admin, "k", **asked)) == shown(first)
    finally:
        app.config["MAX_CONTENT_LENGTH"] = before


def test_the_key_itself_is_written_nowhere(admin: Caller, database: Database) -> None:
    ask(admin, "very-recognisable")

    (row,) = rows(database)
    assert b"very-recognisable" not in b"".join(
        (row.key_digest, row.request_digest, row.body or b"", repr(row.headers).encode())
    )


def test_a_password_cannot_be_guessed_from_what_is_kept_of_its_request(
    app: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    digests = set()
    for secret in (app.config["SECRET_KEY"], "another secret of the server, just as long"):
        monkeypatch.setitem(app.config, "SECRET_KEY", secret)
        with app.test_request_context(POSTS, method="POST", json={"password": "secret"}):
            digests.add(retries.digest_of_request(Asker("1", "admin")))

    assert len(digests) == 2


def test_a_key_on_other_methods_means_nothing(admin: Caller, database: Database) -> None:
    post = factories.a_post(admin)
    headers = {"Idempotency-Key": "no key, at all"}
    path = f"{POSTS}/{post['id']}"

    assert admin.get(path, headers=headers).status_code == 200
    body = {"title": "Changed"}
    assert admin.patch(path, headers=headers, json=body, if_match="*").status_code == 200
    assert admin.delete(path, headers=headers, if_match="*").status_code == 204
    assert rows(database) == []
