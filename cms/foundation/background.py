"""Work that no request waits for, done by a few threads of this process; lost with it."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import structlog

THREADS = 2
# More than this is waiting only where something is broken, and then memory must not fill up.
MOST_WAITING = 1000


class Background:
    """For what may be late and may be lost, such as a note of when a key was used."""

    def __init__(self) -> None:
        """Without threads before there is work: servers start processes from processes."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="background")
        self._waiting: set[Future[None]] = set()

    def do(self, task: Callable[[], None]) -> None:
        """Do this soon. Its failure is logged."""
        if len(self._waiting) >= MOST_WAITING:
            structlog.get_logger().error("background_task_dropped")
            return
        future = self._threads.submit(_carry_out, task)
        self._waiting.add(future)
        future.add_done_callback(self._waiting.discard)

    def finish(self) -> None:
        """Wait until all is done that was asked for."""
        wait(list(self._waiting))


def _carry_out(task: Callable[[], None]) -> None:
    try:
        task()
    except Exception:  # noqa: BLE001 - nobody is left to be told
        structlog.get_logger().exception("background_task_failed")
