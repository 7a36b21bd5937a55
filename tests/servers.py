"""A real server: `cms serve` in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

PATIENCE_SECONDS = 30
ADMIN_EMAIL = "root@example.org"
ADMIN_PASSWORD = "correct horse battery"  # noqa: S105 - for tests


@dataclass(slots=True)
class LiveServer:
    """`cms serve` on a free port of the loopback address."""

    folder: Path
    environment: dict[str, str]
    port: int
    workers: int = 2
    admin_email: str = ADMIN_EMAIL
    admin_password: str = ADMIN_PASSWORD
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @classmethod
    @contextmanager
    def started(
        cls, folder: Path, database_url: str, *, workers: int = 2, **settings: str
    ) -> Iterator[Self]:
        """Migrate, create an admin, start; stop at the end."""
        environment = {
            **os.environ,
            "CMS_DATABASE_URL": database_url,
            "CMS_DATA_DIR": str(folder),
            "CMS_SECRET_KEY": "fedcba9876543210-for-these-runs-only-0",
            "CMS_PASSWORD_COST": "8,1,1",
            "CMS_LOG_LEVEL": "warning",
            # The shared server outlives a login that is made once for all tests.
            "CMS_ACCESS_TOKEN_SECONDS": "86400",
            **settings,
        }
        server = cls(folder, environment, _free_port(), workers)
        server.run("migrate")
        server.run(
            "user",
            "create",
            "--role",
            "admin",
            "--email",
            ADMIN_EMAIL,
            "--password-stdin",
            stdin=ADMIN_PASSWORD + "\n",
        )
        server.start()
        try:
            yield server
        finally:
            server.stop()

    def run(self, *arguments: str, stdin: str = "", patience: float = PATIENCE_SECONDS) -> str:
        """One `cms` command with the server's settings; its output."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "cms", *arguments],
            env=self.environment,
            cwd=self.folder,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        """Start, and wait until it is ready."""
        command = [sys.executable, "-m", "cms", "serve", "--port", str(self.port)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--workers", str(self.workers)],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                # Its own group, so that a kill reaches the workers too.
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                assert self.process.poll() is None, self.log()
                time.sleep(0.05)
        raise AssertionError(self.log())

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop; SIGKILL takes the workers down with it, as a power cut would."""
        if self.process is None:
            return
        if how is signal.SIGKILL:
            os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            raise
        finally:
            self.process = None

    def log(self) -> str:
        """What it wrote."""
        return (self.folder / "server.log").read_text()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port
