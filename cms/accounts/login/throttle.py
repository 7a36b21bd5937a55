"""Failed logins are counted per account and per address; too many have to wait."""

import hashlib
import math
import time
from dataclasses import dataclass

from flask import Flask, Response, g
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from limits import RateLimitItem, parse

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
    """Counts failures, not successes: who knows the password is never slowed down by it."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        """Counters live where ``CMS_RATE_STORAGE`` says."""
        self._limiter = Limiter(
            get_remote_address,
            app=app,
            storage_uri=settings.rate_storage,
            strategy="moving-window",
            # No default limits: the login asks by itself, once it knows the account.
        )
        self._limits = {
            "account": parse(settings.login_rate_account),
            "address": parse(settings.login_rate_address),
        }

    def check(self, account: str) -> None:
        """Raise ``TooManyAttempts`` when this account or address has failed too often."""
        keys = self._keys(account)
        g.rate_windows = [self._window(name, keys[name]) for name in self._limits]
        spent = [window for window in g.rate_windows if window.remaining <= 0]
        if spent:
            wait = max(window.resets_in for window in spent)
            message = f"Too many failed attempts. Try again in {wait} seconds."
            raise TooManyAttempts(message, retry_after=wait)

    def count(self, account: str) -> None:
        """One more failure."""
        keys = self._keys(account)
        for name, limit in self._limits.items():
            self._limiter.limiter.hit(limit, name, keys[name])
        g.rate_windows = [self._window(name, keys[name]) for name in self._limits]

    def reset(self) -> None:
        """Forget all failures."""
        self._limiter.reset()

    def _keys(self, account: str) -> dict[str, str]:
        # Hashed: the store must not become a list of addresses, and any text is a safe key.
        digest = hashlib.blake2b(account.encode(), digest_size=16).hexdigest()
        return {"account": digest, "address": get_remote_address()}

    def _window(self, name: str, key: str) -> Window:
        limit = self._limits[name]
        stats = self._limiter.limiter.get_window_stats(limit, name, key)
        return Window(
            name, limit, stats.remaining, max(1, math.ceil(stats.reset_time - time.time()))
        )


def show_limits(response: Response) -> Response:
    """The RateLimit fields of draft-ietf-httpapi-ratelimit-headers, where a limit applied."""
    windows: list[Window] = g.get("rate_windows", [])
    if windows:
        response.headers["RateLimit-Policy"] = ", ".join(
            f'"{w.name}";q={w.limit.amount};w={w.limit.get_expiry()}' for w in windows
        )
        response.headers["RateLimit"] = ", ".join(
            f'"{w.name}";r={w.remaining};t={w.resets_in}' for w in windows
        )
    return response
