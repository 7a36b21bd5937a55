"""Attempts are counted per account and per address; after too many one has to wait."""

import hashlib
import math
import time
from dataclasses import dataclass

from flask import Response, after_this_request, g, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from cms.foundation.errors import TooManyAttempts
from cms.foundation.settings import Settings


@dataclass(frozen=True, slots=True)
class Window:
    """How much of one limit is left."""

    name: str
    limit: RateLimitItem
    remaining: int
    resets_in: int


class Throttle:
    """Counts what it is told to: of logins the failures, so that a right password never waits."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        """Counters live where ``CMS_RATE_STORAGE`` says, apart from those of other purposes."""
        self._purpose = purpose
        self._storage = storage_from_string(settings.rate_storage)
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._limits = {
            "account": parse(settings.login_rate_account),
            "address": parse(settings.login_rate_address),
        }

    def check(self, account: str) -> None:
        """Raise ``TooManyAttempts`` when this account or address has tried too often."""
        keys = self._keys(account)
        after_this_request(_show_limits)
        g.rate_windows = [self._window(name, keys[name]) for name in self._limits]
        spent = [window for window in g.rate_windows if window.remaining <= 0]
        if spent:
            wait = max(window.resets_in for window in spent)
            message = f"Too many attempts. Try again in {wait} seconds."
            raise TooManyAttempts(message, retry_after=wait)

    def count(self, account: str) -> None:
        """One more attempt."""
        keys = self._keys(account)
        for name, limit in self._limits.items():
            self._limiter.hit(limit, name, keys[name])
        g.rate_windows = [self._window(name, keys[name]) for name in self._limits]

    def reset(self) -> None:
        """Forget all attempts."""
        self._storage.reset()

    def _keys(self, account: str) -> dict[str, str]:
        # Hashed: the store must not become a list of addresses, and any text is a safe key.
        digest = hashlib.blake2b(account.encode(), digest_size=16).hexdigest()
        return {
            "account": f"{self._purpose} {digest}",
            "address": f"{self._purpose} {request.remote_addr}",
        }

    def _window(self, name: str, key: str) -> Window:
        limit = self._limits[name]
        stats = self._limiter.get_window_stats(limit, name, key)
        return Window(
            name, limit, stats.remaining, max(1, math.ceil(stats.reset_time - time.time()))
        )


def _show_limits(response: Response) -> Response:
    """The RateLimit fields of draft-ietf-httpapi-ratelimit-headers, where a limit applied."""
    windows: list[Window] = g.rate_windows
    response.headers["RateLimit-Policy"] = ", ".join(
        f'"{w.name}";q={w.limit.amount};w={w.limit.get_expiry()}' for w in windows
    )
    response.headers["RateLimit"] = ", ".join(
        f'"{w.name}";r={w.remaining};t={w.resets_in}' for w in windows
    )
    return response
