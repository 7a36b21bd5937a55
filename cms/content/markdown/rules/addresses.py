"""Writes the addresses of links as a browser takes them."""

import re
from typing import Final
from urllib.parse import quote, unquote

_PLAIN: Final = re.compile(r"[\w;/?:@&=+$,.!~*'()#-]*", re.ASCII)
_SAFE: Final = ";/?:@&=+$,-_.!~*'()#%"
_LONE_PERCENT: Final = re.compile("%(?![0-9A-Fa-f]{2})")
_HOST: Final = re.compile(
    r"(?:https?:)?//(?:[^/?#@]*@)?([^/?#:]+)|mailto:[^@]*@([^/?#:]+)", re.IGNORECASE
)
_NUMERIC_HOST: Final = re.compile(
    r"(?:https?:)?//(?:[\w.~!$&'()*+,;=:%-]*@)?\[[0-9A-Fa-f:.]+\]", re.ASCII | re.IGNORECASE
)
_LETTERS: Final = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")


def encoded(address: str) -> str:
    """``address`` in ASCII, without spaces and quotes. What is encoded already stays."""
    if _PLAIN.fullmatch(address):
        return address
    if not address.isascii() and (host := _HOST.match(address)):
        start, end = host.span(host.lastindex or 0)
        address = address[:start] + _in_ascii(address[start:end]) + address[end:]
    # Only there brackets are as they should be.
    host = _NUMERIC_HOST.match(address)
    begin = host.end() if host else 0
    return address[:begin] + quote(_LONE_PERCENT.sub("%25", address[begin:]), safe=_SAFE)


def readable(address: str) -> str:
    """``address`` as text, with letters where they were encoded."""
    return _LETTERS.sub(_decoded, address)


def _in_ascii(host: str) -> str:
    return ".".join(
        label if label.isascii() else "xn--" + label.encode("punycode").decode()
        for label in re.split("[.\u3002\uff0e\uff61]", host)
    )


def _decoded(run: re.Match[str]) -> str:
    text = unquote(run[0], errors="replace")
    return text if text.isprintable() and "\ufffd" not in text else run[0]
