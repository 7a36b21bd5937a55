"""Editors' questions about some posts read those posts, however many others there are."""

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import Role
from cms.accounts.permissions import GRANTED, Caller
from cms.content.loading import actions as loading
from cms.content.posts import queries
from cms.content.posts.bulk import queries as bulk
from cms.content.posts.trash import purging
from cms.foundation import moments
from cms.foundation.database import Database
from tests.plans import executed, walks_an_index

MANY = range(500)
IDS = [uuid.UUID(int=number) for number in MANY]
BY = Caller(id=uuid.UUID(int=1), name="Ann", role=Role.EDITOR, permissions=GRANTED[Role.EDITOR])

ASKED: dict[str, Callable[[Session], object]] = {
    "slugs that are taken": lambda session: loading.taken_slugs(session, {f"p-{n}" for n in MANY}),
    "a slug that is taken": lambda session: queries.slug_is_taken(session, "p-1", IDS[1]),
    "one post": lambda session: queries.find_unpublished_body(session, IDS[1], by=BY),
    "many posts": lambda session: bulk.lock(session, IDS),
    "the trash": lambda session: purging.plan(session, moments.now()),
}


@pytest.mark.parametrize("ask", ASKED)
def test_a_question_about_some_posts_reads_no_others(database: Database, ask: str) -> None:
    with database.session() as session:
        found = executed(session.connection(), lambda: ASKED[ask](session))

    assert found
    for statement, plan in found:
        assert walks_an_index(plan), f"{statement}\n{plan}"
        # What is not in the trash is nearly everything.
        assert ask == "the trash" or "ix_posts_trashed_at" not in plan, f"{statement}\n{plan}"
