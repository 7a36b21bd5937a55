"""Publishing an older revision: what a schedule promised, while the draft moves on."""

from typing import Any

from cms.accounts.models import User
from cms.accounts.permissions import Caller as By
from cms.content.posts import publishing
from cms.content.posts import queries as posts
from cms.content.posts.revisions import keeping, queries
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.content.revisions.desk import POSTS, revision, revisions, saved


def publish_revision(app: Edge, by: Caller, post: dict[str, Any], number: int) -> dict[str, Any]:
    """The working copy after one of its revisions was published."""
    with app.database.transaction() as session:
        user = By.of(next(one for one in session.query(User) if str(one.id) == by.user_id))
        (found,) = session.scalars(posts.matching(by=user, slug=post["slug"], now=moments.now()))
        subject = posts.get(session, found.id, by=user, lock=True)
        wanted = queries.get(session, subject, number)
        publishing.publish(session, subject, by=user, now=moments.now(), revision=wanted)
    after: dict[str, Any] = by.get(f"{POSTS}/{post['id']}").get_json()
    return after


def seen(by: Caller, slug: str) -> dict[str, Any]:
    """What readers see."""
    answer = by.get(f"/api/v1/posts/{slug}")
    assert answer.status_code == 200
    shown: dict[str, Any] = answer.get_json()
    return shown


def test_readers_see_the_revision_and_the_draft_stays(app: Edge, editor: Caller) -> None:
    post = factories.a_post(editor, title="One", body="*first*", tags=["A"])
    ahead = saved(editor, post, title="Two", body="second", tags=[]).get_json()

    after = publish_revision(app, editor, post, 1)

    assert after["has_unpublished_changes"] is True
    assert (after["status"], after["title"], after["revision"]) == ("published", "Two", 2)
    assert ahead["tag_ids"] == after["tag_ids"] == []
    shown = seen(editor, post["slug"])
    assert (shown["title"], shown["html"]) == ("One", "<p><em>first</em></p>\n")
    assert [tag["name"] for tag in shown["tags"]] == ["A"]
    assert shown["published_at"] == after["published_at"]
    assert [one["is_published"] for one in revisions(editor, post)] == [False, True]
    back = saved(editor, post, title="One", body="*first*", tags=["A"]).get_json()
    assert back["has_unpublished_changes"] is False


def test_a_moment_that_was_set_goes_with_its_revision(app: Edge, editor: Caller) -> None:
    post = factories.a_post(editor, title="One", published_at="2020-01-01T00:00:00Z")
    saved(editor, post, published_at=None)

    after = publish_revision(app, editor, post, 1)

    assert seen(editor, post["slug"])["published_at"] == "2020-01-01T00:00:00.000Z"
    assert after["published_at"] == after["updated_at"]
    assert after["has_unpublished_changes"] is True
    assert revision(editor, post, 1)["content"]["published_at"] == "2020-01-01T00:00:00.000Z"
    assert revision(editor, post, 2)["content"]["published_at"] is None


def test_what_no_longer_exists_is_left_out(app: Edge, editor: Caller) -> None:
    gone = factories.a_tag(editor)
    post = factories.a_post(editor, title="One", slug="old", tag_ids=[gone["id"]])
    post = saved(editor, post, slug="new", tag_ids=[]).get_json()
    factories.deleted(editor, gone, "tags")
    factories.a_post(editor, slug="old")

    publish_revision(app, editor, post, 1)

    assert seen(editor, "new")["tags"] == []
    assert editor.get("/api/v1/posts/old").status_code == 404


def test_the_present_revision_is_published_as_always(app: Edge, editor: Caller) -> None:
    post = factories.a_post(editor, title="One")

    after = publish_revision(app, editor, post, 1)

    assert after["has_unpublished_changes"] is False
    assert [one["is_published"] for one in revisions(editor, post)] == [True]


def test_what_somebody_stands_on_is_not_changed_by_autosaves(app: Edge, editor: Caller) -> None:
    post = factories.a_post(editor, body="")
    saved(editor, post, autosave=True, body="a")
    tag = editor.get(f"{POSTS}/{post['id']}").headers["ETag"]
    with app.database.transaction() as session:
        user = By.of(next(one for one in session.query(User) if str(one.id) == editor.user_id))
        subject = session.scalars(posts.matching(by=user, now=moments.now())).one()
        keeping.fix(session, subject)

    assert editor.get(f"{POSTS}/{post['id']}").headers["ETag"] == tag
    saved(editor, post, autosave=True, body="ab")
    saved(editor, post, autosave=True, body="abc")
    assert revision(editor, post, 2)["content"]["body"] == "a"
    assert [one["number"] for one in revisions(editor, post)] == [3, 2, 1]
