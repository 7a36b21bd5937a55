"""Where the CMS is: an address that a login may be sent to."""

import dataclasses
import ipaddress
from typing import Final

import httpx2

_API: Final = "/api/v1"


class BadAddress(Exception):
    """The server's address cannot be used, or not safely."""


@dataclasses.dataclass(frozen=True, slots=True)
class Server:
    """Scheme, host, port and an optional path, without a slash at the end."""

    address: str
    loopback: bool

    @property
    def api(self) -> str:
        """Where the API begins."""
        return f"{self.address}{_API}"

    def post_address(self, slug: str) -> str:
        """Return where readers find a post."""
        return f"{self.api}/posts/{slug}"


def server_at(address: str, *, insecure: bool) -> Server:
    """Check an address; plain HTTP is for this machine only, unless `insecure` says otherwise."""
    try:
        url = httpx2.URL(address.strip())
    except (httpx2.InvalidURL, ValueError) as fault:
        raise _no_address(address) from fault
    if url.scheme not in {"http", "https"} or not url.host:
        raise _no_address(address)
    if url.userinfo or url.query or url.fragment:
        message = "the server's address may not hold a user name, a password, ? or #"
        raise BadAddress(message)
    loopback = _is_loopback(url.host)
    if url.scheme == "http" and not loopback and not insecure:
        message = (
            f"{url.host} would get the password or token unencrypted over http; "
            "use https, or --insecure if the network is yours alone"
        )
        raise BadAddress(message)
    path = url.path.rstrip("/").removesuffix(_API).rstrip("/")
    return Server(str(url.copy_with(raw_path=path.encode() or b"/")).rstrip("/"), loopback)


def _no_address(address: str) -> BadAddress:
    return BadAddress(f"{address!r} is not an address such as https://cms.example.com")


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
