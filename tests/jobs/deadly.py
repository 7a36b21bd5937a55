"""A worker in a process of its own, which knows kinds of jobs that end it."""

import os
import sys
from datetime import datetime
from typing import Any, NoReturn

from cms.foundation.database import Database
from cms.foundation.jobs.work import Work
from cms.foundation.jobs.worker import Worker
from tests.jobs.desk import KIND, Desk

RUN, PREPARE = "ends it while it writes", "ends it while it prepares"
CODE = 9


def end(*_anything: Any, **_named: Any) -> NoReturn:
    """As what kills a process does: nothing is closed, rolled back or written."""
    os._exit(CODE)


def work(url: str, moment: str) -> None:
    """Do what is due at a moment."""
    database = Database(url)
    desk = Desk(database)
    good = desk.works[KIND]

    def write_and_end(*arguments: Any, **named: Any) -> NoReturn:
        good.run(*arguments, **named)
        end()

    works = {KIND: good, RUN: Work(run=write_and_end), PREPARE: Work(run=good.run, prepare=end)}
    Worker(database, works, now=lambda _session: datetime.fromisoformat(moment)).run_due()
    database.dispose()


if __name__ == "__main__":
    work(*sys.argv[1:])
