"""Forwarded addresses: believed only when a configured proxy says so."""

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """WSGI middleware that sets the client's address and scheme from ``X-Forwarded-*``.

    The header is read from its end: each trusted hop vouches for the address before it, and the
    first address that is not a trusted proxy is the client. Whatever stands further left was
    written by the client and does not count.
    """

    def __init__(self, app: "WSGIApplication", networks: tuple[Network, ...]) -> None:
        """Wrap ``app``; with no ``networks`` nothing is ever believed."""
        self.app = app
        self.networks = networks

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Pass the request on, corrected."""
        if self.networks and self._trusts(environ.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",")]
            for hop in reversed(hops):
                if not _is_address(hop):
                    break
                environ["REMOTE_ADDR"] = hop
                if not self._trusts(hop):
                    break
            if environ.get("HTTP_X_FORWARDED_PROTO") in {"http", "https"}:
                environ["wsgi.url_scheme"] = environ["HTTP_X_FORWARDED_PROTO"]
        return self.app(environ, start_response)

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self.networks)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
