"""What becomes of a scheduled post."""

import threading
import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select

from cms.accounts.models import User
from cms.accounts.permissions import Caller as By
from cms.content.posts import publishing, queries
from cms.content.posts.scheduling import actions
from cms.content.posts.scheduling.models import Schedule
from cms.editions.models import PostEdition
from cms.foundation import moments
from cms.foundation.errors import Conflict
from cms.foundation.http.edge import Edge
from cms.foundation.jobs.models import Job
from cms.foundation.versions import ANY
from tests import factories
from tests.callers import Caller
from tests.scheduling.desk import HOUR, POSTS, Desk, in_seconds

PATIENCE_SECONDS = 60
JOBS = "/api/v1/manage/jobs"


def count(app: Edge, model: Any) -> int:
    """How many rows there are."""
    with app.database.session(read_only=True) as session:
        return session.scalars(select(func.count()).select_from(model)).one()


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_a_scheduled_post_is_published_when_it_is_due(desk: Desk, status: str) -> None:
    post = factories.a_post(desk.editor, slug="soon", status=status)

    scheduled = desk.schedule(post, publish_at=HOUR)
    assert scheduled["status"] == "scheduled"
    assert scheduled["version"] == post["version"] + 1
    due = scheduled["scheduled"]["publish_at"]

    desk.pass_time(HOUR - 60)
    assert desk.seen("soon") is None

    desk.pass_time(120)
    assert desk.seen("soon")["published_at"] == due
    published = desk.post(post)
    assert (published["status"], published["scheduled"]) == ("published", None)
    assert published["published_at"] == due
    assert count(desk.app, Job) == count(desk.app, Schedule) == 0


def test_the_answer_says_what_will_be_done(desk: Desk) -> None:
    post = factories.a_post(desk.editor)
    publish_at, unpublish_at = in_seconds(HOUR), in_seconds(2 * HOUR)

    answer = desk.ask(post, publish_at=publish_at, unpublish_at=unpublish_at)

    assert answer.get_json()["scheduled"] == {
        "publish_at": publish_at,
        "unpublish_at": unpublish_at,
        "follow_draft": False,
        "revision": post.get("revision", 1),
        "scheduled_by": desk.editor.user_id,
        "error": None,
    }
    read = desk.editor.get(f"{POSTS}/{post['id']}")
    assert read.get_json() == answer.get_json()
    assert read.headers["ETag"] == answer.headers["ETag"]
    listed = desk.editor.get(f"{POSTS}?status=scheduled").get_json()["data"]
    assert listed == [answer.get_json()]


def test_a_moment_may_be_given_in_any_zone(desk: Desk) -> None:
    moment = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    zones = [timezone(timedelta(hours=hours, minutes=30)) for hours in (-9, 0, 5)]

    shown = {
        desk.schedule(
            factories.a_post(desk.editor), publish_at=moment.astimezone(zone).isoformat()
        )["scheduled"]["publish_at"]
        for zone in zones
    }

    assert shown == {moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")}


def test_what_was_approved_is_published_though_the_draft_moved_on(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon", title="Approved", tags=["one"])
    scheduled = desk.schedule(post, publish_at=HOUR)

    for title in ("Second thoughts", "Third thoughts"):
        factories.edited(desk.editor, post, title=title, tags=["two"])
    assert desk.post(post)["scheduled"] == scheduled["scheduled"]
    desk.pass_time(2 * HOUR)

    seen = desk.seen("soon")
    assert (seen["title"], [tag["name"] for tag in seen["tags"]]) == ("Approved", ["one"])
    kept = desk.post(post)
    assert (kept["title"], kept["status"]) == ("Third thoughts", "published")
    assert kept["has_unpublished_changes"] is True


def test_a_run_of_autosaves_does_not_change_what_was_approved(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon", title="Approved")
    address = f"{POSTS}/{post['id']}?autosave=true"
    desk.editor.patch(address, if_match="*", json={"title": "Approved too"})
    desk.schedule(post, publish_at=HOUR)

    answer = desk.editor.patch(address, if_match="*", json={"title": "Typing"})
    assert answer.status_code == 200
    desk.pass_time(2 * HOUR)

    assert desk.seen("soon")["title"] == "Approved too"


def test_a_schedule_can_follow_the_draft(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon", title="First")
    scheduled = desk.schedule(post, publish_at=HOUR, follow_draft=True)
    assert (scheduled["scheduled"]["follow_draft"], scheduled["scheduled"]["revision"]) == (
        True,
        None,
    )

    factories.edited(desk.editor, post, title="Last", slug="later")
    desk.pass_time(2 * HOUR)

    assert desk.seen("later")["title"] == "Last"
    assert desk.post(post)["has_unpublished_changes"] is False


def test_a_post_is_withdrawn_when_its_time_is_over(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon")
    unpublish_at = desk.schedule(post, publish_at=HOUR, unpublish_at=2 * HOUR)["scheduled"][
        "unpublish_at"
    ]

    desk.pass_time(1.5 * HOUR)
    assert desk.seen("soon")
    between = desk.post(post)
    assert between["status"] == "published"
    assert between["scheduled"]["publish_at"] is None
    assert between["scheduled"]["unpublish_at"] == unpublish_at

    desk.pass_time(HOUR)
    assert desk.seen("soon") is None
    after = desk.post(post)
    assert (after["status"], after["scheduled"]) == ("draft", None)


def test_a_published_post_can_be_withdrawn_in_time(desk: Desk) -> None:
    post = factories.a_published_post(desk.editor, slug="here")

    scheduled = desk.schedule(post, unpublish_at=HOUR)
    assert scheduled["status"] == "published"
    assert desk.seen("here")

    desk.pass_time(2 * HOUR)
    assert desk.seen("here") is None
    assert desk.post(post)["status"] == "draft"


def test_changes_of_a_published_post_go_live_in_time(desk: Desk) -> None:
    post = factories.a_published_post(desk.editor, slug="here", title="Old")
    first = desk.seen("here")["published_at"]
    factories.edited(desk.editor, post, title="New")

    assert desk.schedule(post, publish_at=HOUR)["status"] == "published"
    factories.edited(desk.editor, post, title="Newer")
    assert desk.seen("here")["title"] == "Old"
    desk.pass_time(2 * HOUR)

    seen = desk.seen("here")
    assert (seen["title"], seen["published_at"]) == ("New", first)


def test_a_change_that_was_taken_back_is_still_published_as_it_was_approved(desk: Desk) -> None:
    post = factories.a_published_post(desk.editor, slug="here", title="Old")
    factories.edited(desk.editor, post, title="New")
    desk.schedule(post, publish_at=HOUR)
    factories.edited(desk.editor, post, title="Old")

    desk.pass_time(2 * HOUR)

    assert desk.seen("here")["title"] == "New"
    assert desk.post(post)["has_unpublished_changes"] is True


def test_following_a_draft_that_did_not_change_publishes_nothing(desk: Desk) -> None:
    post = factories.a_published_post(desk.editor, slug="here")
    desk.schedule(post, publish_at=HOUR, follow_draft=True)

    desk.pass_time(2 * HOUR)

    assert count(desk.app, PostEdition) == 1
    assert desk.post(post)["scheduled"] is None


def test_a_new_schedule_replaces_the_one_before(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon", title="First")
    desk.schedule(post, publish_at=HOUR, unpublish_at=2 * HOUR)
    factories.edited(desk.editor, post, title="Second")
    desk.schedule(post, publish_at=3 * HOUR)
    assert count(desk.app, Job) == 1

    desk.pass_time(2.5 * HOUR)
    assert desk.seen("soon") is None
    desk.pass_time(HOUR)

    assert desk.seen("soon")["title"] == "Second"
    desk.pass_time(100 * HOUR)
    assert desk.seen("soon")
    assert count(desk.app, PostEdition) == 1


@pytest.mark.parametrize("status", ["draft", "in_review"])
def test_a_schedule_that_is_taken_back_leaves_the_post_where_it_was(
    desk: Desk, status: str
) -> None:
    post = factories.a_post(desk.editor, slug="soon", status=status)
    desk.schedule(post, publish_at=HOUR)
    desk.schedule(post, publish_at=2 * HOUR)

    back = desk.unschedule(post)
    desk.pass_time(3 * HOUR)

    assert (back["status"], back["scheduled"]) == (status, None)
    assert desk.seen("soon") is None
    assert count(desk.app, Job) == count(desk.app, Schedule) == 0


def test_a_published_post_stays_published_when_its_schedule_is_taken_back(desk: Desk) -> None:
    post = factories.a_published_post(desk.editor, slug="here")
    desk.schedule(post, unpublish_at=HOUR)

    assert desk.unschedule(post)["status"] == "published"
    desk.pass_time(2 * HOUR)

    assert desk.seen("here")


def test_publishing_at_once_takes_the_place_of_the_schedule(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon")
    desk.schedule(post, publish_at=HOUR)

    published = factories.published(desk.editor, post)
    assert (published["status"], published["scheduled"]) == ("published", None)
    desk.pass_time(2 * HOUR)

    assert count(desk.app, PostEdition) == 1
    assert count(desk.app, Job) == 0


def test_publishing_at_once_leaves_the_end_as_it_was_set(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon")
    scheduled = desk.schedule(post, publish_at=HOUR, unpublish_at=2 * HOUR)["scheduled"]

    published = factories.published(desk.editor, post)
    assert published["scheduled"]["publish_at"] is None
    assert published["scheduled"]["unpublish_at"] == scheduled["unpublish_at"]
    desk.pass_time(1.5 * HOUR)
    assert desk.seen("soon")
    desk.pass_time(HOUR)

    assert desk.seen("soon") is None


def test_withdrawing_at_once_forgets_the_schedule(desk: Desk) -> None:
    post = factories.a_published_post(desk.editor, slug="here")
    factories.edited(desk.editor, post, title="New")
    desk.schedule(post, publish_at=HOUR, unpublish_at=2 * HOUR)

    assert factories.unpublished(desk.editor, post)["scheduled"] is None
    desk.pass_time(3 * HOUR)

    assert desk.seen("here") is None
    assert count(desk.app, Job) == count(desk.app, Schedule) == 0


@pytest.mark.parametrize("query", ["", "?purge=true"])
def test_deleting_a_post_forgets_its_schedule(desk: Desk, query: str) -> None:
    post = factories.a_post(desk.editor, slug="soon")
    desk.schedule(post, publish_at=HOUR)

    admin = factories.a_caller(desk.app, "admin")
    assert admin.delete(f"{POSTS}/{post['id']}{query}", if_match="*").status_code == 204
    desk.pass_time(2 * HOUR)

    assert desk.seen("soon") is None
    assert count(desk.app, Job) == count(desk.app, Schedule) == 0


def test_what_was_missed_is_caught_up_in_order(desk: Desk) -> None:
    for hours in (3, 1, 2):
        post = factories.a_post(desk.editor, slug=f"at-{hours}")
        desk.schedule(post, publish_at=hours * HOUR)

    desk.pass_time(10 * HOUR)

    with desk.app.database.session(read_only=True) as session:
        order = session.scalars(select(PostEdition.slug).order_by(PostEdition.from_version)).all()
    assert order == ["at-1", "at-2", "at-3"]


def test_a_post_whose_time_has_passed_meanwhile_is_not_shown_at_all(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="missed", status="in_review")
    desk.schedule(post, publish_at=HOUR, unpublish_at=2 * HOUR)

    desk.pass_time(3 * HOUR)

    assert count(desk.app, PostEdition) == 0
    assert (desk.post(post)["status"], desk.post(post)["scheduled"]) == ("in_review", None)
    assert count(desk.app, Job) == 0


def test_a_past_date_of_publication_stays_what_it_is(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon", published_at="2020-01-01T00:00:00Z")
    desk.schedule(post, publish_at=HOUR)

    desk.pass_time(2 * HOUR)

    assert desk.seen("soon")["published_at"] == "2020-01-01T00:00:00.000Z"


def test_an_approved_slug_that_another_post_has_by_now_gives_way(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="wanted", title="Mine")
    desk.schedule(post, publish_at=HOUR)
    factories.edited(desk.editor, post, slug="instead")
    factories.a_published_post(desk.editor, slug="wanted", title="Theirs")

    desk.pass_time(2 * HOUR)

    assert desk.seen("wanted")["title"] == "Theirs"
    assert desk.seen("instead")["title"] == "Mine"


def test_a_worker_that_comes_for_a_schedule_that_is_just_replaced_does_nothing(desk: Desk) -> None:
    post = factories.a_post(desk.editor, slug="soon")
    desk.schedule(post, publish_at=HOUR)
    desk.now += timedelta(hours=1.5)
    worker = threading.Thread(target=desk.worker.run_due)

    with desk.app.database.transaction() as session:
        by = By.of(session.get_one(User, uuid.UUID(desk.editor.user_id)))
        found = queries.get(session, uuid.UUID(post["id"]), by=by, lock=True)
        worker.start()
        values = {"publish_at": desk.now + timedelta(hours=1)}
        actions.schedule(session, found, values, by=by, expected=ANY, now=moments.now())
    worker.join(PATIENCE_SECONDS)

    assert not worker.is_alive()
    assert desk.seen("soon") is None
    desk.pass_time(2 * HOUR)
    assert desk.seen("soon")
    assert count(desk.app, PostEdition) == 1


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "contributor"}, None])
def test_whoever_scheduled_it_may_leave(
    desk: Desk, app: Edge, admin: Caller, change: dict[str, Any] | None
) -> None:
    leaving = factories.a_caller(app, "editor")
    post = factories.a_post(desk.editor, slug="soon")
    Desk(app, leaving).schedule(post, publish_at=HOUR)
    address = f"/api/v1/manage/users/{leaving.user_id}"
    if change is None:
        assert admin.delete(address, if_match="*").status_code == 204
    else:
        assert admin.patch(address, if_match="*", json=change).status_code == 200

    desk.pass_time(2 * HOUR)

    assert desk.seen("soon")


def test_a_failure_is_shown_on_the_post_and_can_be_tried_again(
    desk: Desk, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = factories.a_post(desk.editor, slug="soon")
    desk.schedule(post, publish_at=HOUR)
    etag = desk.editor.get(f"{POSTS}/{post['id']}").headers["ETag"]

    def fail(*_given: Any, **_named: Any) -> None:
        message = "Something stands against it."
        raise Conflict(message)

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "publish", fail)
        for _ in range(6):
            desk.pass_time(2 * HOUR)
    overdue = desk.post(post)
    assert overdue["status"] == "scheduled"
    assert overdue["scheduled"]["error"] == "Something stands against it."
    # The post itself is as it was: a change may still be made from it.
    assert overdue["version"] == int(etag.strip('"').partition("-")[0])
    (dead,) = admin.get(f"{JOBS}?status=dead").get_json()["data"]
    assert (dead["kind"], dead["subject_id"]) == ("post.schedule", post["id"])

    assert admin.post(f"{JOBS}/{dead['id']}/retry").status_code == 200
    desk.pass_time(1)

    assert desk.seen("soon")["published_at"] == overdue["scheduled"]["publish_at"]


def test_a_schedule_that_is_given_up_is_taken_back(
    desk: Desk, admin: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = factories.a_post(desk.editor, status="in_review")
    desk.schedule(post, publish_at=HOUR)
    monkeypatch.setattr(publishing, "publish", None)
    desk.pass_time(2 * HOUR)
    (job,) = admin.get(JOBS).get_json()["data"]
    assert "TypeError" in job["error"]

    assert admin.delete(f"{JOBS}/{job['id']}").status_code == 204

    given_up = desk.post(post)
    assert (given_up["status"], given_up["scheduled"]) == ("in_review", None)
    assert count(desk.app, Job) == 0
