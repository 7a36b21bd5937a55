"""Load from outside: wrk, and single requests that look at an answer before it is timed."""

import gzip
import http.client
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import brotli
from backports import zstd

CONNECTIONS = 32
DECODE: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": zstd.decompress,
}
UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """A header, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(DECODE[self.header("Content-Encoding")](self.body))


@dataclass(frozen=True, slots=True)
class Round:
    """What wrk says of one round. Latencies in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float


def ask(
    url: str, *, method: str = "GET", body: Any = None, headers: dict[str, str] | None = None
) -> Reply:
    """One request on a connection of its own."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    sent = {**(headers or {})}
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        sent.setdefault("Content-Type", "application/json")
    try:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, data, sent)
        answer = connection.getresponse()
        return Reply(answer.status, answer.getheaders(), answer.read())
    finally:
        connection.close()


def expect(reply: Reply, status: int) -> Reply:
    """The reply, if it has this status."""
    if reply.status != status:
        message = f"{reply.status} instead of {status}: {reply.body[:500]!r}"
        raise RuntimeError(message)
    return reply


def find_wrk() -> str:
    """Where wrk is; says how to get it."""
    found = shutil.which("wrk")
    if found is None:
        message = "The benchmark needs wrk. On Debian: apt install wrk; on macOS: brew install wrk"
        raise SystemExit(message)
    return found


def wrk(url: str, *, seconds: int, headers: dict[str, str] | None = None) -> Round:
    """One round of load; raises for any answer that is an error."""
    options = [f"{name}: {value}" for name, value in (headers or {}).items()]
    command = [find_wrk(), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency"]
    for option in options:
        command += ["-H", option]
    said = subprocess.run(  # noqa: S603 - wrk
        [*command, url], capture_output=True, text=True, timeout=seconds + 60, check=True
    ).stdout
    return read(said)


def read(said: str) -> Round:
    """What wrk printed; raises for errors."""
    if "Non-2xx" in said or "Socket errors" in said:
        message = f"errors under load:\n{said}"
        raise RuntimeError(message)
    return Round(
        requests=int(_found(r"(\d+) requests in", said)),
        per_second=float(_found(r"Requests/sec:\s+([\d.]+)", said)),
        p50=_milliseconds(_found(r"^\s+50%\s+(\S+)", said)),
        p99=_milliseconds(_found(r"^\s+99%\s+(\S+)", said)),
    )


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        message = f"wrk did not say {pattern}:\n{text}"
        raise RuntimeError(message)
    return match[1]


def _milliseconds(text: str) -> float:
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    if match is None:
        message = f"not a time: {text}"
        raise RuntimeError(message)
    return float(match[1]) * UNITS[match[2]]
