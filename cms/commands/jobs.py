"""`cms jobs`: what waits for its moment or failed, from the machine that the CMS runs on."""

import json
import uuid
from datetime import datetime

import rich_click as click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from cms.commands.console import opened
from cms.commands.options import AS_JSON
from cms.foundation.jobs import actions, clock, queries
from cms.foundation.jobs.models import Job, Status
from cms.foundation.settings import load
from cms.operation.jobs.schemas import JobOut, shown

COLUMNS = ("id", "kind", "subject_id", "status", "due_at", "attempts", "error")


@click.group()
def jobs() -> None:
    """See what waits for its moment, and try again what failed."""


@jobs.command(name="list")
@click.option(
    "--status", type=click.Choice([str(one) for one in Status]), help="Only what stands so."
)
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="At most.")
@AS_JSON
def list_jobs(status: str | None, limit: int, *, as_json: bool) -> None:
    """List jobs, those that are due first on top.

    What is done is gone from here. `dead` is what failed too often.
    """
    with opened(load()) as database, database.session(read_only=True) as session:
        now = clock.now(session)
        wanted = queries.matching(status=Status(status) if status else None, now=now).order_by(
            Job.due_at, Job.id
        )
        found = [JobOut().dump(shown(job, now)) for job in session.scalars(wanted.limit(limit))]
    if as_json:
        click.echo(json.dumps(found, indent=2))
    elif not found:
        click.echo("There are none.")
    else:
        table = Table(*COLUMNS, show_edge=False)
        for one in found:
            table.add_row(*("" if one[name] is None else str(one[name]) for name in COLUMNS))
        Console().print(table)


@jobs.command()
@click.argument("ids", type=click.UUID, nargs=-1)
@click.option("--dead", is_flag=True, help="All that failed too often.")
def retry(ids: tuple[uuid.UUID, ...], *, dead: bool) -> None:
    """Try jobs again: those with these IDS, or all dead ones.

    A running worker takes them up at once.
    """
    if dead == bool(ids):
        message = "Name jobs by their ids, or say --dead."
        raise click.UsageError(message)
    with opened(load()) as database, database.transaction() as session:
        now = clock.now(session)
        wanted = ids or _dead(session, now)
        for job_id in wanted:
            actions.retry(session, queries.get(session, job_id), now=now)
    click.echo(f"To be tried again: {len(wanted)}.")


def _dead(session: Session, now: datetime) -> tuple[uuid.UUID, ...]:
    found = queries.matching(status=Status.DEAD, now=now)
    return tuple(session.scalars(found.with_only_columns(Job.id)))
