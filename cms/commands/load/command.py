"""`cms load`: bring posts from elsewhere, many and at once."""

import json
import os
import sys
import time
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

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
from cms.commands.client.terminal import styled
from cms.commands.console import an_admin, counted, opened, user_with
from cms.commands.load import reading, writing
from cms.commands.load.preparing import Job
from cms.commands.options import AS_JSON
from cms.commands.progress import bar
from cms.content.loading import actions
from cms.content.loading.actions import Known
from cms.foundation.database import Database
from cms.foundation.settings import load as load_settings

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
    after it was stopped, or after lines were added: it goes on where it was. Exits with 1 when a
    line was refused.
    """
    report = Report()
    begun = time.monotonic()
    if not file.is_file():
        message = (
            f"{file} is no regular file. It is read twice: save what comes out of a pipe first."
        )
        raise click.BadParameter(message, param_hint="FILE")
    with opened(load_settings()) as database, file.open("rb") as content:
        by = _whose(database, email)
        try:
            with _progress(shown=not as_json) as progress:
                _run(database, content, report, progress, by=by, processes=processes, check=check)
        except BrokenProcessPool as error:
            raise click.ClickException(ENDED) from error
    report.seconds = round(time.monotonic() - begun, 1)
    _say(report, as_json=as_json, check=check)
    if report.refused:
        sys.exit(1)


def _whose(database: Database, email: str | None) -> Caller:
    with database.session(read_only=True) as session:
        if email is not None:
            user = user_with(session, email)
            if not user.is_active:
                message = f"The user {email} is deactivated."
                raise click.ClickException(message)
            return Caller.of(user)
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
    file: BinaryIO,
    report: Report,
    progress: Progress,
    *,
    by: Caller,
    processes: int,
    check: bool,
) -> None:
    whole = os.fstat(file.fileno()).st_size
    with database.session(read_only=True) as session:
        places = [size for size in actions.sizes(session) if size < whole]
    task = progress.add_task("Reading", total=whole, note="")
    sources = reading.sources(file, places, lambda read: progress.advance(task, read))
    progress.remove_task(task)
    source, known, taken = sources[-1], Known(), set[str]()
    with database.session(read_only=True) as session:
        report.done_before = 0 if check else actions.done(session, sources)
    task = progress.add_task("Checking" if check else "Loading", total=source.size, note="")
    begun = time.monotonic()

    def job() -> Job:
        return Job(database.url.drivername, by.id, known.names.packed())

    progress.advance(task, reading.size_of(file, report.done_before))
    with reading.prepared(
        file, size=source.size, skip=report.done_before, processes=processes, job=job
    ) as prepared:
        for batch in writing.batches(prepared, known):
            if check:
                faults = writing.check(database, batch, taken)
            else:
                faults = writing.write(database, source, batch, known, by=by)
                report.loaded += sum(
                    line.number not in faults for line in batch.lines if line.has_post
                )
            for number in sorted(faults):
                report.refuse(number, faults[number])
            rate = report.loaded / (time.monotonic() - begun)
            note = f"{report.loaded:,} posts, {rate:,.0f}/s"
            progress.update(task, advance=sum(line.size for line in batch.lines), note=note)


def _say(report: Report, *, as_json: bool, check: bool) -> None:
    if as_json:
        click.echo(json.dumps(asdict(report), indent=2))
        return
    if report.refused:
        table = Table("Line", "What is wrong", title="Not loaded")
        for one in report.refused[:SHOWN_FAULTS]:
            table.add_row(f"{one['line']:,}", styled(str(one["fault"])))
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
