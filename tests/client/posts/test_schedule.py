"""`cms posts schedule`: moments in the time of the user's machine."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.client.desk import Desk, Person


def test_a_post_is_scheduled_in_local_time_and_that_is_taken_back(desk: Desk, root: Person) -> None:
    post = root.create(body="Text.")
    local = datetime(2031, 3, 1, 9, 0).astimezone()

    said = desk.posts("schedule", post["slug"], "2031-03-01 09:00", "--until", "2031-04-01").stderr

    scheduled = root.post(post["slug"])
    assert scheduled["status"] == "scheduled"
    assert datetime.fromisoformat(scheduled["scheduled"]["publish_at"]) == local
    assert "published on 2031-03-01 at 09:00" in said
    assert "withdrawn on 2031-04-01 at 00:00" in said
    assert "2031-03-01 09:00" in desk.posts("show", post["slug"]).stdout

    desk.posts("schedule", post["slug"], "--cancel")

    assert root.post(post["slug"])["status"] == "draft"
    assert "Legal now" in desk.posts("schedule", post["slug"], "--cancel", expect=1).stderr


def test_a_zone_counts_and_a_draft_can_be_followed(desk: Desk, root: Person) -> None:
    post = root.create(body="Text.")

    moment = "2031-03-01T09:00:00+02:00"
    shown = desk.posts("schedule", post["id"], moment, "--follow-draft", "--json").stdout

    scheduled = json.loads(shown)["scheduled"]
    assert scheduled["publish_at"] == "2031-03-01T07:00:00.000Z"
    assert scheduled["follow_draft"] is True


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), 2),
        (("2031-03-01", "--cancel"), 2),
        (("soon",), 2),
        (((datetime.now(UTC) - timedelta(days=1)).isoformat(),), 1),
        (("2031-03-01", "--until", "2031-02-01"), 1),
    ],
)
def test_what_cannot_be_is_said(
    desk: Desk, root: Person, arguments: tuple[str, ...], code: int
) -> None:
    post = root.create(body="Text.")

    desk.posts("schedule", post["slug"], *arguments, expect=code)

    assert root.post(post["slug"]) == post
