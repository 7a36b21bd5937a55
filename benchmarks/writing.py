"""Scenarios of writing: how long it takes, and that readers see it at once."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks import data, sites
from benchmarks.load import ask, expect
from benchmarks.rows import Row, median, percentile
from benchmarks.servers import Server, cms
from benchmarks.sites import Bench, Site

WRITERS = 16


def publishing(bench: Bench, site: Site) -> list[Row]:
    """Create and publish a post of 5 KB, alone and with sixteen at once on two processes."""
    text = data.markdown(5000)
    with cms(site.settings) as server:
        login = sites.log_in(server)

        def create(number: int) -> float:
            body = {
                "title": f"Written {number}",
                "body": text,
                "tags": ["Tag 1"],
                "status": "published",
            }
            begun = time.perf_counter()
            expect(
                ask(f"{server.url}/api/v1/manage/posts", method="POST", body=body, headers=login),
                201,
            )
            return (time.perf_counter() - begun) * 1000

        for number in range(20):
            create(number)
        alone = [create(number) for number in range(bench.mode.written_alone)]
        with ThreadPoolExecutor(WRITERS) as pool:
            crowd = list(pool.map(create, range(bench.mode.written_at_once)))
    at_once = f"create and publish, {WRITERS} at once"
    return [
        Row("write", "create and publish 5 KB", median(alone), "ms, median", "time", at_most=6),
        Row("write", at_once, median(crowd), "ms, median", "time"),
        Row("write", at_once, round(percentile(crowd, 0.99), 1), "ms, p99", "time", at_most=250),
    ]


def renaming(bench: Bench, site: Site) -> list[Row]:
    """Rename the tag that most posts use; the next read of each list must show it."""
    spent, stale = [], 0
    with cms(site.settings) as server:
        login = sites.log_in(server)
        tags = expect(ask(f"{server.url}/api/v1/tags?limit=100"), 200).json()["data"]
        tag = max(tags, key=lambda one: one["post_count"])
        path = f"{server.url}/api/v1/manage/tags/{tag['id']}"
        for number in range(bench.mode.renamings):
            name = f"Renamed {number}"
            headers = {**login, "If-Match": "*"}
            begun = time.perf_counter()
            expect(ask(path, method="PATCH", body={"name": name}, headers=headers), 200)
            spent.append((time.perf_counter() - begun) * 1000)
            stale += _stale_tags(server, tag["slug"], name)
        expect(ask(path, method="PATCH", body={"name": tag["name"]}, headers=headers), 200)
    what = f"rename a tag of {tag['post_count']:,} posts"
    return [
        Row("write", what, median(spent), "ms, median", "time", at_most=20),
        Row("write", what, stale, "stale answers", "count", at_most=0),
    ]


def _stale_tags(server: Server, slug: str, name: str) -> int:
    """How many answers show an older name."""
    posts = expect(ask(f"{server.url}/api/v1/posts?tag={slug}"), 200).json()["data"]
    shown = [tag["name"] for post in posts for tag in post["tags"] if tag["slug"] == slug]
    shown.append(expect(ask(f"{server.url}/api/v1/tags/{slug}"), 200).json()["name"])
    return sum(one != name for one in shown)


def staleness(bench: Bench, site: Site) -> list[Row]:
    """Reads through any process after each acknowledged publication; none may show an older one."""
    wanted, readers = bench.mode.reads, 8
    with cms(site.settings) as server:
        login = sites.log_in(server)
        check = _checker(server, login)
        with ThreadPoolExecutor(readers) as pool:
            found = list(pool.map(lambda number: check(number, wanted // readers), range(readers)))
    reads, stale = sum(one for one, _ in found), sum(one for _, one in found)
    return [
        Row("stale answers", "reads after writes", reads, "of them", "count"),
        Row("stale answers", "reads after writes", stale, "stale", "count", at_most=0),
    ]


def _checker(server: Server, login: dict[str, str]) -> Callable[[int, int], tuple[int, int]]:
    def check(number: int, wanted: int) -> tuple[int, int]:
        post: dict[str, Any] = sites.managed(server, login, f"post-{number + 100}")
        path = f"{server.url}/api/v1/manage/posts/{post['id']}"
        headers = {**login, "If-Match": "*"}
        reads = stale = turn = 0
        while reads < wanted:
            turn += 1
            title = f"Turn {turn} of {number}"
            expect(ask(path, method="PATCH", body={"title": title}, headers=headers), 200)
            expect(ask(f"{path}/publish", method="POST", headers=headers), 200)
            # On new connections, so through whatever process is free.
            for _ in range(20):
                shown = expect(ask(f"{server.url}/api/v1/posts/{post['slug']}"), 200).json()[
                    "title"
                ]
                stale += shown != title
                reads += 1
        return reads, stale

    return check
