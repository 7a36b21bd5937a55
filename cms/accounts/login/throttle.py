"""Attempts are counted per account and per address; after too many one has to wait."""

import hashlib
import ipaddress
import threading
from typing import TYPE_CHECKING

from flask import Response, after_this_request, g, request

from cms.foundation.errors import TooManyAttempts
from cms.foundation.settings import IN_MEMORY, Settings

if TYPE_CHECKING:
    from cms.accounts.login.counters import Counters, Window


class Throttle:
    """Counts what it is told to; of logins only the failures."""

    def __init__(self, settings: Settings, purpose: str) -> None:
        """Counters live where ``CMS_RATE_STORAGE`` says, apart from those of other purposes."""
        self._purpose = purpose
        self._settings = settings
        self._made: Counters | None = None
        self._making = threading.Lock()
        if settings.rate_storage != IN_MEMORY:
            # What cannot be used is found at the start.
            self._counters()

    def check(self, account: str) -> None:
        """Raise ``TooManyAttempts`` when this account or address has tried too often."""
        after_this_request(_show_limits)
        g.rate_windows = self._counters().windows(self._keys(account))
        spent = [window for window in g.rate_windows if window.remaining <= 0]
        if spent:
            wait = max(window.resets_in for window in spent)
            message = f"Too many attempts. Try again in {wait} seconds."
            raise TooManyAttempts(message, retry_after=wait)

    def count(self, account: str) -> None:
        """One more attempt."""
        keys = self._keys(account)
        self._counters().count(keys)
        g.rate_windows = self._counters().windows(keys)

    def reset(self) -> None:
        """Forget all attempts."""
        if self._made is not None:
            self._made.reset()

    def _counters(self) -> "Counters":
        with self._making:
            if self._made is None:
                # Takes a thirtieth of a start.
                from cms.accounts.login.counters import Counters  # noqa: PLC0415

                self._made = Counters(self._settings)
            return self._made

    def _keys(self, account: str) -> dict[str, str]:
        # Hashed: the store must not become a list of addresses, and any text is a safe key.
        digest = hashlib.blake2b(account.encode(), digest_size=16).hexdigest()
        return {
            "account": f"{self._purpose} {digest}",
            "address": f"{self._purpose} {network(request.remote_addr or '')}",
        }


def network(address: str) -> str:
    """What counts as one address: of IPv6 the 64 bits that one subscriber has at the least."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found), 64), strict=False))


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
