"""Scenarios of what a frontend asks beyond the plain lists: in process, with and without memory."""

import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from sqlalchemy import text

from benchmarks import sites
from benchmarks.load import ask, expect
from benchmarks.missing import answer, application
from benchmarks.questions import BEHIND, POST_URL, Question, questions
from benchmarks.rows import Row, median
from benchmarks.servers import cms
from benchmarks.sites import Bench, Site
from cms.foundation.database import Database
from cms.foundation.http.edge import Edge

BATCH_MICROSECONDS = 100_000
MOST_IN_A_BATCH = 50
EXPORTED = 2_000
REFUSED = "422 UNPROCESSABLE ENTITY"


@dataclass(slots=True)
class Spent:
    """What requests took, in microseconds: CPU of this process and of PostgreSQL's, and time."""

    process: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def together(self) -> float:
        """CPU of both."""
        return median([sum(pair) for pair in zip(self.process, self.database, strict=True)])


class Meter:
    """Reads the clocks of processors: this process's, and those of PostgreSQL that serve it."""

    def __init__(self, database: Database) -> None:
        """With SQLite this process is the database too."""
        self._database = database
        self._processes: list[int] = []

    def look(self) -> None:
        """Find out which processes serve this one."""
        if self._database.is_sqlite:
            return
        asked = text(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        with self._database.lookup.connect() as connection:
            self._processes = list(connection.scalars(asked))

    def read(self) -> tuple[float, float]:
        """Microseconds so far, of this process and of the others."""
        return time.process_time_ns() / 1000, sum(map(_microseconds, self._processes))


def asking(bench: Bench, site: Site) -> list[Row]:
    """Each question without memory for answers and with it, all in turn."""
    asked = questions(site.posts, _edit(site))
    every = [question for found in asked.values() for question in found]
    fresh = application(site, CMS_POST_URL=POST_URL, CMS_CACHE_BYTES="0")
    spent = _in_turn(fresh, every, bench)
    exported = _exported(fresh, bench)
    fresh.database.dispose()
    keeping = application(site, CMS_POST_URL=POST_URL)
    kept = _in_turn(keeping, [one for one in every if _is_kept(keeping, one)], bench)
    keeping.database.dispose()
    rows = []
    for scenario, found in asked.items():
        name = f"{scenario}, {site.posts:,} posts"
        for question in found:
            rows += _rows(name, question, spent[question.address])
            if question.address in kept:
                hit = kept[question.address].together
                rows.append(Row(name, question.what, hit, "µs of CPU, kept", "time"))
    return [
        *rows,
        Row(f"sync, {site.posts:,} posts", "export, a post", exported, "µs of CPU", "time"),
    ]


def growth(rows: list[Row]) -> list[Row]:
    """What a question costs on the larger site, in times of what it costs on the smaller one."""
    found = []
    for (scenario, what), by_size in costs(rows).items():
        few, many = min(by_size), max(by_size)
        if few < many:
            times = round(by_size[many] / by_size[few], 2)
            unit = f"times, {many:,} posts to {few:,}"
            found.append(Row(f"growth, {scenario}", what, times, unit, "ratio"))
    return found


def costs(rows: list[Row]) -> dict[tuple[str, str], dict[int, float]]:
    """The CPU of each question, by scenario and name, for each size of the site."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for row in rows:
        scenario, _, size = row.scenario.removesuffix(" posts").rpartition(", ")
        if row.unit == "µs of CPU" and scenario:
            by_size = found.setdefault((scenario, row.what), {})
            by_size[int(size.replace(",", ""))] = row.measured
    return found


def _edit(site: Site) -> int:
    """Publish some posts again, a version each, as a site goes on after it was loaded."""
    with cms(site.settings) as server:
        headers = {**sites.log_in(server), "If-Match": "*"}
        for number in range(1, BEHIND + 1):
            post = sites.managed(server, headers, f"post-{number}")
            path = f"{server.url}/api/v1/manage/posts/{post['id']}"
            change = {"excerpt": f"Edited at {time.time()}"}
            expect(ask(path, method="PATCH", body=change, headers=headers), 200)
            expect(ask(f"{path}/publish", method="POST", headers=headers), 200)
        return cast(int, expect(ask(f"{server.url}/api/v1/posts"), 200).json()["version"])


def _in_turn(app: Edge, asked: list[Question], bench: Bench) -> dict[str, Spent]:
    """Batches of each question, so long that a clock can tell; all questions in turn."""
    meter, times = Meter(app.database), {}
    for question in asked:
        _answered(app, question)
        meter.look()
        begun = sum(meter.read())
        _answered(app, question)
        wanted = BATCH_MICROSECONDS / (sum(meter.read()) - begun)
        times[question.address] = max(1, min(MOST_IN_A_BATCH, round(wanted)))
    spent = {question.address: Spent() for question in asked}
    for _ in range(bench.rounds):
        meter.look()
        for question in asked:
            _batch(app, question, times[question.address], meter, spent[question.address])
    return spent


def _batch(app: Edge, question: Question, times: int, meter: Meter, spent: Spent) -> None:
    process, database = meter.read()
    for _ in range(times):
        begun = time.perf_counter_ns()
        spent.refused += not _answered(app, question)
        spent.wall.append((time.perf_counter_ns() - begun) / 1000)
    process_now, database_now = meter.read()
    spent.process.append((process_now - process) / times)
    spent.database.append((database_now - database) / times)


def _answered(app: Edge, question: Question) -> bool:
    """Whether it was, and not refused."""
    status, _, chunks = answer(app, question.address)
    body = b"".join(chunks)
    if status == "200 OK":
        return True
    if status == REFUSED and question.may_be_refused:
        return False
    message = f"{question.address}: {status} {body[:300]!r}"
    raise RuntimeError(message)


def _is_kept(app: Edge, question: Question) -> bool:
    """Whether it is answered from memory when it is asked again."""
    _answered(app, question)
    _, headers, body = answer(app, question.address)
    b"".join(body)
    return "hit" in headers.get("Cache-Status", "")


def _rows(scenario: str, question: Question, spent: Spent) -> list[Row]:
    bound, what, is_apart = question.at_most, question.what, any(spent.database)
    whole_bound = None if is_apart else bound
    rows = [Row(scenario, what, spent.together, "µs of CPU", "time", at_most=whole_bound)]
    if is_apart:
        of_it = median(spent.database)
        rows.append(Row(scenario, what, of_it, "µs of it in PostgreSQL", "time", at_most=bound))
    rows.append(Row(scenario, what, median(spent.wall), "µs, median", "time"))
    if question.may_be_refused:
        share = round(spent.refused / len(spent.wall), 2)
        rows.append(Row(scenario, what, share, "of them refused", "time"))
    return rows


def _exported(app: Edge, bench: Bench) -> float:
    """CPU of each line of the export; its begin is enough, the rest costs the same."""
    meter, spent = Meter(app.database), []
    for _ in range(bench.rounds + 1):
        lines = 0
        begun = sum(meter.read())
        _, _, body = answer(app, "/api/v1/export.ndjson")
        with closing(cast(Any, body)):
            for chunk in body:
                lines += chunk.count(b"\n")
                if lines > EXPORTED:
                    break
        spent.append((sum(meter.read()) - begun) / lines)
        meter.look()
    # At first nobody knows which processes serve it.
    return median(spent[1:])


def _microseconds(process: int) -> float:
    """What a process has used of processors so far; nothing once it has ended."""
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1000
    except OSError:
        return 0.0
