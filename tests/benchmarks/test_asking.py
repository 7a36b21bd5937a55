"""What the benchmark asks has answers, and what it measures is what that takes."""

import json
import uuid
from pathlib import Path

import pytest

from benchmarks import asking, data
from benchmarks.missing import cursor_at, request
from benchmarks.questions import BEHIND, questions
from benchmarks.rows import Row
from cms.accounts.models import User
from cms.accounts.permissions import Caller as By
from cms.content.loading import actions, rendering
from cms.content.loading.actions import Known
from cms.content.loading.assembling import Portion
from cms.content.loading.schemas import LoadedPost
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests.callers import Caller

POSTS = 200


@pytest.fixture
def site(app: Edge, admin: Caller, tmp_path: Path) -> Edge:
    """A site with the benchmark's posts."""
    path = tmp_path / "posts.ndjson"
    data.write(path, posts=POSTS, size=500, advance=lambda _done: None)
    now = moments.now()
    lines = [LoadedPost().load(json.loads(line)) for line in path.read_text().splitlines()]
    dialect = app.database.writer.dialect.name
    with app.database.transaction() as session:
        by = By.of(session.get_one(User, uuid.UUID(admin.user_id)))
        ready = [rendering.render(line, database=dialect, now=now) for line in lines]
        assert actions.add(session, [Portion(ready)], known=Known(), by=by, now=now) == {}
    return app


def test_every_question_has_an_answer(site: Edge) -> None:
    for scenario in questions(POSTS, version=BEHIND).values():
        for question in scenario:
            assert request(site, question.address), question.what


@pytest.mark.parametrize("query", ["", "tag=tag-1&"])
def test_a_cursor_that_nobody_walked_to_leads_to_its_depth(site: Edge, query: str) -> None:
    pages = [
        json.loads(request(site, f"/api/v1/posts?{query}limit=2{cursor_at(site, depth, query)}"))
        for depth in (0, 25, 95)
    ]
    moments = [page["data"][0]["published_at"] for page in pages]
    assert moments == sorted(set(moments), reverse=True)


def test_a_word_of_one_post_finds_one_post(site: Edge) -> None:
    (address,) = (
        question.address
        for question in questions(POSTS, version=BEHIND)["search"]
        if question.what == "word of one post"
    )

    assert [post["slug"] for post in json.loads(request(site, address))["data"]] == ["post-100"]


def test_the_meter_reads_the_clocks_of_the_database_too(site: Edge) -> None:
    meter = asking.Meter(site.database)
    request(site, "/api/v1/posts")
    meter.look()
    before = meter.read()
    for _ in range(50):
        request(site, "/api/v1/search?q=missing")
    after = meter.read()

    assert after[0] > before[0]
    assert (after[1] > 0) == (not site.database.is_sqlite)


def test_growth_is_what_the_larger_site_costs_in_times_of_the_smaller() -> None:
    rows = [
        Row("search, 10,000 posts", "a word", 200.0, "µs of CPU", "time"),
        Row("search, 10,000 posts", "a word", 900.0, "µs, median", "time"),
        Row("search, 1,000,000 posts", "a word", 300.0, "µs of CPU", "time"),
        Row("search, 1,000,000 posts", "of the larger only", 1.0, "µs of CPU", "time"),
        Row("miss", "list of 20", 300.0, "µs of CPU", "time"),
    ]

    unit = "times, 1,000,000 posts to 10,000"
    assert asking.growth(rows) == [Row("growth, search", "a word", 1.5, unit, "ratio")]
