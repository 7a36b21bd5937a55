"""`cms load`: bring posts from elsewhere, many and at once."""

import json
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures.process import BrokenProcessPool
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

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
from sqlalchemy.exc import DBAPIError

from cms.accounts.permissions import Caller
from cms.commands.client.terminal import styled
from cms.commands.console import an_admin, counted, opened, user_with
from cms.commands.load import reading
from cms.commands.load.preparing import Job, Line, Prepared
from cms.commands.options import AS_JSON
from cms.commands.progress import bar
from cms.content.loading import actions
from cms.content.loading.actions import Known, Source
from cms.content.loading.assembling import Portion
from cms.foundation import audit, moments
from cms.foundation.database import Database
from cms.foundation.errors import CmsError
from cms.foundation.settings import load as load_settings

# So many times what is prepared at a time, 500 posts at most, under one version and in one
# transaction. Readers see them together; who else writes waits meanwhile.
BATCH = 10
# Each is created by itself: more of them would let the others wait for too long.
MOST_NEW_NAMES = 200
TRIES = 20
# In seconds.
LONGEST_PAUSE = 0.1
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
    found = reading.digests(file, places, lambda read: progress.advance(task, read))
    progress.remove_task(task)
    *_, (size, digest) = found.items()
    source, known, taken = Source(digest, size), Known(), set[str]()
    with database.session(read_only=True) as session:
        report.done_before = 0 if check else actions.done(session, found.values())
    task = progress.add_task("Checking" if check else "Loading", total=size, note="")
    begun = time.monotonic()

    def job() -> Job:
        return Job(database.url.drivername, by.id, known.names.packed())

    progress.advance(task, reading.size_of(file, report.done_before))
    with reading.prepared(
        file, size=size, skip=report.done_before, processes=processes, job=job
    ) as prepared:
        for batch in _batches(prepared, known):
            if check:
                _check(database, batch, report, taken)
            else:
                _write(database, source, batch, report, known, by=by)
            for line in batch.lines:
                if line.fault:
                    report.refuse(line.number, line.fault)
            rate = report.loaded / (time.monotonic() - begun)
            note = f"{report.loaded:,} posts, {rate:,.0f}/s"
            progress.update(task, advance=sum(line.size for line in batch.lines), note=note)


class _Batch(NamedTuple):
    """What is loaded in one transaction."""

    lines: list[Line]
    portions: list[Portion]

    @classmethod
    def of(cls, some: list[Prepared]) -> Self:
        """Of what was prepared, in order."""
        return cls([line for one in some for line in one.lines], [one.portion for one in some])

    def refuse(self, report: Report, refused: dict[int, str]) -> None:
        """Report ``refused`` posts, by their places, under the numbers of their lines."""
        numbers = [line.number for line in self.lines if line.has_post]
        for place, fault in refused.items():
            report.refuse(numbers[place], fault)


def _batches(prepared: Iterable[Prepared], known: Known) -> Iterator[_Batch]:
    """Until there is enough of posts or of names that are not known yet."""
    batch: list[Prepared] = []
    unknown = set[object]()
    for some in chain.from_iterable(_small_enough(one, known) for one in prepared):
        new = known.names.unknown(some.portion.posts)
        if len(batch) == BATCH or (batch and len(unknown | new) > MOST_NEW_NAMES):
            yield _Batch.of(batch)
            batch, unknown = [], set()
        batch.append(some)
        unknown |= new
    if batch:
        yield _Batch.of(batch)


def _small_enough(some: Prepared, known: Known) -> Iterator[Prepared]:
    if len(known.names.unknown(some.portion.posts)) <= MOST_NEW_NAMES:
        yield some
        return
    posts = iter(some.portion.posts)
    for line in some.lines:
        yield Prepared([line], Portion([next(posts)] if line.has_post else []))


def _check(database: Database, batch: _Batch, report: Report, taken: set[str]) -> None:
    with database.session(read_only=True) as session:
        batch.refuse(report, actions.check(session, batch.portions, taken))


def _write(
    database: Database, source: Source, batch: _Batch, report: Report, known: Known, *, by: Caller
) -> None:
    """Load a batch. What others do at the same time may make it fail: then it is tried again."""
    for tries_left in reversed(range(TRIES)):
        try:
            refused = _add(database, source, batch, known, by=by)
            break
        except (DBAPIError, CmsError) as error:
            if not (tries_left and actions.may_go_on(error)):
                raise
            known.forget()
            batch = batch._replace(portions=[Portion(one.posts) for one in batch.portions])
            # Not again at the same moment as who was in the way.
            time.sleep(random.uniform(0, LONGEST_PAUSE))  # noqa: S311 - no secret
    report.loaded += sum(line.has_post for line in batch.lines) - len(refused)
    batch.refuse(report, refused)


def _add(
    database: Database, source: Source, batch: _Batch, known: Known, *, by: Caller
) -> dict[int, str]:
    """Load a batch and note that it is done, in one transaction."""
    now = moments.now()
    with database.transaction() as session:
        audit.sign(session, by.id, by.name)
        first, last = batch.lines[0].number, batch.lines[-1].number
        actions.note(session, source, after=first - 1, lines=last, now=now)
        return actions.add(session, batch.portions, known=known, by=by, now=now)


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
