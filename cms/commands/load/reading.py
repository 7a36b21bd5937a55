"""Reads a file of lines, from where a run before stopped, and has the lines prepared in order."""

import hashlib
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path

from cms.commands.load.preparing import Prepared, prepare

# Lines for each task of a process: enough that handing them over costs little.
CHUNK = 50
# Below this, starting processes takes longer than they save.
SMALLEST_SHARED = 2_000_000

Task = tuple[list[tuple[int, bytes]], str, datetime]


def digest(path: Path, advance: Callable[[int], object]) -> str:
    """The SHA-256 of a file; ``advance`` hears of each piece read."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            found.update(piece)
            advance(len(piece))
    return found.hexdigest()


@contextmanager
def prepared(
    path: Path, *, skip: int, processes: int, database: str, now: datetime
) -> Iterator[Iterator[Prepared]]:
    """The lines after the first ``skip``, prepared for a ``database``, in order."""
    with path.open("rb") as file:
        numbered = enumerate(islice(file, skip, None), skip + 1)
        chunks = iter(lambda: list(islice(numbered, CHUNK)), [])
        if processes == 1 or path.stat().st_size < SMALLEST_SHARED:
            yield (line for chunk in chunks for line in prepare(chunk, database, now))
            return
        context = _context()
        with context.Pool(processes, initializer=_ignore_interrupts) as pool:
            start = partial(pool.apply_async, prepare)
            tasks = ((chunk, database, now) for chunk in chunks)
            results = _in_order(start, tasks, ahead=processes * 4)
            yield (line for result in results for line in result)


def _in_order(
    start: Callable[[Task], "multiprocessing.pool.AsyncResult[list[Prepared]]"],
    tasks: Iterator[Task],
    *,
    ahead: int,
) -> Iterator[list[Prepared]]:
    """Results in the order of their tasks; never more than ``ahead`` are under way.

    ``Pool.imap`` would read the whole file into memory.
    """
    under_way = [start(task) for task in islice(tasks, ahead)]
    while under_way:
        yield under_way.pop(0).get()
        under_way += [start(task) for task in islice(tasks, 1)]


def _context() -> multiprocessing.context.BaseContext:
    """How processes begin: not as copies of this one, whose connections and threads none may share.

    As copies of one that has imported what they need, where the system has such a way: to import it
    takes a second of each.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([prepare.__module__])
    return context


def _ignore_interrupts() -> None:
    # Ctrl-C reaches all processes; the parent ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
