"""The command line, run as `cms …` in a folder and an environment of its own."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from sqlalchemy import text

from cms.commands import main
from cms.foundation.database import Database

ROOT = Path(__file__).parents[2]
PASSWORD = "correct horse battery"  # noqa: S105 - for tests


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All of it."""
        return self.out + self.err

    def is_one_clear_line(self) -> bool:
        """A failure as people want to read it; the frame around it does not count."""
        inside = (line.strip(" ╭╮╰╯─│") for line in self.err.splitlines())
        lines = [line for line in inside if line and line != "Error"]
        return self.code == 1 and len(lines) == 1 and "Traceback" not in self.said


class Cms:
    """`cms`, with settings that tests can change."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """In ``folder``, on an empty database."""
        self.folder, self.database_url = folder, database_url
        self._patch, self._capture = monkeypatch, capsys
        for name in list(os.environ):
            if name.startswith("CMS_"):
                monkeypatch.delenv(name)
        monkeypatch.chdir(folder)
        monkeypatch.setenv("COLUMNS", "200")
        self.set(DATABASE_URL=database_url, DATA_DIR=str(folder), PASSWORD_COST="8,1,1")

    def set(self, **settings: str) -> None:
        """Change settings."""
        for name, value in settings.items():
            self._patch.setenv(f"CMS_{name}", value)

    def __call__(self, *arguments: str, stdin: str = "") -> Outcome:
        """Run one command to its end."""
        self._patch.setattr(sys, "argv", ["cms", *arguments])
        self._patch.setattr(sys, "stdin", io.StringIO(stdin))
        self._capture.readouterr()
        try:
            main()
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        captured = self._capture.readouterr()
        return Outcome(code, captured.out, captured.err)

    def create_user(self, email: str, *, role: str = "admin", password: str = PASSWORD) -> Outcome:
        """`cms user create` with a password on its standard input."""
        options = ["--role", role, "--email", email, "--password-stdin"]
        return self("user", "create", *options, stdin=f"{password}\n")


@pytest.fixture(scope="session")
def one_database_url(make_database_url: Callable[[str], str]) -> str:
    """One database for all commands: making one for each takes PostgreSQL minutes."""
    return make_database_url("commands")


@pytest.fixture
def cms(
    tmp_path: Path,
    one_database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Cms]:
    """`cms` on a database without a table."""
    # An application sets up logging for good, here to a stream that is closed after the test.
    before = structlog.get_config()
    yield Cms(tmp_path, one_database_url, monkeypatch, capsys)
    structlog.configure(**before)
    _forget(one_database_url)


def _forget(database_url: str) -> None:
    """Leave the database as it was: without a table, or without a file."""
    database = Database(database_url, pool_size=1)
    if database.path is not None:
        for suffix in ("", "-wal", "-shm", "-writers"):
            Path(f"{database.path}{suffix}").unlink(missing_ok=True)
    else:
        with database.writer.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    database.dispose()


@pytest.fixture
def migrated(cms: Cms) -> Cms:
    """`cms` on a database with all tables and no rows."""
    assert cms("migrate").code == 0
    return cms


@pytest.fixture
def stored(cms: Cms) -> Iterator[Database]:
    """The database that the commands work on."""
    database = Database(cms.database_url, pool_size=1)
    yield database
    database.dispose()
