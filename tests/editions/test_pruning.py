"""What is pruned can no longer be seen; all else is as before."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest
from sqlalchemy import func, inspect, select

from cms.editions import pruning
from cms.editions.models import AuthorListing, PostCount, PostEdition, TagListing
from cms.editions.present import Version
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

START = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "Never to be read again"  # noqa: S105 - what a withdrawn post said


def prune(app: Edge, horizon: int, *, portion: int = 2) -> int:
    """Forget what ended by the version ``horizon``; gives how much that was."""
    done: list[int] = []
    now = moments.now()
    pruning.carry_out(app.database, horizon, now=now, advance=done.append, portion=portion)
    return sum(done)


@pytest.fixture
def long_ago(app: Edge, editor: Caller) -> int:
    """A post with three slugs, one with none any more, a renamed tag; gives the version then."""
    tag = factories.a_tag(editor, name="Old tag")
    post = factories.a_published_post(editor, slug="one", title=SECRET, tag_ids=[tag["id"]])
    for slug in ("two", "one", "three"):
        edited = factories.edited(editor, post, slug=slug, title=SECRET, body=SECRET)
        post = factories.published(editor, edited)
    factories.published(editor, factories.edited(editor, post, title="Now"))
    factories.unpublished(editor, factories.a_published_post(editor, slug="gone", body=SECRET))
    factories.edited(editor, tag, "tags", name="New tag", slug="new-tag")
    version: int = app.present().number
    return version


def test_pruned_versions_and_cursors_are_gone(
    app: Edge, editor: Caller, client: ContractClient, long_ago: int
) -> None:
    factories.a_published_post(editor)
    walk = reading.fetch(client, limit=1)["next_cursor"]
    asked = f"/api/v1/posts?as_of={long_ago - 1}"
    assert client.get(asked).status_code == 200

    prune(app, long_ago)

    for path in (asked, f"/api/v1/tags/old-tag?as_of={long_ago - 1}", "/api/v1/tags?as_of=0"):
        answer = client.get(path)
        assert answer.status_code == 410, path
        assert answer.get_json()["code"] == "history_pruned"
        assert answer.get_json()["oldest_version"] == long_ago
        assert "no-store" in answer.headers["Cache-Control"]
    assert client.get(f"/api/v1/posts?as_of={long_ago}").status_code == 200
    assert client.get(f"/api/v1/posts?limit=1&cursor={walk}").status_code == 200
    prune(app, app.present().number)
    answer = client.get(f"/api/v1/posts?limit=1&cursor={walk}")
    assert (answer.status_code, answer.get_json()["code"]) == (410, "history_pruned")


@pytest.mark.usefixtures("long_ago")
def test_no_word_of_it_stays_but_where_slugs_lead(
    app: Edge, client: ContractClient, long_ago: int
) -> None:
    def slugs() -> dict[str, tuple[int, str | None]]:
        found = {}
        for slug in ("posts/one", "posts/two", "posts/three", "posts/gone", "tags/old-tag"):
            answer = client.get(f"/api/v1/{slug}")
            found[slug] = (answer.status_code, answer.headers.get("Location"))
        return found

    before = slugs()
    assert {status for status, _ in before.values()} == {200, 308, 410}

    assert prune(app, long_ago) > 5

    assert slugs() == before
    with app.database.session(read_only=True) as session:
        ended = session.scalars(
            select(PostEdition).where(PostEdition.until_version.is_not(None))
        ).all()
        # Of the two spans under the slug "one" the later one, of "three" only what is live.
        assert sorted(one.slug for one in ended) == ["gone", "one", "two"]
        for edition in ended:
            columns = [column.name for column in inspect(PostEdition).columns]
            assert not any(SECRET in str(getattr(edition, name)) for name in columns)
        for listing in (AuthorListing, TagListing):
            superseded = select(func.count()).where(listing.until_version.is_not(None))
            assert session.scalar(superseded) == 0


def test_counts_stay_right(app: Edge, client: ContractClient, long_ago: int) -> None:
    before = client.get("/api/v1/tags?total=true").get_json()["data"]

    prune(app, long_ago)

    assert client.get("/api/v1/tags?total=true").get_json()["data"] == before
    with app.database.session(read_only=True) as session:
        numbers = session.execute(
            select(PostCount.group_id, func.count()).group_by(PostCount.group_id)
        ).all()
    assert {number for _, number in numbers} == {1}


def test_pruning_again_finds_nothing_and_takes_no_version(app: Edge, long_ago: int) -> None:
    prune(app, long_ago)
    version = app.present().number

    assert prune(app, long_ago) == 0
    assert prune(app, long_ago - 1) == 0
    assert app.present().number == version
    assert cast(Version, app.present()).oldest == long_ago


def test_what_was_stopped_halfway_is_finished_the_next_time(
    app: Edge, client: ContractClient, long_ago: int
) -> None:
    class Stopped(Exception):
        pass

    def stop(_done: int) -> Any:
        raise Stopped

    with app.database.session(read_only=True) as session:
        planned = sum(pruning.plan(session, long_ago).values())
    with pytest.raises(Stopped):
        pruning.carry_out(app.database, long_ago, now=START, advance=stop, portion=2)

    assert client.get("/api/v1/posts?as_of=1").status_code == 410
    assert prune(app, long_ago) == planned - 2
    with app.database.session(read_only=True) as session:
        assert sum(pruning.plan(session, long_ago).values()) == 0


def test_what_is_forgotten_while_an_answer_is_made_is_no_answer(
    app: Edge, client: ContractClient, long_ago: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = app.present()
    prune(app, long_ago)
    # The request learned the site's state before that.
    monkeypatch.setattr(app, "present", lambda: before)
    app.extensions["cms.cache"].forget()

    for path in ("posts", "posts/one", "tags", "tags/old-tag", "posts?tag=old-tag&total=true"):
        joint = "&" if "?" in path else "?"
        answer = client.get(f"/api/v1/{path}{joint}as_of={long_ago - 2}")
        assert answer.status_code == 410, path


def test_the_plan_says_how_much_is_forgotten(app: Edge, long_ago: int) -> None:
    with app.database.session(read_only=True) as session:
        planned = pruning.plan(session, long_ago)
        assert sum(pruning.plan(session, 0).values()) == 0

    assert planned == {"posts": 5, "authors": 0, "tags": 1, "counts": planned["counts"]}
    assert prune(app, long_ago) == sum(planned.values())
