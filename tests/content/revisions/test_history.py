"""Whatever editors do, the revisions of a post are those of the model, and each can come back."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.content.posts import actions
from cms.content.posts import queries as posts
from cms.content.posts.models import Post
from cms.content.posts.revisions import actions as revision_actions
from cms.content.posts.revisions import queries
from cms.editions import queries as editions
from cms.foundation.http.edge import Edge
from cms.foundation.versions import ANY
from tests import factories
from tests.conftest import empty
from tests.content.revisions.history_model import HistoryModel, State

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST: dict[str, Any] = {"title": "A", "body": "", "excerpt": None, "featured": False}
VERBS = ["autosave"] * 5 + ["save", "publish", "publish", "submit", "restore"]
contents = st.fixed_dictionaries(
    {"body": st.sampled_from(["", "x\n", "x\ny\n", "y\n"])},
    optional={
        "title": st.sampled_from(["A", "B"]),
        "excerpt": st.sampled_from([None, "E"]),
        "featured": st.booleans(),
    },
)
# What is done, by whom of the two, how many minutes after the last, and with what.
steps = st.tuples(
    st.sampled_from(VERBS),
    st.sampled_from([0, 0, 1]),
    st.sampled_from([0, 0, 1, 4, 9, 10, 11]),
    contents,
    st.integers(0, 99),
)


class Editors:
    """Two people who work on one post, in the database and in the model alike."""

    def __init__(self, app: Edge) -> None:
        """At noon, with a new post."""
        empty(app)
        self.app = app
        self.ids = [factories.a_caller(app, "editor").user_id for _ in range(2)]
        self.now = NOON
        self.model = HistoryModel([State(dict(FIRST), 0, NOON, NOON)])
        with app.database.transaction() as session:
            post = actions.create(session, dict(FIRST), by=self.user(session, 0), now=NOON)
            self.post_id = post.id

    def user(self, session: Session, number: int) -> Caller:
        """One of the two."""
        found = next(one for one in session.query(User) if str(one.id) == self.ids[number])
        return Caller.of(found)

    def carry_out(
        self, verb: str, number: int, minutes: int, values: dict[str, Any], which: int
    ) -> None:
        """One step by one of them, some minutes after the last; ``which`` picks a revision."""
        self.now += timedelta(minutes=minutes)
        with self.app.database.transaction() as session:
            by = self.user(session, number)
            post = posts.get(session, self.post_id, by=by, lock=True)
            self.act(session, post, verb, by, values if "save" in verb else which)
        model, now = self.model, self.now
        if verb in {"save", "autosave"}:
            model.save(values, by=number, now=now, autosave=verb == "autosave")
        elif verb == "restore":
            model.restore(which % len(model.states) + 1, by=number, now=now)
        else:
            getattr(model, verb)()

    def act(self, session: Session, post: Post, verb: str, by: Caller, what: Any) -> None:
        """The same in the database."""
        said: dict[str, Any] = {"by": by, "expected": ANY, "now": self.now}
        if verb == "publish":
            actions.publish(session, post, **said)
        elif verb == "restore":
            revision_actions.restore(session, post, what % post.revision + 1, **said)
        elif verb == "submit":
            if post.status == "draft":
                actions.edit(session, post, {"status": "in_review"}, **said)
        else:
            actions.edit(session, post, what, **said, autosave=verb == "autosave")


def check(editors: Editors) -> None:
    """Compare all that can be seen of the revisions."""
    model = editors.model
    with editors.app.database.session(read_only=True) as session:
        post = posts.get(session, editors.post_id, by=editors.user(session, 0))
        listed = queries.listed(session, post, before=None, limit=1000)[::-1]
        assert [one.number for one in listed] == list(range(1, len(model.states) + 1))
        for one, state in zip(listed, model.states, strict=True):
            assert str(one.saved_by_id) == editors.ids[state.by]
            assert (one.saved_at, one.is_autosave) == (state.at, state.is_autosave)
            assert set(one.changed) == model.changed(one.number)
            values = queries.get(session, post, one.number).content.values()
            assert {name: values[name] for name in FIRST} == state.content
        assert editions.find_live_revision(session, post.id) == model.shown


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(done=st.lists(steps, min_size=4, max_size=12))
def test_the_history_of_a_post_is_that_of_the_model(app: Edge, done: list[Any]) -> None:
    editors = Editors(app)
    for step in done:
        editors.carry_out(*step)
    check(editors)
    for number in range(len(editors.model.states)):
        editors.carry_out("restore", 1, 1, {}, number)
    check(editors)
