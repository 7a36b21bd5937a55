"""How late a worker is: a thousand posts due within one minute, seen from outside."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from benchmarks import data, sites
from benchmarks.load import ask, expect
from benchmarks.rows import Row, percentile
from benchmarks.servers import Server, cms
from benchmarks.sites import Bench, Site

POSTS = 1000
MINUTE = 60.0
WRITERS = 8
# Until all are scheduled.
LEAD_SECONDS = 60
PATIENCE_SECONDS = 120
LOOK_EVERY_SECONDS = 0.02


def lateness(_bench: Bench, site: Site) -> list[Row]:
    """Seconds from when a post was due until readers are shown it.

    Once with due times at random moments of a minute, once with all of them at the same moment,
    as after a downtime.
    """
    chance = random.Random(1)  # noqa: S311 - so that each run has the same moments
    with cms(site.settings) as server:
        spread = _late(server, [chance.random() * MINUTE for _ in range(POSTS)])
        at_once = _late(server, [0.0] * POSTS)
    what, unit = f"{POSTS:,} posts due within a minute", "s until shown"
    return [
        Row("due", what, round(percentile(spread, 0.5), 3), f"{unit}, median", "time"),
        Row("due", what, round(percentile(spread, 0.99), 3), f"{unit}, p99", "time", at_most=1),
        Row("due", what, round(max(spread), 3), f"{unit}, longest", "time"),
        Row("due", f"{POSTS:,} at one moment", round(max(at_once), 1), f"{unit}, last", "time"),
    ]


def _late(server: Server, offsets: list[float]) -> list[float]:
    """How late each post was, as a reader sees who asks for changes all the time."""
    login = sites.log_in(server)
    text = data.markdown(5000)
    path = f"{server.url}/api/v1/manage/posts"

    def create(number: int) -> str:
        body = {"title": f"Due {number}", "body": text, "tags": ["Tag 1"]}
        post = expect(ask(path, method="POST", body=body, headers=login), 201).json()
        return str(post["id"])

    with ThreadPoolExecutor(WRITERS) as pool:
        ids = list(pool.map(create, range(len(offsets))))
        start = datetime.now(UTC) + timedelta(seconds=LEAD_SECONDS)
        due = {
            one: start + timedelta(seconds=offset) for one, offset in zip(ids, offsets, strict=True)
        }

        def schedule(one: str) -> None:
            body = {"publish_at": due[one].isoformat(timespec="milliseconds")}
            headers = {**login, "If-Match": "*"}
            expect(ask(f"{path}/{one}/schedule", method="POST", body=body, headers=headers), 200)

        list(pool.map(schedule, ids))
    if datetime.now(UTC) >= start:
        message = f"scheduling {len(ids)} posts took longer than {LEAD_SECONDS} seconds"
        raise RuntimeError(message)
    seen = _seen(server, set(ids))
    return [max(0.0, (seen[one] - due[one]).total_seconds()) for one in ids]


def _seen(server: Server, awaited: set[str]) -> dict[str, datetime]:
    """When each of these posts was first among the changes."""
    seen: dict[str, datetime] = {}
    changes = f"{server.url}/api/v1/changes"
    version = expect(ask(f"{server.url}/api/v1/posts?limit=1"), 200).json()["version"]
    cursor = None
    deadline = time.monotonic() + LEAD_SECONDS + MINUTE + PATIENCE_SECONDS
    while len(seen) < len(awaited):
        if time.monotonic() > deadline:
            message = f"{len(awaited) - len(seen)} of the posts that are due were not published"
            raise RuntimeError(message)
        place = f"cursor={cursor}" if cursor else f"since={version}"
        page = expect(ask(f"{changes}?{place}&limit=100"), 200).json()
        now = datetime.now(UTC)
        for one in page["data"]:
            if one["id"] in awaited:
                seen.setdefault(one["id"], now)
        cursor = page["next_cursor"]
        if cursor is None:
            version = page["version"]
            time.sleep(LOOK_EVERY_SECONDS)
    return seen
