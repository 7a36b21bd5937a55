"""What an entry says: before and after, once for each thing, and only of what was committed."""

import hashlib
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from cms.accounts import saving
from cms.content.posts.models import Post
from cms.content.posts.scheduling.models import Schedule
from cms.content.tags.models import Tag
from cms.editions import versions
from cms.foundation import audit, moments
from cms.foundation.audit.models import AuditEntry
from cms.foundation.database import Database, new_id
from cms.foundation.http.edge import Edge
from cms.foundation.jobs.models import Job
from tests import factories
from tests.audit.log import Log
from tests.callers import Caller
from tests.delivery.test_statements import counted

POSTS = "/api/v1/manage/posts"


def test_an_edit_says_what_was_before_and_what_is_now(editor: Caller, log: Log) -> None:
    first, second = (factories.a_tag(editor)["id"] for _ in range(2))
    post = factories.a_post(editor, title="Before", body="One", tag_ids=[first, second])
    log.new()

    factories.edited(editor, post, title="After", body="Two words", tag_ids=[second, first])

    entry = log.only()
    assert (entry.action, entry.subject_kind) == ("edit_post", "post")
    assert str(entry.subject_id) == post["id"]
    assert (str(entry.actor_id), entry.actor_name, entry.key_id) == (
        editor.user_id,
        "Editor",
        None,
    )
    assert entry.changes == {
        "title": ["Before", "After"],
        "body": [measured("One"), measured("Two words")],
        "revision": [1, 2],
        "tag_ids": [[first, second], [second, first]],
    }


def test_a_new_thing_has_no_before_and_a_deleted_one_no_after(editor: Caller, log: Log) -> None:
    tag = factories.a_tag(editor, name="News")
    assert log.of("tag") == {"name": [None, "News"], "slug": [None, "news"]}

    factories.deleted(editor, tag, kind="tags")
    assert log.of("tag") == {"name": ["News", None], "slug": ["news", None]}


def test_a_post_that_is_deleted_for_good_says_what_it_was(admin: Caller, log: Log) -> None:
    tag = factories.a_tag(admin)
    post = factories.a_post(admin, title="Gone", body="Text", tag_ids=[tag["id"]])
    log.new()

    assert admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*").status_code == 204

    changes = log.of("post")
    assert changes["title"] == ["Gone", None]
    assert changes["body"] == [measured("Text"), None]
    assert changes["tag_ids"] == [[tag["id"]], None]


def test_what_belongs_to_a_post_goes_with_it_without_entries(
    app: Edge, admin: Caller, log: Log
) -> None:
    post = factories.a_post(admin)
    factories.scheduled(admin, post, publish_at="2090-01-01T00:00:00Z")
    for path, body in (("comments", {"text": "Well"}), ("preview-links", {"expires_in": 60})):
        assert admin.post(f"{POSTS}/{post['id']}/{path}", json=body).status_code == 201
    log.new()

    assert admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*").status_code == 204

    assert log.only().subject_kind == "post"
    with app.database.session(read_only=True) as session:
        for table in (Schedule, Job):
            assert session.scalars(select(table)).all() == []


def test_a_schedule_that_is_taken_back_says_what_it_was(editor: Caller, log: Log) -> None:
    post = factories.a_post(editor)
    factories.scheduled(editor, post, publish_at="2090-01-01T00:00:00Z")
    log.new()

    factories.unscheduled(editor, post)

    schedule = {one.subject_kind: one.changes for one in log.new()}["schedule"]
    assert schedule["publish_at"] == ["2090-01-01T00:00:00.000Z", None]


def test_a_change_that_changes_nothing_leaves_no_entry(editor: Caller, log: Log) -> None:
    post = factories.a_post(editor, title="The same")
    log.new()

    factories.edited(editor, post, title="The same")

    assert not log.new()


def test_creating_and_publishing_in_one_step_is_one_entry(editor: Caller, log: Log) -> None:
    factories.a_published_post(editor)

    assert log.of("post")["status"] == [None, "published"]


def test_what_a_savepoint_took_back_leaves_none(app: Edge, log: Log) -> None:
    with app.database.transaction() as session:
        with versions.savepoint(session):
            session.add(a_tag_row("kept"))
            session.flush()
        with suppress(KeyError), versions.savepoint(session):
            session.add(a_tag_row("lost"))
            session.flush()
            raise KeyError

    assert log.only().changes["slug"] == [None, "kept"]


def test_a_rollback_leaves_none(app: Edge, log: Log) -> None:
    with app.database.session() as session:
        session.add(a_tag_row("lost"))
        session.flush()
        session.rollback()
        session.commit()

    assert not log.new()


def test_a_key_is_named_with_its_user(editor: Caller, log: Log) -> None:
    key = factories.a_key(editor, "posts:write")
    log.new()

    factories.a_post(key)

    entry = log.only()
    assert (str(entry.actor_id), str(entry.key_id)) == (editor.user_id, str(key.key_id))


def test_a_bulk_has_an_entry_for_each_post_that_it_changed(editor: Caller, log: Log) -> None:
    posts = [factories.a_post(editor) for _ in range(3)]
    log.new()

    operations = [{"action": "publish", "id": post["id"], "etag": "*"} for post in posts[:2]]
    operations.append({"action": "publish", "id": posts[2]["id"], "etag": '"99-stale"'})
    assert editor.post(f"{POSTS}/bulk", json={"operations": operations}).status_code == 200

    found = log.new()
    assert [str(one.subject_id) for one in found] == [post["id"] for post in posts[:2]]
    assert all(one.changes["status"] == ["draft", "published"] for one in found)


def test_a_rehearsal_leaves_none(editor: Caller, log: Log) -> None:
    post = factories.a_post(editor)
    log.new()

    operation = {"action": "publish", "id": post["id"], "etag": "*"}
    body = {"operations": [operation], "dry_run": True}
    assert editor.post(f"{POSTS}/bulk", json=body).status_code == 200

    assert not log.new()


def test_a_merge_says_into_what_and_how_many_posts_followed(editor: Caller, log: Log) -> None:
    old, into = factories.a_tag(editor), factories.a_tag(editor)
    for _ in range(2):
        factories.a_post(editor, tag_ids=[old["id"]])
    log.new()

    address = f"/api/v1/manage/tags/{old['id']}/merge"
    assert editor.post(address, if_match="*", json={"into": into["id"]}).status_code == 200

    found = {(one.subject_kind, one.subject_id and str(one.subject_id)): one for one in log.new()}
    assert found[("tag", old["id"])].changes["merged_into"] == [None, into["id"]]
    assert found[("post", None)].changes == {"post_tags.updated": [None, 2]}


def test_a_statement_past_the_objects_is_seen_too(app: Edge, editor: Caller, log: Log) -> None:
    factories.a_post(editor)
    log.new()

    with app.database.transaction() as session:
        session.execute(update(Post).values(featured=True))
        session.execute(delete(Tag))

    entry = log.only()
    assert (entry.subject_kind, entry.subject_id) == ("post", None)
    assert entry.changes == {"posts.updated": [None, 1]}


def test_a_new_password_is_seen_and_not_shown(admin: Caller, editor: Caller, log: Log) -> None:
    address = f"/api/v1/manage/users/{editor.user_id}"
    answer = admin.patch(address, if_match="*", json={"password": "another long password"})
    assert answer.status_code == 200

    assert log.of("user") == {"password_hash": ["(hidden)", "(hidden)"]}


def test_the_name_of_a_deleted_user_stays(admin: Caller, editor: Caller, log: Log) -> None:
    factories.a_tag(editor)
    factories.deleted(admin, {"id": editor.user_id}, kind="users")

    entry = log.new()[0]
    assert (entry.actor_name, str(entry.actor_id)) == ("Editor", editor.user_id)


def test_a_repeated_request_is_in_the_log_once(editor: Caller, log: Log) -> None:
    for _ in range(2):
        headers = {"Idempotency-Key": "the-same"}
        answer = editor.post(POSTS, json={"title": "Once"}, headers=headers)
        assert answer.status_code == 201

    assert log.only().action == "create_post"


def test_the_log_costs_a_write_one_statement(app: Edge, editor: Caller) -> None:
    post = factories.a_post(editor)

    with counted(app.database) as statements:
        factories.published(editor, post)

    assert len([one for one in statements if "audit_entries" in one]) == 1


@pytest.mark.parametrize("statement", [update(AuditEntry).values(action="x"), delete(AuditEntry)])
def test_the_database_refuses_to_change_the_log(
    database: Database, editor: Caller, statement: Any
) -> None:
    factories.a_tag(editor)

    with (
        pytest.raises(DBAPIError, match="append-only"),
        database.writer.begin() as connection,
    ):
        connection.execute(statement)


def test_the_log_cannot_be_emptied_at_once(database: Database, editor: Caller) -> None:
    factories.a_tag(editor)
    if database.is_sqlite:
        pytest.skip("SQLite knows no TRUNCATE")

    with (
        pytest.raises(DBAPIError, match="append-only"),
        database.writer.begin() as connection,
    ):
        connection.execute(text("TRUNCATE audit_entries"))


def test_who_only_the_database_knows_signs_later(app: Edge, log: Log) -> None:
    tag = a_tag_row("signed")
    with app.database.transaction() as session:
        audit.start(session, audit.Origin(action="cms test"))
        audit.sign(session, tag.id, "Ada")
        session.add(tag)

    entry = log.only()
    assert (entry.action, entry.actor_id, entry.actor_name) == ("cms test", tag.id, "Ada")


def a_tag_row(slug: str) -> Tag:
    """A tag that is not in the database yet."""
    tag = Tag(id=new_id(), slug=slug, name=slug, name_key=slug, description=None)
    saving.begin(tag, by=None, now=moments.now())
    return tag


def measured(text: str) -> dict[str, Any]:
    """How a long text is told."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {"characters": len(text), "sha256": digest[:16]}
