"""`cms serve --prepare`: an empty folder becomes a running CMS; the second time it only starts."""

import os
import re
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.live.callers import PATIENCE_SECONDS, PUBLIC, HttpCaller
from tests.servers import LiveServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

PASSWORD = re.compile(r"^\s*password\s+(\S+)$", re.MULTILINE)
E_MAIL = re.compile(r"^\s*e-mail\s+(\S+)$", re.MULTILINE)


class PreparedServer(LiveServer):
    """A server as `make run` starts it: no settings, in an empty folder."""

    def prepare(self) -> None:
        """Start, and wait until it is ready."""
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "cms", "serve", "--prepare", "--port", str(self.port)],
                env=self.environment,
                cwd=self.folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                HttpCaller(self).fresh("GET", "/readyz").expect(200)
            except OSError:
                assert self.process.poll() is None, self.log()
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.02)
            else:
                return


def prepared(folder: Path) -> PreparedServer:
    """Not yet started."""
    environment = {name: value for name, value in os.environ.items() if name[:4] != "CMS_"}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return PreparedServer(folder, environment, free.getsockname()[1])


def test_the_first_start_prints_a_password_once_and_the_second_keeps_the_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server = prepared(tmp_path)
    server.prepare()
    try:
        said = server.log()
        (password,), (email,) = PASSWORD.findall(said), E_MAIL.findall(said)
        server.admin_email, server.admin_password = email, password
        with HttpCaller.logged_in(server) as caller:
            examples = titles(caller)
            assert len(examples) >= 6
            caller.create(title="Mine", status="published").expect(201)
        secret = tmp_path / "data" / "secret.key"
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    finally:
        server.stop()

    began = time.monotonic()
    server.prepare()
    seconds = time.monotonic() - began
    try:
        with capsys.disabled():
            print(f"\nsecond start: {seconds:.1f} s")  # noqa: T201 - seen, not asserted
        assert not PASSWORD.findall(server.log().removeprefix(said))
        with HttpCaller.logged_in(server) as caller:
            assert titles(caller) == examples | {"Mine"}
    finally:
        server.stop()


def titles(caller: HttpCaller) -> set[str]:
    """What readers see."""
    posts: list[dict[str, Any]] = caller.request("GET", f"{PUBLIC}?limit=100").json()["data"]
    return {post["title"] for post in posts}
