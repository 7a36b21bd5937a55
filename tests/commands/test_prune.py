"""`cms prune`: says what it would forget, forgets it, and says so."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from cms.app import create_app
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


@pytest.mark.parametrize("days", ["0", "-1", "36501", "soon"])
def test_nonsense_is_refused(migrated: Cms, days: str) -> None:
    assert migrated("prune", "--older-than", days).code == 2
