"""Reads a file of lines, from where a run before stopped, and has the lines prepared in order."""

import hashlib
import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path

from cms.commands.load.preparing import Job, Numbered, Prepared, prepare, prepare_apart

# Lines for each task of a process, and bytes: enough that handing them over costs little.
CHUNK = 50
LARGEST_CHUNK = 1_000_000
# Tasks that are handed out or done: more than are written in one transaction, so that meanwhile the
# processes have enough to do.
AHEAD = 24
NICENESS = 5
# Below this, starting processes takes longer than they save.
SMALLEST_SHARED = 2_000_000


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
    path: Path, *, skip: int, processes: int, job: Callable[[], Job]
) -> Iterator[Iterator[Prepared]]:
    """The lines after the first ``skip``, prepared some at a time, in order.

    ``job``: asked as late as may be, since more is known then.
    """
    with path.open("rb") as file:
        numbered = enumerate(islice(file, skip, None), skip + 1)
        chunks = _chunks(numbered)
        if processes == 1 or path.stat().st_size < SMALLEST_SHARED:
            yield (prepare(chunk, job()) for chunk in chunks)
            return
        # Not a `Pool`: one of its threads turns without rest while a large result comes.
        pool = ProcessPoolExecutor(processes, mp_context=_context(), initializer=_begin)
        try:
            tasks = (partial(pool.submit, prepare_apart, chunk, job()) for chunk in chunks)
            yield map(_unpickled, _in_order(tasks, ahead=AHEAD))
        finally:
            pool.shutdown(cancel_futures=True)


def _chunks(numbered: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    chunk: list[Numbered] = []
    size = 0
    for number, line in numbered:
        chunk.append((number, line))
        size += len(line)
        if len(chunk) == CHUNK or size >= LARGEST_CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _in_order(tasks: Iterator[Callable[[], Future[bytes]]], *, ahead: int) -> Iterator[bytes]:
    """Results in the order of their tasks; never more than ``ahead`` are under way."""
    under_way = deque(start() for start in islice(tasks, ahead))
    while under_way:
        yield under_way.popleft().result()
        under_way += [start() for start in islice(tasks, 1)]


def _unpickled(prepared: bytes) -> Prepared:
    """What a process of ours has sent.

    Here, and not by the thread that waits for it: who writes waits for that thread after each row,
    since both need the interpreter.
    """
    found: Prepared = pickle.loads(prepared)  # noqa: S301 - we have pickled it
    return found


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


def _begin() -> None:
    # Ctrl-C reaches all processes; the parent ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Who writes goes first: the others wait for that, and whoever uses the site does.
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Who waits for a task would hear nothing of a parent that is killed, and wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
