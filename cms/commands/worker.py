"""`cms worker`: do the work that is due, in a process of its own or beside the server."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import rich_click as click

from cms.app import WORKS, inform
from cms.commands.console import opened
from cms.foundation import logs
from cms.foundation.database import Database
from cms.foundation.jobs.worker import Worker
from cms.foundation.settings import load


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop, as a cron job does.")
def worker(*, once: bool) -> None:
    """Do the work that is due, such as publishing scheduled posts.

    `cms serve` does it too, unless CMS_WORKER=none. Run as many as you like, wherever they reach
    the database: each job has its effect once. Stops on SIGTERM and SIGINT when the job in hand is
    done; `cms jobs list` shows what failed.
    """
    settings = load()
    logs.configure(level=settings.log_level, as_json=settings.is_production)
    with opened(settings) as database:
        inform(database, settings)
        stop = threading.Event()
        _stop_on_signals(stop)
        working = Worker(database, WORKS)
        if once:
            working.run_due(stop)
        else:
            working.run_until(stop)


def start_beside(database: Database) -> Callable[[], None]:
    """Work in a thread of this process; gives what ends it.

    The process does not end before the job in hand is done.
    """
    stop = threading.Event()
    working = Worker(database, WORKS)
    threading.Thread(target=working.run_until, args=(stop,), name="worker").start()
    return stop.set


def _stop_on_signals(stop: threading.Event) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
