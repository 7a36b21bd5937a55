"""`cms doctor`: what is configured, what is missing, what to do about it."""

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cms.accounts.users import queries as user_queries
from cms.commands.options import AS_JSON
from cms.foundation import migrations
from cms.foundation.database import Database
from cms.foundation.errors import FaultyConfiguration
from cms.foundation.settings import IN_MEMORY, Settings, load

OLDEST_SQLITE = (3, 35, 0)
STYLES = {"good": "green", "advice": "yellow", "fault": "bold red"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``state`` is good, advice or fault."""

    subject: str
    state: str
    detail: str


@click.command()
@AS_JSON
def doctor(*, as_json: bool) -> None:
    """Look at settings and database; exit with 1 when something is at fault."""
    findings = list(examine())
    if as_json:
        click.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
    else:
        table = Table("What", "State", "Detail")
        for finding in findings:
            style = STYLES[finding.state]
            table.add_row(finding.subject, f"[{style}]{finding.state}[/]", escape(finding.detail))
        Console().print(table)
    if any(finding.state == "fault" for finding in findings):
        sys.exit(1)


def examine() -> Iterator[Finding]:
    """Everything worth knowing, faults of the settings first."""
    try:
        settings = load()
    except FaultyConfiguration as error:
        for fault in error.faults:
            variable, _, detail = fault.partition(": ")
            yield Finding(variable, "fault", detail)
        return
    yield Finding("settings", "good", f"{settings.env}, {settings.site_url}")
    yield from _data_folder(settings)
    yield from _database(settings)
    yield from _operation(settings)


def _data_folder(settings: Settings) -> Iterator[Finding]:
    if settings.data_dir.is_dir() and os.access(settings.data_dir, os.W_OK):
        yield Finding("data folder", "good", str(settings.data_dir))
    elif settings.database_url.startswith("sqlite"):
        detail = f"{settings.data_dir} does not exist or cannot be written"
        yield Finding("data folder", "fault", detail)


def _database(settings: Settings) -> Iterator[Finding]:
    database = Database(settings.database_url, pool_size=1)
    shown = database.url.render_as_string(hide_password=True)
    if database.path is not None and not database.path.exists():
        yield Finding("database", "fault", f"{shown} does not exist; run: cms migrate")
        return
    checks: tuple[Callable[[Database], Finding], ...] = (_server, _migrations, _admins)
    try:
        for check in checks:
            finding = check(database)
            yield finding
            if finding.state == "fault":
                return
    except DBAPIError as error:
        yield Finding("database", "fault", f"{shown} does not answer: {error.orig}")
    finally:
        database.dispose()


def _server(database: Database) -> Finding:
    if database.is_sqlite:
        state = "good" if sqlite3.sqlite_version_info >= OLDEST_SQLITE else "fault"
        return Finding("database", state, f"SQLite {sqlite3.sqlite_version}, {database.path}")
    with database.reader.connect() as connection:
        version = connection.scalar(text("SHOW server_version"))
    return Finding("database", "good", f"PostgreSQL {version}")


def _migrations(database: Database) -> Finding:
    current, newest = migrations.current(database), migrations.head()
    if current == newest:
        return Finding("migrations", "good", f"at {newest}, the newest")
    return Finding("migrations", "fault", f"at {current}, not {newest}; run: cms migrate")


def _admins(database: Database) -> Finding:
    with database.session(read_only=True) as session:
        admin = session.scalar(user_queries.admins().limit(1))
    if admin is None:
        detail = "nobody can manage users; run: cms user create --role admin --email …"
        return Finding("users", "fault", detail)
    return Finding("users", "good", f"an active admin exists ({admin.email})")


def _operation(settings: Settings) -> Iterator[Finding]:
    if settings.workers > 1 and settings.rate_storage == IN_MEMORY:
        detail = f"each of {settings.workers} processes counts alone; set CMS_RATE_STORAGE"
        yield Finding("failed logins", "advice", detail)
    if settings.is_production and settings.site_url.startswith("http://"):
        yield Finding("site address", "advice", "CMS_SITE_URL is not https")
    if settings.mail_url and settings.worker == "none":
        detail = "CMS_WORKER=none: mails and scheduled posts wait unless `cms worker` runs"
        yield Finding("mails", "advice", detail)
    if not settings.cors_origins:
        detail = "no other origin may call the API from a browser; CMS_CORS_ORIGINS allows some"
        yield Finding("CORS", "good", detail)
