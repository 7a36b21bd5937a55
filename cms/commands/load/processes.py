"""Has lines prepared by several processes at once, in order."""

import multiprocessing
import os
import pickle
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice

from cms.commands.load.preparing import Job, Numbered, Prepared, prepare

# Tasks that are handed out or done: more than are written in one transaction, so that meanwhile the
# processes have enough to do.
AHEAD = 24
NICENESS = 5


@contextmanager
def preparing(
    chunks: Iterator[list[Numbered]], *, processes: int, job: Callable[[], Job]
) -> Iterator[Iterator[Prepared]]:
    """Each of ``chunks``, prepared; ``job`` is asked when it is handed out."""
    # Not a `Pool`: one of its threads turns without rest while a large result comes.
    pool = ProcessPoolExecutor(processes, mp_context=_context(), initializer=_begin)
    try:
        handed_out = (pool.submit(_prepare, chunk, job()) for chunk in chunks)
        yield map(_unpickled, _in_order(handed_out))
    finally:
        pool.shutdown(cancel_futures=True)


def _in_order(handed_out: Iterator[Future[bytes]]) -> Iterator[bytes]:
    """Results in the order of their tasks; to take one more hands it out, ``AHEAD`` at the most."""
    under_way = deque(islice(handed_out, AHEAD))
    while under_way:
        yield under_way.popleft().result()
        under_way.extend(islice(handed_out, 1))


def _prepare(chunk: list[Numbered], job: Job) -> bytes:
    return pickle.dumps(prepare(chunk, job))


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
    context.set_forkserver_preload([__name__])
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
