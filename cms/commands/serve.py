"""`cms serve`: the HTTP server, and on request everything that a first start needs."""

import gc
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import rich_click as click
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from sqlalchemy import select

from cms.accounts.models import User

# Imported before the fork, so that the processes share what the import costs.
from cms.app import create_app
from cms.commands import gathering, streaming
from cms.commands.console import opened
from cms.commands.migrate import bring_up
from cms.commands.worker import start_beside
from cms.foundation.database import Database
from cms.foundation.settings import Settings, load

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

FIRST_ADMIN = "admin@example.org"


@click.command()
@click.option("--host", help="Address to listen on.", show_default="CMS_HOST or 127.0.0.1")
@click.option("--port", type=click.IntRange(1, 65535), show_default="CMS_PORT or 8000")
@click.option(
    "--workers",
    type=click.IntRange(1, 256),
    help="Server processes.",
    show_default="CMS_WORKERS or 1",
)
@click.option(
    "--prepare",
    is_flag=True,
    help="First migrate; in an empty database also create an admin, whose random password is "
    "printed this once, and load the example posts.",
)
def serve(host: str | None, port: int | None, workers: int | None, *, prepare: bool) -> None:
    """Serve the API.

    Stops gracefully on SIGTERM and SIGINT: requests that have begun are answered.
    """
    # The server's processes read the settings themselves, so an option becomes a setting.
    for name, value in (("CMS_HOST", host), ("CMS_PORT", port), ("CMS_WORKERS", workers)):
        if value is not None:
            os.environ[name] = str(value)
    settings = load()
    password = None
    with opened(settings, must_be_migrated=not prepare) as database:
        if prepare:
            password = _prepare(database, settings)
    _announce(settings, password)
    with _counting_together(settings):
        _run(settings)


def _prepare(database: Database, settings: Settings) -> str | None:
    """Make the database ready; give the first admin's password if one was created."""
    bring_up(database)
    with database.session(read_only=True) as session:
        if session.scalar(select(User.id).limit(1)) is not None:
            return None
    # Needed on a first start only, and slow to import.
    from cms.commands import seed, users  # noqa: PLC0415

    password = users.random_password()
    values = {"email": FIRST_ADMIN, "role": "admin", "name": "Admin", "password": password}
    users.create_user(database, settings, values)
    seed.load_examples(database)
    return password


def _announce(settings: Settings, password: str | None) -> None:
    base = f"http://{settings.host}:{settings.port}"
    if password is not None:
        click.secho("\n  The first admin was created. This is shown only now:", bold=True)
        click.echo(f"    e-mail    {FIRST_ADMIN}")
        click.echo(f"    password  {password}")
    click.secho("\n  Serving", bold=True)
    click.echo(f"    API       {base}/api/v1/posts")
    click.echo(f"    Docs      {base}/docs")
    click.echo(f"    OpenAPI   {base}/openapi.json")
    click.secho("\n  Try", bold=True)
    click.echo(f"    curl '{base}/api/v1/posts?limit=3&fields=title,slug'\n")


def application() -> "WSGIApplication":
    """The outermost layer of the application, inside of a process that the server has just forked.

    The fork inherits the parent's handlers, which only set a flag of the parent: until the server
    sets its own, a signal to stop would be lost, and the stop would wait for its time-out.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    app = create_app()
    streaming.give_streams_their_own_threads()
    if not app.database.is_sqlite and app.extensions["cms.settings"].cache_check == "strict":
        gathering.gather_readers(app.extensions["cms.cache"], app.present)
    ends = [app.extensions["cms.streams"].end]
    if app.extensions["cms.settings"].worker == "embedded":
        ends.append(start_beside(app.database, app.extensions["cms.works"]))
    streaming.end_with_the_process(*ends)
    # What the start has made stays until the end: the collector need not look at it, ever.
    gc.freeze()
    return app.wsgi_app


@contextmanager
def _counting_together(settings: Settings) -> Iterator[None]:
    """Give the processes a folder in which they count together; of this run alone."""
    if not settings.metrics:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="cms-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def _run(settings: Settings) -> None:
    Granian(
        "cms.commands.serve:application",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        websockets=False,
        respawn_failed_workers=True,
        # Longer than any request may take; then a stop is a stop.
        workers_kill_timeout=30,
        log_level=LogLevels.warning,
    ).serve()
