"""Finds addresses that stand in the text as they are (GFM, 6.9)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

LONGEST_BARE_LINK: Final = 2_000

_SIGN: Final = re.compile(rb"://|www\.|@")
_MAY_STAND_BEFORE: Final = frozenset({b"", b" ", b"\t", b"\n", b"*", b"_", b"~", b"("})
_HOST: Final = re.compile(r"[\w-]++(?:\.[\w-]++)*+")
_REST: Final = re.compile(r"(?::[0-9]{1,5})?(?:[/?#][^\s<]*+)?")
_AT: Final = ord("@")
_MAILBOX: Final = re.compile(rb"(?:mailto:)?[A-Za-z0-9.+_-]{1,64}\Z")
_MAIL_DOMAIN: Final = re.compile(rb"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++(?<![_-])(?!@)")
_ENTITY: Final = re.compile(r"&[A-Za-z0-9]{1,40};\Z")
_PUNCTUATION: Final = frozenset("?!.,:*_~'\";")


@dataclass(frozen=True, slots=True)
class BareLink:
    """An address in the text: its place, and what has to stand in front of it."""

    start: int
    end: int
    prefix: str


class BareLinks:
    """The addresses in a source, wherever they are; asked from its beginning to its end."""

    def __init__(self, source: bytes) -> None:
        self._source = source
        self._signs = _signs(source)
        self._sign = 0
        # Where the next may begin.
        self.start = 0
        self._advance()

    def find(self, start: int, end: int, *, limit: int, begins: bool) -> BareLink | None:
        """The first that begins between two places and ends before ``limit``.

        ``begins`` says that nothing stands before ``start``, whatever the source has there.
        """
        while self.start < end:
            here, sign = self.start, self._sign
            self._advance()
            if here < start <= sign and self._source[sign] == _AT:
                # What seemed to be the beginning of the mailbox is the one of emphasis.
                here = start
            may_begin = here >= start and self._may_begin(here, begins=begins and here == start)
            if may_begin and (found := self._at(here, sign, limit)):
                return found
        return None

    def _may_begin(self, here: int, *, begins: bool) -> bool:
        before = self._source[here - 1 : here]
        return before in _MAY_STAND_BEFORE or (begins and before != b"\\")

    def _advance(self) -> None:
        self.start, self._sign = next(self._signs, (len(self._source), 0))

    def _at(self, start: int, sign: int, limit: int) -> BareLink | None:
        if self._source[sign] == _AT:
            domain = _MAIL_DOMAIN.match(self._source, sign + 1, min(limit, sign + 256))
            prefix = "" if self._source.startswith(b"mailto:", start) else "mailto:"
            return BareLink(start, domain.end(), prefix) if domain else None
        dotted = start == sign
        end = self._web_end(start if dotted else sign + 3, limit, dotted=dotted)
        return BareLink(start, end, "http://" if dotted else "") if end else None

    def _web_end(self, start: int, limit: int, *, dotted: bool) -> int | None:
        """Where the web address ends whose host is at ``start``."""
        # As many bytes as the longest may have; a character may be cut in two at the end.
        raw = self._source[start : min(limit, start + 4 * LONGEST_BARE_LINK + 4)]
        text = raw.decode(errors="ignore")
        longest = LONGEST_BARE_LINK + 1
        host = _HOST.match(text, 0, longest)
        if host is None or (dotted and "." not in host[0]):
            return None
        if any("_" in label for label in host[0].split(".")[-2:]):
            return None
        rest = _REST.match(text, host.end(), longest)
        end = rest.end() if rest else host.end()
        if end > LONGEST_BARE_LINK:
            return None
        return start + len(_without_punctuation(text[:end]).encode())


def _signs(source: bytes) -> Iterator[tuple[int, int]]:
    """Where an address may begin, and the sign of it."""
    for match in _SIGN.finditer(source):
        sign = match.start()
        if match[0] == b"www.":
            yield sign, sign
        elif match[0] == b"@":
            if mailbox := _MAILBOX.search(source[max(0, sign - 80) : sign]):
                yield sign - len(mailbox[0]), sign
        elif source[max(0, sign - 5) : sign] == b"https":
            yield sign - 5, sign
        elif source[max(0, sign - 4) : sign] == b"http":
            yield sign - 4, sign


def _without_punctuation(address: str) -> str:
    """Without what ends the sentence and not the address, and unopened brackets."""
    unopened = address.count(")") - address.count("(")
    while True:
        if address[-1:] == ")" and unopened > 0:
            unopened -= 1
            address = address[:-1]
        elif entity := _ENTITY.search(address[-42:]):
            address = address[: -len(entity[0])]
        elif address[-1:] in _PUNCTUATION:
            address = address[:-1]
        else:
            return address
