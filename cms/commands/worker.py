"""`cms worker`: do the work that is due, in a process of its own or beside the server."""

import signal
import threading
from collections.abc import Callable
from types import FrameType

import rich_click as click

from cms.app import inform, works
from cms.commands.console import opened
from cms.foundation import logs
from cms.foundation.database import Database
from cms.foundation.jobs.work import Works, lanes
from cms.foundation.jobs.worker import Worker
from cms.foundation.settings import load


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now and stop, as a cron job does.")
def worker(*, once: bool) -> None:
    """Do the work that is due, such as publishing scheduled posts and sending mails.

    `cms serve` does it too, unless CMS_WORKER=none. Run as many as you like, wherever they reach
    the database: each job has its effect once, but for a mail whose worker was killed. Stops on
    SIGTERM and SIGINT when the job in hand is done; `cms jobs list` shows what failed.
    """
    settings = load()
    logs.configure(level=settings.log_level, as_json=settings.is_production)
    with opened(settings) as database:
        inform(database, settings)
        stop = threading.Event()
        _stop_on_signals(stop)
        if once:
            for lane in lanes(works(settings)):
                Worker(database, lane).run_due(stop)
        else:
            for working in _start(database, works(settings), stop):
                working.join()


def start_beside(database: Database, given: Works) -> Callable[[], None]:
    """Work in threads of this process; gives what ends them.

    The process does not end before the job in hand is done.
    """
    stop = threading.Event()
    _start(database, given, stop)
    return stop.set


def _start(database: Database, given: Works, stop: threading.Event) -> list[threading.Thread]:
    workers = [Worker(database, lane) for lane in lanes(given)]
    threads = [
        threading.Thread(target=working.run_until, args=(stop,), name="worker")
        for working in workers
    ]
    for thread in threads:
        thread.start()
    return threads


def _stop_on_signals(stop: threading.Event) -> None:
    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
