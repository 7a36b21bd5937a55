"""However a post is scheduled, edited and moved while time passes: it follows a small model."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.content.posts import actions, queries
from cms.content.posts.models import Post
from cms.content.posts.scheduling import actions as scheduling
from cms.content.posts.scheduling.models import Schedule
from cms.editions.models import PostEdition
from cms.foundation.database import Database
from cms.foundation.errors import Conflict, Unprocessable
from cms.foundation.http.edge import Edge
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.worker import Worker
from cms.foundation.versions import ANY
from tests import factories
from tests.conftest import empty
from tests.jobs.desk import START
from tests.scheduling.desk import SCHEDULES

TITLES = ("One", "Two", "Three")
DELAYS = st.sampled_from([None, -10, 0, 10, 20, 50])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("schedule"), DELAYS, DELAYS, st.booleans()),
        st.tuples(st.just("edit"), st.sampled_from(TITLES)),
        st.tuples(st.just("pass"), st.sampled_from([1, 10, 15, 60])),
        st.tuples(st.just("away"), st.sampled_from([10, 30])),
        st.tuples(st.sampled_from(["unschedule", "publish", "unpublish", "submit"])),
    ),
    min_size=4,
    max_size=20,
)


@dataclass
class Plan:
    """A schedule; ``pinned`` is the approved title."""

    former: str
    publish_at: datetime | None = None
    unpublish_at: datetime | None = None
    pinned: str | None = None

    @property
    def due_at(self) -> datetime:
        """When its next part is due."""
        due_at = self.publish_at or self.unpublish_at
        assert due_at is not None
        return due_at


@dataclass
class Model:
    """One post and what readers see of it."""

    now: datetime = START
    title: str = TITLES[0]
    status: str = "draft"
    live: str | None = None
    plan: Plan | None = None
    # Every title that was published, and when the first one was.
    issued: list[str] = field(default_factory=list)
    first: datetime | None = None

    def publish(self, title: str, at: datetime) -> None:
        """Readers see it."""
        self.live, self.status = title, "published"
        self.issued.append(title)
        self.first = self.first or at
        if self.plan is not None:
            self.plan.publish_at = self.plan.pinned = None
            self.plan = self.plan if self.plan.unpublish_at else None

    def unpublish(self) -> None:
        """Readers do not."""
        self.live, self.status, self.plan = None, "draft", None

    def take_back(self) -> None:
        """No longer scheduled."""
        assert self.plan is not None
        self.status = self.plan.former if self.status == "scheduled" else self.status
        self.plan = None

    def work(self) -> None:
        """Everything that is due."""
        while self.plan is not None and self.plan.due_at <= self.now:
            plan, due_at = self.plan, self.plan.due_at
            is_over = plan.unpublish_at is not None and plan.unpublish_at <= self.now
            if plan.publish_at is None or is_over:
                (self.unpublish if self.live else self.take_back)()
            elif plan.pinned is None and self.title == self.live:
                plan.publish_at = None
                self.plan = plan if plan.unpublish_at else None
            else:
                self.publish(plan.pinned or self.title, due_at)

    def admits(
        self, publish_at: datetime | None, unpublish_at: datetime | None, follow: Any
    ) -> bool:
        """Whether such a schedule makes sense."""
        given = [moment for moment in (publish_at, unpublish_at) if moment is not None]
        if not given or min(given) <= self.now or (follow and publish_at is None):
            return False
        if publish_at is None:
            return self.live is not None
        if unpublish_at is not None and unpublish_at <= publish_at:
            return False
        return bool(follow) or self.title != self.live


class Desk:
    """The real thing."""

    def __init__(self, app: Edge) -> None:
        """With a new post."""
        self.database: Database = app.database
        self.now = START
        self.worker = Worker(self.database, SCHEDULES, now=lambda _session: self.now)
        self.by_id = factories.a_caller(app, "editor").user_id
        with self.database.transaction() as session:
            values = {"title": TITLES[0], "slug": "post"}
            self.post_id = actions.create(session, values, by=self._by(session), now=self.now).id

    def _by(self, session: Session) -> Caller:
        return Caller.of(session.scalars(select(User)).one())

    def take(self, act: Callable[..., Any], *values: Any) -> bool:
        """Take a step; say whether it was allowed."""
        try:
            with self.database.transaction() as session:
                by = self._by(session)
                post = queries.get(session, self.post_id, by=by, lock=True)
                act(session, post, *values, by=by, expected=ANY, now=self.now)
        except (Conflict, Unprocessable):
            return False
        return True

    def state(self) -> Any:
        """What there is, as the model has it."""
        with self.database.session(read_only=True) as session:
            post = session.scalars(queries.expanded(select(Post))).one()
            editions = session.scalars(select(PostEdition).order_by(PostEdition.from_version)).all()
            live = [one for one in editions if one.until_version is None]
            plan = post.schedule
            jobs = session.scalars(select(Job)).all()
            assert [job.next_at for job in jobs] == ([plan.due_at] if plan else [])
            assert session.scalar(select(func.count()).select_from(Schedule)) == len(jobs)
            return (
                post.title,
                post.status,
                json.loads(live[0].document)["title"] if live else None,
                plan and (plan.publish_at, plan.unpublish_at, plan.revision is None),
                [json.loads(one.document)["title"] for one in editions],
                post.first_published_at,
            )


@given(steps=STEPS)
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_post_follows_the_model(app: Edge, steps: list[tuple[Any, ...]]) -> None:
    empty(app)
    desk, model = Desk(app), Model()
    for name, *values in steps:
        STEP[name](desk, model, *values)
        plan = model.plan
        assert desk.state() == (
            model.title,
            model.status,
            model.live,
            plan and (plan.publish_at, plan.unpublish_at, plan.pinned is None),
            model.issued,
            model.first,
        ), (name, values)


def _schedule(desk: Desk, model: Model, start: Any, end: Any, follow: Any) -> None:
    publish_at, unpublish_at = (
        None if seconds is None else model.now + timedelta(seconds=seconds)
        for seconds in (start, end)
    )
    values = {"publish_at": publish_at, "unpublish_at": unpublish_at, "follow_draft": follow}
    is_right = model.admits(publish_at, unpublish_at, follow)
    assert desk.take(scheduling.schedule, values) == is_right
    if is_right:
        former = model.plan.former if model.plan else model.status
        pinned = None if follow or publish_at is None else model.title
        model.plan = Plan(former, publish_at, unpublish_at, pinned)
        model.status = "published" if model.live else "scheduled"


def _unschedule(desk: Desk, model: Model) -> None:
    assert desk.take(scheduling.unschedule) == (model.plan is not None)
    if model.plan:
        model.take_back()


def _edit(desk: Desk, model: Model, title: str) -> None:
    assert desk.take(actions.edit, {"title": title})
    model.title = title


def _submit(desk: Desk, model: Model) -> None:
    is_right = model.status in {"draft", "in_review"}
    assert desk.take(actions.edit, {"status": "in_review"}) == is_right
    model.status = "in_review" if is_right else model.status


def _publish(desk: Desk, model: Model) -> None:
    assert desk.take(actions.publish)
    if model.title != model.live:
        model.publish(model.title, model.now)


def _unpublish(desk: Desk, model: Model) -> None:
    assert desk.take(actions.unpublish) == (model.live is not None)
    if model.live:
        model.unpublish()


def _away(desk: Desk, model: Model, seconds: int) -> None:
    desk.now = model.now = model.now + timedelta(seconds=seconds)


def _pass(desk: Desk, model: Model, seconds: int) -> None:
    _away(desk, model, seconds)
    desk.worker.run_due()
    model.work()


STEP: dict[str, Callable[..., None]] = {
    "schedule": _schedule,
    "unschedule": _unschedule,
    "edit": _edit,
    "submit": _submit,
    "publish": _publish,
    "unpublish": _unpublish,
    "away": _away,
    "pass": _pass,
}
