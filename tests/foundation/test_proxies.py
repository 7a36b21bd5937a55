"""Forwarded addresses: whoever is not a configured proxy cannot choose its own."""

from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.foundation.http.proxies import TrustedProxies

NETWORKS = tuple(map(ip_network, ("10.0.0.0/8", "192.0.2.1/32", "2001:db8::/32")))
CLIENT, PROXY = "203.0.113.9", "10.0.0.1"


def _seen(
    networks: tuple[Any, ...], peer: str, forwarded: str | None = None, **more: str
) -> tuple[str, str]:
    """The address and scheme that the application sees."""
    environ: dict[str, Any] = {"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **more}
    if forwarded is not None:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded
    inside: list[dict[str, Any]] = []

    def application(given: dict[str, Any], _start_response: Any) -> list[bytes]:
        inside.append(given)
        return []

    TrustedProxies(application, networks)(environ, None)  # type: ignore[arg-type]
    (found,) = inside
    return found["REMOTE_ADDR"], found["wsgi.url_scheme"]


CASES: dict[str, tuple[str, str | None, str]] = {
    "no header": (PROXY, None, PROXY),
    "empty header": (PROXY, "", PROXY),
    "from a proxy": (PROXY, CLIENT, CLIENT),
    "from somebody else": (CLIENT, "198.51.100.1", CLIENT),
    "somebody else claims to be local": (CLIENT, "127.0.0.1", CLIENT),
    "somebody else claims to be a proxy": (CLIENT, PROXY, CLIENT),
    "the client wrote one itself": (PROXY, f"198.51.100.1, {CLIENT}", CLIENT),
    "the client wrote many itself": (PROXY, f"1.1.1.1, 10.9.9.9, 2.2.2.2, {CLIENT}", CLIENT),
    "the client claims a proxy before it": (PROXY, f"198.51.100.1, 10.0.0.7, {CLIENT}", CLIENT),
    "two proxies": (PROXY, f"{CLIENT}, 10.0.0.2", CLIENT),
    "two proxies and a lie": (PROXY, f"198.51.100.1, {CLIENT}, 10.0.0.2", CLIENT),
    "proxies only": (PROXY, "10.0.0.3, 10.0.0.2", "10.0.0.3"),
    "a single address as proxy": ("192.0.2.1", CLIENT, CLIENT),
    "its neighbour": ("192.0.2.2", CLIENT, "192.0.2.2"),
    "IPv6 proxy and client": ("2001:db8::1", "2001:db9::5", "2001:db9::5"),
    "no spaces": (PROXY, f"1.1.1.1,{CLIENT}", CLIENT),
    "many spaces": (PROXY, f" 1.1.1.1 ,   {CLIENT}  ", CLIENT),
    "rubbish": (PROXY, "rubbish", PROXY),
    "rubbish before": (PROXY, f"rubbish, {CLIENT}", CLIENT),
    "rubbish after": (PROXY, f"{CLIENT}, rubbish", PROXY),
    "rubbish between proxies": (PROXY, f"{CLIENT}, rubbish, 10.0.0.2", "10.0.0.2"),
    "a name": (PROXY, "localhost", PROXY),
    "a port": (PROXY, f"{CLIENT}:1234", PROXY),
    "a network": (PROXY, "10.0.0.0/8", PROXY),
    "unknown": (PROXY, "unknown", PROXY),
    "commas": (PROXY, ",,,", PROXY),
    "a comma at the end": (PROXY, f"{CLIENT},", PROXY),
    "leading zeros": (PROXY, "010.0.0.1", PROXY),
    "a line break": (PROXY, "1.1.1.1\r\n2.2.2.2", PROXY),
    "no peer": ("", CLIENT, ""),
    "a socket as peer": ("unix:", CLIENT, "unix:"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_address_is_the_last_that_a_proxy_vouches_for(name: str) -> None:
    peer, forwarded, expected = CASES[name]

    assert _seen(NETWORKS, peer, forwarded)[0] == expected


@pytest.mark.parametrize("name", CASES)
def test_without_configured_proxies_nothing_is_believed(name: str) -> None:
    peer, forwarded, _ = CASES[name]

    assert _seen((), peer, forwarded, HTTP_X_FORWARDED_PROTO="https") == (peer, "http")


@pytest.mark.parametrize(
    ("peer", "scheme", "expected"),
    [
        (PROXY, "https", "https"),
        (PROXY, "http", "http"),
        (PROXY, "javascript", "http"),
        (PROXY, "https, http", "http"),
        (PROXY, "", "http"),
        (CLIENT, "https", "http"),
    ],
)
def test_the_scheme_counts_from_proxies_only(peer: str, scheme: str, expected: str) -> None:
    assert _seen(NETWORKS, peer, CLIENT, HTTP_X_FORWARDED_PROTO=scheme)[1] == expected


@given(prefix=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
def test_whatever_the_client_writes_first_does_not_matter(prefix: str) -> None:
    assert _seen(NETWORKS, PROXY, f"{prefix}, {CLIENT}")[0] == CLIENT


@pytest.mark.parametrize(
    "header", ["HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_X_CLIENT_IP", "HTTP_CF_CONNECTING_IP"]
)
def test_no_other_header_counts(header: str) -> None:
    assert _seen(NETWORKS, PROXY, None, **{header: CLIENT})[0] == PROXY
