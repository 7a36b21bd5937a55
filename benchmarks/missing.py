"""Scenarios of answers that no memory has: the whole request, in process, in CPU time."""

import gc
import io
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text

from benchmarks.rows import Row, median
from benchmarks.sites import Bench, Site
from cms.app import create_app
from cms.delivery import state
from cms.delivery.selecting import question
from cms.editions.models import EVERYTHING
from cms.foundation.http import cursors
from cms.foundation.http.edge import Edge
from cms.foundation.settings import load

LIST_MICROSECONDS = 300
POST_MICROSECONDS = 200
DEPTHS = (0, 25, 50, 75, 95)


def application(site: Site, **settings: str) -> Edge:
    """The application, as a server process would run it."""
    for name in [name for name in os.environ if name.startswith("CMS_")]:
        del os.environ[name]
    # Settings come from the environment only.
    os.environ.update({**site.settings, **settings})
    app = create_app(load())
    gc.collect()
    gc.freeze()
    return app


def misses(bench: Bench, site: Site) -> list[Row]:
    """CPU of a list and of one post."""
    app = application(site, CMS_CACHE_BYTES="0")
    wanted = {
        "list of 20": ("/api/v1/posts", LIST_MICROSECONDS),
        "list of a tag": ("/api/v1/posts?tag=tag-1", None),
        "one post": ("/api/v1/posts/post-1", POST_MICROSECONDS),
        "tags": ("/api/v1/tags?limit=100", None),
    }
    spent = _interleaved(app, [path for path, _ in wanted.values()], bench, time.process_time_ns)
    app.database.dispose()
    return [
        Row("miss", name, median(spent[path]), "µs of CPU", "time", at_most=target)
        for name, (path, target) in wanted.items()
    ]


def depths(bench: Bench, site: Site) -> list[Row]:
    """A page deep in a walk against the first one; wall time, as a server may do the work."""
    app = application(site, CMS_CACHE_BYTES="0")
    rows = []
    for name, query in (("all posts", ""), ("posts of a tag", "tag=tag-1&")):
        # The limit is said on the first page too: an empty query would not have to be parsed.
        paths = {
            depth: f"/api/v1/posts?{query}limit=20{cursor_at(app, depth, query)}"
            for depth in DEPTHS
        }
        spent = _interleaved(app, list(paths.values()), bench, time.perf_counter_ns)
        first = median(spent[paths[0]])
        for depth, path in paths.items():
            row = Row(
                f"depth, {site.posts:,} posts",
                f"{name}, {depth} %",
                round(median(spent[path]) / first, 3),
                "times the first page",
                "ratio",
                at_most=1.3 if depth == DEPTHS[-1] else None,
            )
            rows.append(row)
        rows.append(Row(f"page, {site.posts:,} posts", name, first, "µs, first page", "time"))
    app.database.dispose()
    return rows


def cursor_at(app: Edge, depth: int, query: str) -> str:
    """The cursor that a walk would have at a depth in percent, without walking there.

    It is of the earliest moment that holds: published_at is spread evenly over the years.
    """
    if depth == 0:
        return ""
    statement = text(
        "SELECT MIN(published_at), MAX(published_at) FROM post_editions WHERE until_version IS NULL"
    )
    with app.database.lookup.connect() as connection:
        earliest, latest = (_moment(found) for found in connection.execute(statement).one())
    place = latest - (latest - earliest) * depth / 100
    page = {"tag": "tag-1"} if query else {}
    scope = state.scope(page, "posts", *question.of_posts(page).said)
    with app.app_context():
        position = [app.present().number, place.isoformat(timespec="milliseconds"), str(EVERYTHING)]
        return f"&cursor={cursors.seal(scope, position)}"


def _moment(found: Any) -> datetime:
    moment = datetime.fromisoformat(found) if isinstance(found, str) else found
    return moment.replace(tzinfo=UTC)


def _interleaved(
    app: Edge, paths: list[str], bench: Bench, clock: Callable[[], int]
) -> dict[str, list[float]]:
    """Microseconds of a request, batch by batch, all paths in turn."""
    spent: dict[str, list[float]] = {path: [] for path in paths}
    times = bench.mode.batch
    for path in paths:
        for _ in range(times):
            request(app, path)
    for _ in range(bench.rounds * 3):
        for path in paths:
            begun = clock()
            for _ in range(times):
                request(app, path)
            spent[path].append((clock() - begun) / times / 1000)
    return spent


def request(app: Edge, address: str) -> bytes:
    """The body of an answer with status 200."""
    status, _, chunks = answer(app, address)
    body = b"".join(chunks)
    if status != "200 OK":
        message = f"{address}: {status} {body[:300]!r}"
        raise RuntimeError(message)
    return body


def answer(app: Edge, address: str) -> tuple[str, dict[str, str], Iterable[bytes]]:
    """Status and headers of an answer, and its body as it comes."""
    path, _, query = address.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    said: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: Any, _error: Any = None) -> Any:
        said.append((status, dict(headers)))

    body = app(environ, start_response)
    (found,) = said
    return *found, body
