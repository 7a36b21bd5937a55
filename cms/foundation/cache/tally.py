"""What was answered from memory, counted for the log: a line for each would cost too much."""

import threading
import time
from typing import Protocol

import structlog

REPORT_SECONDS = 60


class Counter(Protocol):
    """Something that can be counted up."""

    def inc(self) -> None:
        """By one."""


# Of whole answers, and of those that said that nothing has changed.
Counters = tuple[Counter, Counter]


class Tally:
    """Counts, and once a minute says how many there were."""

    def __init__(self, counters: Counters | None = None) -> None:
        """Nothing yet. ``counters``, if any, hear of each answer."""
        self._counters = counters
        self._counting = threading.Lock()
        self._hits = self._unchanged = self._bytes = 0
        self._since = time.monotonic()

    def count(self, size: int, *, is_unchanged: bool) -> None:
        """One answer of ``size`` bytes."""
        if self._counters is not None:
            self._counters[is_unchanged].inc()
        with self._counting:
            self._hits += 1
            self._unchanged += is_unchanged
            self._bytes += size
        if time.monotonic() - self._since >= REPORT_SECONDS:
            self._report()

    def _report(self) -> None:
        with self._counting:
            now = time.monotonic()
            seconds = now - self._since
            if seconds < REPORT_SECONDS:
                # Another thread was first.
                return
            counted = {"hits": self._hits, "unchanged": self._unchanged, "bytes": self._bytes}
            self._hits = self._unchanged = self._bytes = 0
            self._since = now
        structlog.get_logger().info("answered_from_memory", seconds=round(seconds), **counted)
