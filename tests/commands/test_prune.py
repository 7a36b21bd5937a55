"""`cms prune`: says what it would forget, forgets it, and says so."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from cms.app import create_app
from cms.content.posts.models import Post
from cms.foundation.audit.models import AuditEntry
from cms.foundation.settings import load
from tests import factories
from tests.commands.conftest import Cms

START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def old(migrated: Cms) -> Cms:
    """A site with a year between two editions of a post, and one more of today."""
    migrated.set(TIME_TRAVEL="true")
    app = create_app(load())
    with time_machine.travel(START, tick=False) as clock:
        editor = factories.a_caller(app, "editor")
        post = factories.a_published_post(editor, title="First", tags=["one"])
        for title in ("Second", "Third"):
            clock.shift(timedelta(days=200))
            editor = factories.a_caller(app, "editor")
            post = factories.published(editor, factories.edited(editor, post, title=title))
    app.database.dispose()
    return migrated


def at_the_end() -> Any:
    """A day after the last publication."""
    return time_machine.travel(START + timedelta(days=401), tick=False)


def found(cms: Cms, *options: str) -> Any:
    """What the command says to machines."""
    outcome = cms("prune", "--json", *options)
    assert (outcome.code, outcome.err) == (0, "")
    return json.loads(outcome.out)


def titles_at(version: int) -> Any:
    """The titles of the site at a version, or the status of the refusal."""
    app = create_app(load())
    answer = app.test_client().get(f"/api/v1/posts?as_of={version}&fields=title")
    app.database.dispose()
    body = answer.get_json()
    return [one["title"] for one in body["data"]] if answer.status_code == 200 else body["code"]


def test_a_dry_run_changes_nothing(old: Cms) -> None:
    with at_the_end():
        first = found(old, "--older-than", "100", "--dry-run")

        assert first["dry_run"] is True
        assert first["ended"]["posts"] == 1
        assert found(old, "--older-than", "100", "--dry-run") == first
        assert "Nothing was changed" in old("prune", "--older-than", "100", "--dry-run").out
        assert titles_at(first["horizon"] - 1) == ["First"]


def test_what_ended_long_ago_is_forgotten(old: Cms) -> None:
    with at_the_end():
        horizon = found(old, "--older-than", "100", "--dry-run")["horizon"]

        outcome = old("prune", "--older-than", "100")

        assert outcome.code == 0
        assert f"kept from version {horizon} on" in outcome.out
        assert titles_at(horizon - 1) == "history_pruned"
        assert titles_at(horizon) == ["Second"]
        assert titles_at(horizon + 1) == ["Third"]
        assert "Nothing that readers saw" in old("prune", "--older-than", "100").out


def test_without_an_option_the_setting_says_how_old(old: Cms) -> None:
    with at_the_end():
        for days, ended in (("365", 0), ("150", 1)):
            old.set(HISTORY_DAYS=days)
            assert found(old, "--dry-run")["ended"]["posts"] == ended


def test_an_empty_site_has_nothing_to_forget(migrated: Cms) -> None:
    outcome = migrated("prune")

    assert (outcome.code, outcome.err) == (0, "")
    assert "Nothing" in outcome.out


@pytest.fixture
def full(migrated: Cms) -> Cms:
    """A site whose trash has a post of each of three days, and one that is not there."""
    app = create_app(load())
    with time_machine.travel(START, tick=False) as clock:
        for number in range(3):
            editor = factories.a_caller(app, "editor")
            post = factories.a_published_post(editor, title=f"Day {number}", tags=["one"])
            factories.deleted(editor, post)
            clock.shift(timedelta(days=1))
        factories.a_post(factories.a_caller(app, "editor"), title="Kept")
    app.database.dispose()
    return migrated


def days_after(days: int) -> Any:
    """So many days and an hour after the first was deleted."""
    return time_machine.travel(START + timedelta(days=days, hours=1), tick=False)


def left() -> list[str]:
    """The titles of all working copies."""
    app = create_app(load())
    with app.database.session(read_only=True) as session:
        titles = list(session.scalars(select(Post.title).order_by(Post.id)))
    app.database.dispose()
    return titles


def purged() -> list[str]:
    """What deleted posts, as the audit log names it: once for each."""
    app = create_app(load())
    with app.database.session(read_only=True) as session:
        entries = session.scalars(select(AuditEntry).where(AuditEntry.subject_kind == "post"))
        actions = [one.action for one in entries if "purged" in one.changes]
    app.database.dispose()
    return actions


def test_old_trash_is_deleted_for_good(full: Cms) -> None:
    with days_after(31):
        dry = full("prune", "--dry-run")
        assert "2 posts to delete for good" in dry.out
        assert "Nothing was changed" in dry.out
        assert found(full, "--dry-run")["trash"] == {
            "before": "2026-01-02T01:00:00.000Z",
            "posts": 2,
        }
        assert left() == ["Day 0", "Day 1", "Day 2", "Kept"]

        outcome = full("prune")

        assert outcome.code == 0
        assert "2 posts deleted for good" in outcome.out
        assert left() == ["Day 2", "Kept"]
        assert purged() == ["cms prune"] * 2
        assert "Nothing in the trash is from before" in full("prune").out
    app = create_app(load())
    assert app.test_client().get("/api/v1/posts/day-0").status_code == 410
    app.database.dispose()


def test_how_old_trash_may_be_is_a_setting_and_an_option(full: Cms) -> None:
    with days_after(2):
        for days, posts in (("1", 2), ("2", 1), ("3", 0)):
            full.set(TRASH_DAYS=days)
            assert found(full, "--dry-run")["trash"]["posts"] == posts
        assert found(full, "--trash-older-than", "1", "--dry-run")["trash"]["posts"] == 2
        assert found(full, "--trash-older-than", "0")["trash"]["posts"] == 3
    assert left() == ["Kept"]


@pytest.mark.parametrize("days", ["-1", "36501", "soon"])
def test_nonsense_about_the_trash_is_refused(migrated: Cms, days: str) -> None:
    assert migrated("prune", "--trash-older-than", days).code == 2


@pytest.mark.parametrize("days", ["0", "-1", "36501", "soon"])
def test_nonsense_is_refused(migrated: Cms, days: str) -> None:
    assert migrated("prune", "--older-than", days).code == 2
