"""The trash is emptied by the worker: each post when its days are over, and no other."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cms.app import WORKS
from cms.content.posts.models import Post
from cms.content.posts.trash import emptying
from cms.foundation.http.edge import Edge
from cms.foundation.jobs.models import Job
from tests import factories
from tests.audit.log import Log
from tests.callers import Caller
from tests.scheduling.desk import Desk

DAY, DAYS = 86_400, 30
MOMENT = 0.001


class Office(Desk):
    """A desk whose worker does all that a site's worker does."""

    def __init__(self, app: Edge, editor: Caller) -> None:
        """For ``editor``."""
        super().__init__(app, editor, WORKS)

    def trash(self, **values: Any) -> str:
        """The title of a post that is put there at this moment."""
        post = factories.a_post(self.editor, **values)
        factories.deleted(self.editor, post)
        with self.app.database.transaction() as session:
            found = session.scalars(select(Post).where(Post.title == post["title"])).one()
            found.trashed_at = self.now
        title: str = post["title"]
        return title

    def left(self) -> set[str]:
        """The titles of what was not purged."""
        with self.app.database.session(read_only=True) as session:
            return set(session.scalars(select(Post.title)))


@pytest.fixture
def office(app: Edge, editor: Caller, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Where deleted posts are kept for 30 days."""
    monkeypatch.setitem(app.database.info, emptying.DAYS, DAYS)
    return Office(app, editor)


def test_each_post_is_purged_when_its_days_are_over(office: Office) -> None:
    titles = []
    for _ in range(3):
        titles.append(office.trash(status="published"))
        office.pass_time(DAY)
    kept = factories.a_post(office.editor)["title"]

    office.pass_time((DAYS - 3) * DAY - MOMENT)
    for number in range(3):
        assert office.left() == {kept, *titles[number:]}
        office.pass_time(MOMENT)
        assert office.left() == {kept, *titles[number + 1 :]}
        office.pass_time(DAY - MOMENT)


def test_what_lay_there_before_any_worker_ran_is_purged(office: Office) -> None:
    old = office.trash(status="published", slug="old")
    office.now += timedelta(days=DAYS + 5)
    new = office.trash()
    assert office.left() == {old, new}

    office.pass_time(0)

    assert office.left() == {new}
    assert office.app.test_client().get("/api/v1/posts/old").status_code == 410


def test_a_post_that_was_restored_in_time_is_not_purged(office: Office) -> None:
    post = factories.a_post(office.editor)
    factories.deleted(office.editor, post)
    office.pass_time(DAY)
    factories.restored(office.editor, post)

    office.pass_time(2 * DAYS * DAY)

    assert office.left() == {post["title"]}


@pytest.mark.parametrize(("days", "is_left"), [(DAYS - 10, False), (DAYS + 10, True)])
def test_another_number_of_days_holds_for_what_is_there_already(
    office: Office, days: int, *, is_left: bool
) -> None:
    title = office.trash()
    office.pass_time(DAY)
    office.app.database.info[emptying.DAYS] = days

    office.pass_time((DAYS - 1) * DAY)

    assert office.left() == ({title} if is_left else set())


def test_more_than_a_portion_is_purged_and_what_else_is_due_has_its_turn(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "PORTION", 2)
    for _ in range(5):
        office.trash()
    post = factories.a_post(office.editor)
    office.schedule(post, publish_at=DAY)
    order: list[str] = []
    for kind, work in WORKS.items():

        def run(*arguments: Any, _kind: str = kind, _run: Any = work.run, **named: Any) -> Any:
            order.append(_kind)
            return _run(*arguments, **named)

        changed = type(work)(run, work.prepare, work.abandon, work.every)
        monkeypatch.setitem(WORKS, kind, changed)

    office.now += timedelta(days=DAYS)
    office.pass_time(0)

    assert office.left() == {post["title"]}
    assert sorted(order) == ["post.schedule", *["trash.purge"] * 3]
    assert order[-1] == "trash.purge"


def test_the_log_shows_that_nobody_did_it_but_the_site(app: Edge, office: Office) -> None:
    titles = {office.trash() for _ in range(2)}
    log = Log(app)

    office.pass_time(DAYS * DAY)

    entries = log.new()
    assert office.left() == set()
    assert len(entries) == len(titles)
    for entry in entries:
        assert (entry.action, entry.subject_kind) == (emptying.KIND, "post")
        assert (entry.actor_id, entry.actor_name, entry.address) == (None, None, None)
        assert entry.changes == {"purged": [False, True]}


def test_there_is_one_job_whatever_is_in_the_trash(office: Office) -> None:
    for _ in range(3):
        office.trash()
        office.pass_time(0)

    with office.app.database.session(read_only=True) as session:
        (job,) = session.scalars(select(Job))
    assert (job.kind, job.next_at) == (emptying.KIND, office.now + emptying.EVERY)
