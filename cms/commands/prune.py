"""`cms prune`: forget what readers saw long ago."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from cms.commands.console import opened
from cms.editions import pruning
from cms.editions.queries import version_at
from cms.foundation import moments
from cms.foundation.database import Database
from cms.foundation.settings import load

SHOWN = {
    "posts": "Editions of posts",
    "authors": "Editions of authors",
    "tags": "Editions of tags",
    "counts": "Numbers of posts",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What ended before a moment, when the site was at the version ``horizon``."""

    horizon: int
    before: str
    ended: dict[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.ended.values())


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    help="Days for which the past is kept.  [default: the setting CMS_HISTORY_DAYS]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def prune(days: int | None, *, dry_run: bool, as_json: bool) -> None:
    """Forget what readers no longer see, once it is old enough.

    Each time a post, an author or a tag is published again, renamed or withdrawn, its former
    edition is kept, for walks through lists that have begun and for `as_of`. This command drops
    those that ended longer ago than CMS_HISTORY_DAYS. What is published now, drafts, and where old
    slugs lead to stay. Versions and cursors from before then answer 410. Servers may go on running;
    run it again after it was stopped.
    """
    settings = load()
    now = moments.now()
    before = now - timedelta(days=days or settings.history_days)
    with opened(settings) as database:
        plan = _plan(database, before)
        if plan.total and not dry_run:
            with _progress(plan, shown=not as_json) as advance:
                pruning.carry_out(database, plan.horizon, now=now, advance=advance)
    _say(plan, dry_run=dry_run, as_json=as_json)


def _plan(database: Database, before: datetime) -> Plan:
    with database.session(read_only=True) as session:
        horizon = version_at(session.connection(), before)
        return Plan(horizon, moments.spell(before), pruning.plan(session, horizon))


@contextmanager
def _progress(plan: Plan, *, shown: bool) -> Iterator[Callable[[int], object]]:
    columns = (TextColumn("Forgetting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=Console(stderr=True), transient=True, disable=not shown
    ) as progress:
        task = progress.add_task("", total=plan.total)
        yield lambda number: progress.advance(task, number)


def _say(plan: Plan, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps({**asdict(plan), "dry_run": dry_run}, indent=2))
        return
    if not plan.total:
        click.echo(f"Nothing that readers saw before {plan.before} is left to forget.")
        return
    click.echo(f"What ended before {plan.before}, when the site was at version {plan.horizon}:")
    table = Table("", show_edge=False)
    table.add_column("To forget" if dry_run else "Forgotten", justify="right")
    for name, number in plan.ended.items():
        table.add_row(SHOWN[name], f"{number:,}")
    Console().print(table)
    if dry_run:
        click.echo("Nothing was changed. Run it without --dry-run to forget.")
    else:
        click.echo(f"The site's past is now kept from version {plan.horizon} on.")
