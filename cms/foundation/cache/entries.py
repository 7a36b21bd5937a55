"""One kept answer: its bytes, its headers, and its compressed forms, each made on first use."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Self

from cms.foundation.cache.addresses import Key
from cms.foundation.http import conditional

Header = tuple[str, str]

# What an entry takes beside its bodies and the words of its keys: headers, places in dictionaries.
OVERHEAD_BYTES = 3000
SMALLEST_COMPRESSED = 500
# RFC 9110, 12.5.3. At equal weight, the first: the smallest answer for the least work.
CODINGS = ("zstd", "br", "gzip")
OF_THE_BODY = frozenset({"content-type", "content-length", "content-encoding"})
OF_THE_REQUEST = frozenset({"x-request-id", "date", "vary"})


def compress(body: bytes, coding: str) -> bytes:
    """``body`` in a content coding, at the level that was measured to pay."""
    return _COMPRESSORS[coding](body)


@lru_cache(maxsize=256)
def preferred(accepted: str) -> str:
    """The content coding to send for an ``Accept-Encoding``; empty for none."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        coding, _, parameters = part.partition(";")
        weight = parameters.strip().removeprefix("q=").strip() or "1"
        # RFC 9110, 12.4.2: from 0 to 1, with three decimals at most.
        if re.fullmatch(r"[01](\.[0-9]{0,3})?", weight):
            weights[coding.strip()] = float(weight)
    everything = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda coding: weights.get(coding, everything))
    wanted = weights.get(best, everything)
    return best if wanted > 0 and wanted >= weights.get("identity", 0.0) else ""


@dataclass(slots=True)
class Shown:
    """One form of an answer."""

    etag: str
    headers: list[Header]
    unchanged: list[Header]
    body: bytes
    # Made by the call that gave it.
    is_new: bool = False

    def is_current(self, given: str) -> bool:
        """Whether an ``If-None-Match`` names this form."""
        return given == self.etag or conditional.names(given, self.etag)


class Entry:
    """An answer under the key of its question, for one version of the site."""

    __slots__ = ("_forms", "_headers", "etag", "first_id", "key", "size", "spellings", "version")

    def __init__(
        self, key: Key, version: int, headers: list[Header], known: dict[str, str], body: bytes
    ) -> None:
        """``headers`` as the application set them; ``known`` the same by name in lower case."""
        self.key = key
        self.version = version
        self.etag = known["etag"]
        self.first_id = known.get("x-request-id", "")
        self.spellings: list[Key] = []
        self._headers = [pair for pair in headers if pair[0].lower() not in OF_THE_REQUEST]
        # There may be one for each reason.
        vary = [value for name, value in headers if name.lower() == "vary"]
        self._headers.append(("Vary", ", ".join([*vary, "Accept-Encoding"])))
        self.size = OVERHEAD_BYTES + _length(key)
        self._forms: dict[str, Shown] = {}
        self._add("", self.etag, self._headers, body)

    @classmethod
    def of(
        cls, key: Key, version: int, status: str, headers: list[Header], body: bytes
    ) -> Self | None:
        """An entry, if the answer may be kept: a 200 that calls itself public."""
        if not status.startswith("200 "):
            return None
        known = {name.lower(): value for name, value in headers}
        control = {part.strip().lower() for part in known.get("cache-control", "").split(",")}
        if "public" not in control or "etag" not in known or "set-cookie" in known:
            return None
        return cls(key, version, headers, known, body)

    def shown(self, accepted: str) -> Shown:
        """The form for an ``Accept-Encoding``."""
        plain = self._forms[""]
        if not accepted or len(plain.body) < SMALLEST_COMPRESSED:
            return plain
        coding = preferred(accepted) if len(accepted) < OVERHEAD_BYTES else ""
        found = self._forms.get(coding)
        if found is None:
            # Another representation, another strong tag (RFC 9110, 8.8.3).
            tag = f'{self.etag[:-1]}-{coding}"'
            body = compress(plain.body, coding)
            changed = {"etag": tag, "content-length": str(len(body))}
            headers = [(name, changed.get(name.lower(), value)) for name, value in self._headers]
            headers.append(("Content-Encoding", coding))
            return replace(self._add(coding, tag, headers, body), is_new=True)
        return found

    def learn(self, spelling: Key) -> None:
        """Another way to ask for it."""
        self.spellings.append(spelling)
        self.size += _length(spelling)

    def _add(self, coding: str, etag: str, headers: list[Header], body: bytes) -> Shown:
        unchanged = [pair for pair in headers if pair[0].lower() not in OF_THE_BODY]
        shown = self._forms[coding] = Shown(etag, headers, unchanged, body)
        self.size += len(body)
        return shown


def _length(key: Key) -> int:
    """About the memory that its words take: thousands of bytes, if somebody wants that."""
    return len(repr(key))


def _gzip(body: bytes) -> bytes:
    import gzip  # noqa: PLC0415 - this and the next two: not before somebody wants it

    # No time in it: the same answer has the same bytes in every process.
    return gzip.compress(body, 6, mtime=0)


def _brotli(body: bytes) -> bytes:
    import brotli  # noqa: PLC0415

    packed: bytes = brotli.compress(body, quality=4)
    return packed


def _zstandard(body: bytes) -> bytes:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415
    else:
        from backports import zstd  # noqa: PLC0415

    return zstd.compress(body, 3)


_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": _gzip,
    "br": _brotli,
    "zstd": _zstandard,
}
