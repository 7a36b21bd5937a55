"""`cms prune`: forget what readers saw long ago, and what has been in the trash for long."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from cms.commands.console import counted, opened
from cms.commands.options import AS_JSON
from cms.commands.progress import bar
from cms.content.posts.trash import purging
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
class Past:
    """What ended before a moment, when the site was at the version ``horizon``."""

    horizon: int
    before: str
    ended: dict[str, int]

    @property
    def total(self) -> int:
        """All of it."""
        return sum(self.ended.values())


@dataclass(frozen=True, slots=True)
class Trash:
    """How many posts came into the trash before a moment."""

    before: str
    posts: int


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1, 36_500),
    help="Days for which the past is kept.  [default: the setting CMS_HISTORY_DAYS]",
)
@click.option(
    "--trash-older-than",
    "trash_days",
    type=click.IntRange(0, 36_500),
    help="Days for which deleted posts are kept; 0: none.  [default: the setting CMS_TRASH_DAYS]",
)
@click.option("--dry-run", is_flag=True, help="Only say what would be forgotten.")
@AS_JSON
def prune(days: int | None, trash_days: int | None, *, dry_run: bool, as_json: bool) -> None:
    """Forget what readers no longer see, and deleted posts, once they are old enough.

    Each time a post, an author or a tag is published again, renamed or withdrawn, its former
    edition is kept, for walks through lists that have begun and for `as_of`. This command drops
    those that ended longer ago than CMS_HISTORY_DAYS. What is published now, drafts, and where old
    slugs lead to stay. Versions and cursors from before then answer 410.

    Posts that have been in the trash for CMS_TRASH_DAYS are deleted for good; where a worker runs,
    it has done that already. Servers may go on running; run it again after it was stopped.
    """
    settings = load()
    now = moments.now()
    before = now - timedelta(days=days or settings.history_days)
    trashed = now - timedelta(days=settings.trash_days if trash_days is None else trash_days)
    with opened(settings) as database:
        past, trash = _plan(database, before, trashed)
        total = past.total + trash.posts
        if total and not dry_run:
            with _progress(total, shown=not as_json) as advance:
                if past.total:
                    pruning.carry_out(database, past.horizon, now=now, advance=advance)
                purging.carry_out(database, trashed, advance=advance)
    if as_json:
        said = {**asdict(past), "trash": asdict(trash), "dry_run": dry_run}
        click.echo(json.dumps(said, indent=2))
        return
    _say_past(past, dry_run=dry_run)
    _say_trash(trash, dry_run=dry_run)
    if dry_run and total:
        click.echo("Nothing was changed. Run it without --dry-run to forget.")


def _plan(database: Database, before: datetime, trashed: datetime) -> tuple[Past, Trash]:
    with database.session(read_only=True) as session:
        horizon = version_at(session.connection(), before)
        return (
            Past(horizon, moments.spell(before), pruning.plan(session, horizon)),
            Trash(moments.spell(trashed), purging.plan(session, trashed)),
        )


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Callable[[int], object]]:
    columns = (TextColumn("Forgetting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with bar(*columns, shown=shown) as progress:
        yield partial(progress.advance, progress.add_task("", total=total))


def _say_past(past: Past, *, dry_run: bool) -> None:
    if not past.total:
        click.echo(f"Nothing that readers saw before {past.before} is left to forget.")
        return
    click.echo(f"What ended before {past.before}, when the site was at version {past.horizon}:")
    table = Table("", show_edge=False)
    table.add_column("To forget" if dry_run else "Forgotten", justify="right")
    for name, number in past.ended.items():
        table.add_row(SHOWN[name], f"{number:,}")
    Console().print(table)
    if not dry_run:
        click.echo(f"The site's past is now kept from version {past.horizon} on.")


def _say_trash(trash: Trash, *, dry_run: bool) -> None:
    if not trash.posts:
        click.echo(f"Nothing in the trash is from before {trash.before}.")
        return
    posts = counted(trash.posts, "post")
    done = "to delete" if dry_run else "deleted"
    click.echo(f"In the trash since before {trash.before}: {posts} {done} for good.")
