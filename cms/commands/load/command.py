"""`cms load`: bring posts from elsewhere, many and at once."""

import json
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from cms.accounts.permissions import Caller
from cms.commands.console import an_admin, counted, opened, user_with
from cms.commands.load import reading
from cms.commands.load.preparing import Job, Line, Prepared
from cms.commands.options import AS_JSON
from cms.commands.progress import bar
from cms.content.loading import actions
from cms.content.loading.actions import Known
from cms.content.loading.assembling import Portion
from cms.foundation import audit, moments
from cms.foundation.database import Database
from cms.foundation.settings import load as load_settings

# So many times what is prepared at a time, 500 posts at most, under one version and in one
# transaction. Readers see them together.
BATCH = 10
SHOWN_FAULTS = 50
ENDED = (
    "One of the processes that render was ended from outside, perhaps for want of memory. What was "
    "loaded is kept. Run it again, with fewer --processes: it goes on where it was."
)


@dataclass(slots=True)
class Report:
    """What became of a file's lines."""

    loaded: int = 0
    done_before: int = 0
    refused: list[dict[str, object]] = field(default_factory=list)
    seconds: float = 0.0

    def refuse(self, number: int, fault: str) -> None:
        """One more line that was not loaded."""
        self.refused.append({"line": number, "fault": fault})


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--by", "email", help="Whose posts they are; the first active admin if absent.")
@click.option("--check", is_flag=True, help="Only say which lines could not be loaded.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=lambda: os.cpu_count() or 1,
    show_default="one for each processor",
    help="How many render at the same time.",
)
@AS_JSON
def load(file: Path, email: str | None, processes: int, *, check: bool, as_json: bool) -> None:
    """Load published posts from FILE, one JSON object a line.

    A line has title and, as far as wanted, slug, excerpt, body (Markdown) or html, published_at,
    authors and tags (objects with name and slug) and cover_url. Authors and tags are created as
    needed. Lines that cannot be loaded are reported by number; the others are loaded. Run it again
    after it was stopped: it goes on where it was. Exits with 1 when a line was refused.
    """
    report = Report()
    begun = time.monotonic()
    with opened(load_settings()) as database:
        by = _whose(database, email)
        try:
            with _progress(shown=not as_json) as progress:
                _run(database, file, report, progress, by=by, processes=processes, check=check)
        except BrokenProcessPool as error:
            raise click.ClickException(ENDED) from error
    report.seconds = round(time.monotonic() - begun, 1)
    _say(report, as_json=as_json, check=check)
    if report.refused:
        sys.exit(1)


def _whose(database: Database, email: str | None) -> Caller:
    with database.session(read_only=True) as session:
        if email is not None:
            return Caller.of(user_with(session, email))
        return Caller.of(an_admin(session, "Posts need an owner."))


def _progress(*, shown: bool) -> Progress:
    return bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[note]}"),
        TimeRemainingColumn(),
        shown=shown,
    )


def _run(
    database: Database,
    file: Path,
    report: Report,
    progress: Progress,
    *,
    by: Caller,
    processes: int,
    check: bool,
) -> None:
    size = file.stat().st_size
    task = progress.add_task("Reading", total=size, note="")
    file_digest = reading.digest(file, lambda read: progress.advance(task, read))
    progress.remove_task(task)
    with database.session(read_only=True) as session:
        report.done_before = 0 if check else actions.done(session, file_digest)
    task = progress.add_task("Checking" if check else "Loading", total=size, note="")
    known, begun = Known(), time.monotonic()

    def job() -> Job:
        return Job(database.url.drivername, by.id, known.names.packed())

    with reading.prepared(file, skip=report.done_before, processes=processes, job=job) as prepared:
        progress.advance(task, _size_of(file, report.done_before))
        for lines, portions in _batches(prepared):
            if not check:
                _write(database, file_digest, lines, portions, report, known, by=by)
            for line in lines:
                if line.fault:
                    report.refuse(line.number, line.fault)
            rate = report.loaded / (time.monotonic() - begun)
            note = f"{report.loaded:,} posts, {rate:,.0f}/s"
            progress.update(task, advance=sum(line.size for line in lines), note=note)


def _batches(prepared: Iterator[Prepared]) -> Iterator[tuple[list[Line], list[Portion]]]:
    while batch := list(islice(prepared, BATCH)):
        yield [line for some in batch for line in some.lines], [some.portion for some in batch]


def _size_of(file: Path, lines: int) -> int:
    with file.open("rb") as opened_file:
        return sum(len(line) for line in islice(opened_file, lines))


def _write(
    database: Database,
    file_digest: str,
    lines: list[Line],
    portions: list[Portion],
    report: Report,
    known: Known,
    *,
    by: Caller,
) -> None:
    """Load a batch and note that it is done, in one transaction."""
    numbers = [line.number for line in lines if line.has_post]
    now = moments.now()
    with database.transaction() as session:
        audit.sign(session, by.id, by.name)
        refused = actions.add(session, portions, known=known, by=by, now=now)
        actions.note(session, file_digest, lines[-1].number, now=now)
    report.loaded += len(numbers) - len(refused)
    for place, fault in refused.items():
        report.refuse(numbers[place], fault)


def _say(report: Report, *, as_json: bool, check: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2))
        return
    if report.refused:
        table = Table("Line", "What is wrong", title="Not loaded")
        for one in report.refused[:SHOWN_FAULTS]:
            table.add_row(f"{one['line']:,}", str(one["fault"]))
        Console(stderr=True).print(table)
        if len(report.refused) > SHOWN_FAULTS:
            click.echo(
                f"… and {len(report.refused) - SHOWN_FAULTS:,} more; --json has all.", err=True
            )
    if report.done_before:
        click.echo(f"Done before: {counted(report.done_before, 'line')} of this file.")
    verb = "Checked, loaded nothing" if check else f"Loaded {counted(report.loaded, 'post')}"
    refused = f"; refused {counted(len(report.refused), 'line')}" if report.refused else ""
    click.echo(f"{verb} in {report.seconds} s{refused}.")
