"""Counts attempts within moving windows of time, by the library `limits`.

Imported by the first who counts: it is fifty modules, of no use to a process that only reads.
"""

import math
import time
from dataclasses import dataclass
from typing import cast

from limits import RateLimitItem, parse
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from cms.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Window:
    """How much of one limit is left."""

    name: str
    limit: RateLimitItem
    remaining: int
    resets_in: int


class Counters:
    """One for each limit, kept where ``CMS_RATE_STORAGE`` says."""

    def __init__(self, settings: Settings) -> None:
        """Raises what `limits` raises when it has no such storage."""
        self._storage = cast(Storage, storage_from_string(settings.rate_storage))
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._limits = {
            "account": parse(settings.login_rate_account),
            "address": parse(settings.login_rate_address),
        }

    def windows(self, keys: dict[str, str]) -> list[Window]:
        """What is left of each limit; ``keys`` say of whom, by the name of the limit."""
        return [self._window(name, limit, keys[name]) for name, limit in self._limits.items()]

    def count(self, keys: dict[str, str]) -> None:
        """One more attempt."""
        for name, limit in self._limits.items():
            self._limiter.hit(limit, name, keys[name])

    def reset(self) -> None:
        """Forget all attempts."""
        self._storage.reset()

    def _window(self, name: str, limit: RateLimitItem, key: str) -> Window:
        stats = self._limiter.get_window_stats(limit, name, key)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        return Window(name, limit, stats.remaining, wait)
