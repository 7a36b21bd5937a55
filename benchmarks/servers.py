"""The servers that are measured: the CMS, and a bare callable on the same server for comparison."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import Reply

PATIENCE_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
ROOT = Path(__file__).parents[1]
# Headers that the server itself writes.
OWN_HEADERS = frozenset({"date", "server", "connection", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: a group of processes with an address."""

    url: str
    group: int

    def processes(self) -> list[int]:
        """Those alive now."""
        running = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return [process for process in running if _group(process) == self.group]

    def cpu_seconds(self) -> float:
        """What all of them have used so far, user and system."""
        return sum(_ticks(process) for process in self.processes()) / TICKS

    def workers_megabytes(self) -> list[float]:
        """Resident memory of each worker: of all processes but the parent."""
        found = []
        for process in self.processes():
            if process != self.group:
                rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
                (line,) = (one for one in rollup.splitlines() if one.startswith("Rss:"))
                found.append(int(line.split()[1]) / 1024)
        return found


def environment(database_url: str, folder: Path, **settings: str) -> dict[str, str]:
    """The settings of a server under test."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CMS_")}
    # An installation has its bytecode: pip compiles it.
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {
        **kept,
        "CMS_DATABASE_URL": database_url,
        "CMS_DATA_DIR": str(folder),
        "CMS_SECRET_KEY": "benchmark-0123456789-abcdefghij-klmno",
        "CMS_LOG_LEVEL": "warning",
        "CMS_PASSWORD_COST": "8,1,1",
        "CMS_ACCESS_TOKEN_SECONDS": "86400",
        **settings,
    }


@contextmanager
def cms(variables: dict[str, str], *, workers: int = 2) -> Iterator[Server]:
    """`cms serve`."""
    command = [sys.executable, "-m", "cms", "serve", "--workers", str(workers)]
    with _running(command, variables, "/readyz") as server:
        yield server


@contextmanager
def floor(reply: Reply, folder: Path, *, threads: str) -> Iterator[Server]:
    """A callable that answers with the bytes and headers of ``reply``, whatever it is asked."""
    kept = folder / "floor.json"
    headers = [pair for pair in reply.headers if pair[0].lower() not in OWN_HEADERS]
    kept.write_text(json.dumps({"headers": headers, "body": reply.body.decode("latin-1")}))
    variables = {**os.environ, "FLOOR_FILE": str(kept), "FLOOR_THREADS": threads}
    with _running([sys.executable, "-m", "benchmarks.floor"], variables, "/") as server:
        yield server


@contextmanager
def _running(command: list[str], variables: dict[str, str], ready: str) -> Iterator[Server]:
    port = _free_port()
    process = subprocess.Popen(  # noqa: S603 - our own commands
        command,
        env={**variables, "CMS_PORT": str(port), "FLOOR_PORT": str(port)},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        # A group of its own, which is measured and ended as a whole.
        start_new_session=True,
    )
    try:
        _wait(f"http://127.0.0.1:{port}{ready}", process)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(url: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.02)
    message = f"{url} does not answer"
    raise RuntimeError(message)


def _group(process: int) -> int | None:
    try:
        return os.getpgid(process)
    except ProcessLookupError:
        return None


def _ticks(process: int) -> int:
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    # utime and stime, fields 14 and 15 of proc(5); the first two are cut off.
    return int(fields[11]) + int(fields[12])


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
