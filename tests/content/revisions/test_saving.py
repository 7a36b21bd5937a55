"""Which saves make a revision, and what each says of how it came about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.content.revisions.desk import POSTS, revision, revisions, saved

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_new_post_is_at_its_first_revision(editor: Caller) -> None:
    post = factories.a_post(editor, title="One", body="First.")

    (only,) = revisions(editor, post)

    assert post["revision"] == 1
    assert only == {
        "number": 1,
        "saved_at": post["created_at"],
        "saved_by": {"id": editor.user_id, "name": "Editor"},
        "changed": [],
        "is_autosave": False,
        "is_published": False,
    }


def test_each_save_that_changes_something_is_a_revision(app: Edge, editor: Caller) -> None:
    other = factories.a_caller(app, "editor", name="Other")
    tag = factories.a_tag(editor)
    post = factories.a_post(editor, title="One", body="First.")

    saved(editor, post, title="Two", body="First.", featured=True)
    newest = saved(other, post, tag_ids=[tag["id"]], cover={"url": "/a.jpg"}).get_json()

    listed = revisions(editor, post)
    assert newest["revision"] == 3
    assert [one["number"] for one in listed] == [3, 2, 1]
    assert [one["changed"] for one in listed] == [["cover", "tag_ids"], ["title", "featured"], []]
    assert [one["saved_by"]["name"] for one in listed] == ["Other", "Editor", "Editor"]
    assert listed[0]["saved_at"] == newest["updated_at"]
    assert revision(editor, post, 1)["content"] == {
        "slug": post["slug"],
        "title": "One",
        "excerpt": None,
        "body": "First.",
        "cover": None,
        "seo": post["seo"],
        "featured": False,
        "published_at": None,
        "author_ids": [],
        "tag_ids": [],
    }
    assert revision(editor, post, 3)["content"]["tag_ids"] == [tag["id"]]


@pytest.mark.parametrize("options", [{}, {"autosave": True}], ids=["save", "autosave"])
def test_a_save_that_changes_nothing_makes_none_and_keeps_the_etag(
    editor: Caller, options: dict[str, Any]
) -> None:
    post = factories.a_post(editor, title="One", tags=["A"])
    before = editor.get(f"{POSTS}/{post['id']}")

    answer = saved(editor, post, **options, title=" One ", tags=["a"], cover=None)

    assert answer.headers["ETag"] == before.headers["ETag"]
    assert len(revisions(editor, post)) == 1


def test_steps_make_no_revision(editor: Caller) -> None:
    post = factories.a_post(editor, title="One")

    saved(editor, post, status="in_review")
    factories.published(editor, post)
    shown = revisions(editor, post)
    factories.unpublished(editor, post)

    assert [(one["number"], one["is_published"]) for one in shown] == [(1, True)]
    assert [one["is_published"] for one in revisions(editor, post)] == [False]
    assert revision(editor, post, 1)["content"]["published_at"] is None


def test_the_one_that_readers_see_is_named(editor: Caller) -> None:
    post = factories.a_published_post(editor, title="One")
    saved(editor, post, title="Two")
    saved(editor, post, title="Three")

    assert [one["number"] for one in revisions(editor, post) if one["is_published"]] == [1]
    factories.published(editor, post)
    assert [one["number"] for one in revisions(editor, post) if one["is_published"]] == [3]


def test_a_run_of_autosaves_is_one_revision(app: Edge) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        editor = factories.a_caller(app, "editor")
        post = factories.a_post(editor, title="One", body="")
        for text in ("a", "ab", "abc"):
            clock.shift(timedelta(minutes=2))
            answer = saved(editor, post, autosave=True, body=text)
        clock.shift(timedelta(minutes=6))
        saved(editor, post, autosave=True, title="Two", body="")

        first_run = revisions(editor, post)
        clock.shift(timedelta(milliseconds=1))
        saved(editor, post, autosave=True, body="d")

        listed = revisions(editor, post)
        whole = {number: revision(editor, post, number) for number in (2, 3)}

    assert answer.get_json()["version"] == 4
    assert [(one["number"], one["changed"]) for one in first_run] == [(2, ["title"]), (1, [])]
    assert first_run[0]["saved_at"] == "2026-03-01T12:12:00.000Z"
    assert [one["is_autosave"] for one in listed] == [True, True, False]
    assert whole[2]["content"]["title"] == "Two"
    assert whole[3]["changed"] == ["body"]


def ends_by_a_save(editor: Caller, _other: Caller, post: dict[str, Any]) -> None:
    """The same person says that this is to be kept, and changes nothing."""
    saved(editor, post)


def ends_by_another(_editor: Caller, other: Caller, post: dict[str, Any]) -> None:
    """Somebody else saves, and it is taken back."""
    saved(other, post, autosave=True, excerpt="Theirs")
    saved(other, post, autosave=True, excerpt=None)


def ends_by_submitting(editor: Caller, _other: Caller, post: dict[str, Any]) -> None:
    """The next autosave must not change what is reviewed."""
    saved(editor, post, status="in_review")


def ends_by_publishing(editor: Caller, _other: Caller, post: dict[str, Any]) -> None:
    """Nor what readers see."""
    factories.published(editor, post)


def ends_by_withdrawing(editor: Caller, _other: Caller, post: dict[str, Any]) -> None:
    """Nor what readers saw."""
    factories.published(editor, post)
    saved(editor, post, autosave=True, body="")
    saved(editor, post, autosave=True, body="ab")
    factories.unpublished(editor, post)


def ends_by_the_trash(editor: Caller, _other: Caller, post: dict[str, Any]) -> None:
    """It comes back as it was."""
    factories.deleted(editor, post)
    factories.restored(editor, post)


def ends_by_taking_a_schedule_back(editor: Caller, _other: Caller, post: dict[str, Any]) -> None:
    """Also of what was written after it was scheduled."""
    factories.scheduled(editor, post, publish_at="2090-01-01T00:00:00Z")
    saved(editor, post, autosave=True, body="")
    saved(editor, post, autosave=True, body="ab")
    factories.unscheduled(editor, post)


ENDS = [
    *(ends_by_a_save, ends_by_another, ends_by_submitting, ends_by_publishing),
    *(ends_by_withdrawing, ends_by_the_trash, ends_by_taking_a_schedule_back),
]


@pytest.mark.parametrize("end", ENDS, ids=[end.__name__ for end in ENDS])
def test_a_run_of_autosaves_ends(app: Edge, editor: Caller, end: Any) -> None:
    other = factories.a_caller(app, "editor")
    post = factories.a_post(editor, body="")
    saved(editor, post, autosave=True, body="a")
    saved(editor, post, autosave=True, body="ab")
    end(editor, other, post)
    before = revisions(editor, post)

    saved(editor, post, autosave=True, body="abc")

    after = revisions(editor, post)
    assert after[0]["number"] == before[0]["number"] + 1
    assert after[1:] == before
    assert revision(editor, post, 2)["content"]["body"] == "ab"


def test_an_ordinary_save_after_autosaves_is_a_revision_of_its_own(editor: Caller) -> None:
    post = factories.a_post(editor, body="")
    saved(editor, post, autosave=True, body="a")
    saved(editor, post, body="ab")
    saved(editor, post, autosave=True, body="abc")

    assert [one["is_autosave"] for one in revisions(editor, post)] == [True, False, True, False]


def test_closing_a_run_keeps_the_version(editor: Caller) -> None:
    post = factories.a_post(editor, body="")
    tag = saved(editor, post, autosave=True, body="a").headers["ETag"]

    answer = saved(editor, post, body="a")

    assert answer.headers["ETag"] == tag
    assert editor.get(f"{POSTS}/{post['id']}").headers["ETag"] == tag


@pytest.mark.parametrize("value", ["", "1", "yes", "True", "true&autosave=true"])
def test_autosave_is_true_or_false(editor: Caller, value: str) -> None:
    post = factories.a_post(editor)

    answer = editor.patch(f"{POSTS}/{post['id']}?autosave={value}", if_match="*", json={})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "?autosave"


def test_purging_a_post_deletes_its_revisions(app: Edge, admin: Caller, editor: Caller) -> None:
    post = factories.a_post(editor, title="One")
    saved(editor, post, title="Two")
    factories.deleted(editor, post)
    assert editor.get(f"{POSTS}/{post['id']}/revisions").status_code == 200
    assert admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*").status_code == 204

    assert editor.get(f"{POSTS}/{post['id']}/revisions").status_code == 404
    with app.database.session(read_only=True) as session:
        assert session.connection().exec_driver_sql("SELECT 1 FROM post_revisions").all() == []
