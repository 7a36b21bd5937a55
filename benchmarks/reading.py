"""Scenarios of reading over HTTP: answers from memory, against the floor of the same server."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks import sites
from benchmarks.load import DECODE, Reply, Round, ask, expect, wrk
from benchmarks.rows import Row, median
from benchmarks.servers import Server, cms, floor
from benchmarks.sites import Bench, Site

URLS = {
    "list of 20": "/api/v1/posts",
    "list of a tag": "/api/v1/posts?tag=tag-1",
    "one post": "/api/v1/posts/post-1",
    "tags": "/api/v1/tags?limit=100",
    "one author": "/api/v1/authors/author-1",
}
SHARE = {"sqlite": 0.85, "postgresql": 0.60}
CPU = {"sqlite": 1.25, "postgresql": None}


def warm(bench: Bench, site: Site) -> list[Row]:
    """Requests a second and CPU of each public address, as a share of the floor."""
    rows = []
    with cms(site.settings) as server:
        for name, path in URLS.items():
            url = server.url + path
            reply = verified(url)
            with floor(reply, site.folder, threads=bench.threads) as bare:
                if ask(bare.url).body != reply.body:
                    message = "the floor answers something else"
                    raise RuntimeError(message)
                rounds = [
                    (_measured(bare, bare.url, bench), _measured(server, url, bench))
                    for _ in range(bench.rounds)
                ]
            verified(url, same_as=reply)
            rows += _against_the_floor(name, rounds, site.database)
        rows += _size(server)
    return rows


def _against_the_floor(
    name: str, rounds: list[tuple[tuple[Round, float], tuple[Round, float]]], database: str
) -> list[Row]:
    shares = [ours.per_second / bare.per_second for (bare, _), (ours, _) in rounds]
    costs = [ours_cpu / bare_cpu for (_, bare_cpu), (_, ours_cpu) in rounds]
    return [
        Row(
            "warm read",
            name,
            median(shares),
            "of the floor's requests/s",
            "ratio",
            at_least=SHARE[database],
        ),
        Row(
            "warm read",
            name,
            median(costs),
            "times the floor's CPU",
            "ratio",
            at_most=CPU[database],
        ),
        *(
            Row(
                "latency",
                f"{name}, {label}",
                median(
                    [getattr(ours, label) / getattr(bare, label) for (bare, _), (ours, _) in rounds]
                ),
                "times the floor's",
                "ratio",
            )
            for label in ("p50", "p99")
        ),
    ]


def variants(bench: Bench, site: Site) -> list[Row]:
    """304 and compressed answers against the plain one."""
    with cms(site.settings) as server:
        url = server.url + URLS["list of 20"]
        reply = verified(url)
        asked: dict[str, dict[str, str]] = {"304": {"If-None-Match": reply.header("ETag")}}
        for coding in ("gzip", "br", "zstd"):
            asked[coding] = {"Accept-Encoding": coding}
            packed = expect(ask(url, headers=asked[coding]), 200)
            if DECODE[packed.header("Content-Encoding")](packed.body) != reply.body:
                message = f"{coding} is another text"
                raise RuntimeError(message)
        expect(ask(url, headers=asked["304"]), 304)
        shares: dict[str, list[float]] = {name: [] for name in asked}
        for _ in range(bench.rounds):
            plain = wrk(url, seconds=bench.seconds).per_second
            for name, headers in asked.items():
                shares[name].append(
                    wrk(url, seconds=bench.seconds, headers=headers).per_second / plain
                )
    return [
        Row(
            "variant", name, median(found), "of a plain answer's requests/s", "ratio", at_least=0.95
        )
        for name, found in shares.items()
    ]


def while_publishing(bench: Bench, site: Site) -> list[Row]:
    """Reading while a post is published ten times a second."""
    shares, published = [], 0
    with cms(site.settings) as server:
        url = server.url + URLS["list of 20"]
        verified(url)
        for _ in range(bench.rounds):
            quiet = wrk(url, seconds=bench.seconds).per_second
            with _publishing(server) as count:
                shares.append(wrk(url, seconds=bench.seconds).per_second / quiet)
            published += len(count)
    if published < bench.rounds * bench.seconds * 5:
        message = f"only {published} publications: the comparison means nothing"
        raise RuntimeError(message)
    return [
        Row(
            "reads while publishing",
            "list of 20",
            median(shares),
            "of the quiet rate",
            "ratio",
            at_least=0.80,
        )
    ]


@contextmanager
def _publishing(server: Server) -> Iterator[list[int]]:
    """Publishes a post again and again, every tenth of a second."""
    login = sites.log_in(server)
    post = sites.managed(server, login, "post-1")
    path = f"{server.url}/api/v1/manage/posts/{post['id']}"
    done, ending = list[int](), threading.Event()

    def publish() -> None:
        begun = time.monotonic()
        while not ending.wait(max(0.0, begun + len(done) / 10 - time.monotonic())):
            headers = {**login, "If-Match": "*"}
            change = {"excerpt": f"Number {len(done)} of {begun}"}
            expect(ask(path, method="PATCH", body=change, headers=headers), 200)
            expect(ask(f"{path}/publish", method="POST", headers=headers), 200)
            done.append(1)

    thread = threading.Thread(target=publish)
    thread.start()
    try:
        yield done
    finally:
        ending.set()
        thread.join()


def verified(url: str, *, same_as: Reply | None = None) -> Reply:
    """An answer that is what it should be. Asked often, so that every process has it in memory."""
    for _ in range(20):
        reply = expect(ask(url), 200)
    data = reply.json()
    if not reply.header("ETag") or not (data.get("data") or data.get("slug")):
        message = f"{url} answers nothing useful"
        raise RuntimeError(message)
    if same_as is not None and reply.body != same_as.body:
        message = f"{url} answers something else than before"
        raise RuntimeError(message)
    return reply


def _measured(server: Server, url: str, bench: Bench) -> tuple[Round, float]:
    """A round, and the CPU seconds of each of its requests."""
    before = server.cpu_seconds()
    done = wrk(url, seconds=bench.seconds)
    return done, (server.cpu_seconds() - before) / done.requests


def _size(server: Server) -> list[Row]:
    largest = round(max(server.workers_megabytes()), 1)
    return [Row("size", "worker after the load", largest, "MB resident", "time", at_most=90)]
