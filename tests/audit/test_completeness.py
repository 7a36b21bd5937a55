"""Every operation that changes something leaves an entry, every table is audited or named here."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from cms.foundation.audit import Audited
from cms.foundation.database import Base
from cms.foundation.http.edge import Edge
from tests import factories
from tests.audit.log import Log
from tests.hostile.operations import Operation, operations
from tests.hostile.refusals import nothing_written
from tests.hostile.world import Request, World

# Writes that change nothing of the site: who edits where, and the next token of the same login.
WITHOUT_ENTRY = {"take_lease", "give_lease_back", "refresh_tokens"}
# Its effect comes after the answer, and there is none without a mail server.
LATER = {"forgot_password"}
WRITES = [one for one in operations() if one.method != "GET"]
# Short lived, derived from others, or a part of the site's own machinery.
NOT_AUDITED = {
    *("site", "changes", "audit_entries", "jobs", "given_answers", "loads", "post_leases"),
    *("post_revisions", "post_editions", "author_editions", "tag_editions", "post_counts"),
    *("tag_listings", "author_listings", "search_entries", "search_names", "search_terms"),
    "search_numbers",
}
SHOWN = {
    "users": {"kind", "email", "name", "role", "is_active", "password_hash"},
    "login_sessions": {"user_id", "ended_at"},
    "password_links": {"expires_at", "digest"},
    "access_keys": {"user_id", "name", "permissions", "tag_ids", "expires_at"},
    "authors": {"slug", "name", "bio", "avatar_url", "website_url", "user_id"},
    "tags": {"slug", "name", "description"},
    "posts": {
        *("slug", "title", "excerpt", "cover", "seo", "featured", "status", "published_at"),
        *("has_unpublished_changes", "revision", "trashed_at", "approved_by_id"),
        *("approved_revision", "body"),
    },
    "post_authors": set(),
    "post_tags": set(),
    "post_comments": {"post_id", "revision", "step", "text"},
    "post_schedules": {"publish_at", "unpublish_at", "revision"},
    "preview_links": {"post_id", "revision", "expires_at"},
}
# What is to change: an empty change is none.
CHANGED = {"edit_post": "title", "edit_author": "name", "edit_tag": "name", "edit_user": "name"}
SECRETS = {"password_hash", "digest", "token_hash"}


@pytest.fixture
def world(app: Edge) -> World:
    """One of each kind of thing."""
    return World(app)


def audited() -> dict[str, Audited]:
    """What each audited table says of itself."""
    classes: list[Any] = [mapper.class_ for mapper in Base.registry.mappers]
    return {one.__tablename__: one.audited for one in classes if hasattr(one, "audited")}


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_write_leaves_an_entry_that_says_who_what_and_from_where(
    operation: Operation, world: World
) -> None:
    request = _changing(world, operation)
    log = Log(world.app)
    answer = request.sent(world.admin)
    assert answer.status_code < 300, answer.get_data(as_text=True)

    found = log.new()

    if operation.name in WITHOUT_ENTRY | LATER:
        assert not found
        return
    assert found
    for entry in found:
        assert entry.action == operation.name
        assert entry.changes
        assert str(entry.request_id) == answer.headers["X-Request-Id"]
        assert entry.address == "127.0.0.1"
        assert entry.actor_name
    if "manage" in operation.path:
        assert {str(entry.actor_id) for entry in found} == {world.admin.user_id}


@pytest.mark.parametrize("operation", WRITES, ids=str)
def test_a_write_that_is_refused_leaves_none(operation: Operation, world: World) -> None:
    request = world.request(operation)

    with nothing_written(world.app.database):
        answer = request.sent(world.admin, query="rubbish=1")

    assert answer.status_code == 422


def test_the_exceptions_exist() -> None:
    assert {one.name for one in WRITES} >= WITHOUT_ENTRY | LATER


def test_every_table_is_audited_or_is_not_for_a_reason() -> None:
    assert set(audited()) | NOT_AUDITED == set(Base.metadata.tables)
    assert not set(audited()) & NOT_AUDITED


def test_the_fields_that_the_log_shows_are_the_agreed_ones() -> None:
    shown = {table: {*one.fields, *one.texts, *one.secrets} for table, one in audited().items()}

    assert shown == SHOWN


def test_a_secret_is_never_a_field_that_is_shown() -> None:
    for table, one in audited().items():
        columns = {column.name for column in Base.metadata.tables[table].columns}
        assert {*one.fields, *one.texts} <= columns - SECRETS, table


def test_nothing_secret_gets_into_the_log(world: World, log: Log) -> None:
    secrets = {world.admin.password, world.token, world.refresh_token, world.link["token"]}
    secrets |= set(world.links.values())
    for operation in WRITES:
        mine = World(world.app)
        request = mine.request(operation)
        secrets |= _passwords(request.body) | {mine.refresh_token, *mine.links.values()}
        answer = request.sent(mine.admin)
        secrets |= _tokens(answer.get_data())
    with world.app.database.reader.connect() as connection:
        for table, names in _hidden_columns().items():
            for row in connection.execute(select(*(table.c[name] for name in names))):
                secrets |= {value for value in row if isinstance(value, str) and value}

    text = log.text()

    assert len(secrets) > 50
    assert [one for one in secrets if one in text] == []


def _changing(world: World, operation: Operation) -> Request:
    """A request that changes something; some of those that are accepted do not."""
    if operation.name == "publish_post":
        world.post = world.draft
    if operation.name == "restore_revision":
        factories.edited(world.admin, world.post, title="Another")
    request = world.request(operation)
    if operation.name in CHANGED:
        request.body = world.body(operation, CHANGED[operation.name])
    return request


def _hidden_columns() -> dict[Any, list[str]]:
    tables = {table: Base.metadata.tables[table] for table in audited()}
    return {
        table: [column.name for column in table.columns if column.name in SECRETS]
        for table in tables.values()
        if any(column.name in SECRETS for column in table.columns)
    }


def _passwords(body: Any) -> set[str]:
    names = ("password", "new_password", "current_password", "token")
    return {body[name] for name in names if isinstance(body, dict) and name in body}


def _tokens(body: bytes) -> set[str]:
    said = json.loads(body) if body else {}
    names = ("access_token", "refresh_token", "secret", "token")
    return {said[name] for name in names if isinstance(said.get(name), str)}
