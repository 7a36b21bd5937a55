"""The example of a static build: whatever happens, it ends as a build from nothing does.

Runs in the Node of tests/contract, so that a machine needs none of its own.
"""

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cms.editions import pruning
from cms.foundation import moments
from cms.foundation.database import Database
from tests.contract import check_openapi
from tests.live.callers import HttpCaller
from tests.live.site import AUTHORS, TAGS, Site
from tests.servers import LiveServer

# Node is installed on first use.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PROGRAM = Path(__file__).parents[2] / "examples" / "static-build.mjs"
POWER_CUT = 9
MORE_THAN_A_PAGE = 101
LINK = re.compile('href="([^"]+)"')
# Ends the process in the middle of its step CUT_AT that changes files.
CUT_THE_POWER = """
import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
let left = Number(process.env.CUT_AT);
for (const name of ["mkdir", "rename", "rm", "writeFile"]) {
  const real = fs[name];
  fs[name] = async (...given) => {
    if (left-- > 0) return real(...given);
    if (name === "writeFile") await real(given[0], given[1].slice(0, given[1].length / 2));
    process.exit(9);
  };
}
syncBuiltinESMExports();
"""

Files = dict[str, str]


@pytest.fixture(scope="session")
def node() -> Path:
    """The program."""
    check_openapi.install_python_tools()
    return check_openapi.find_node().program


@pytest.fixture(scope="module")
def server(
    make_database_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LiveServer]:
    """One with the example content."""
    folder = tmp_path_factory.mktemp("static")
    with LiveServer.started(folder, make_database_url("static"), workers=1) as server:
        server.run("seed")
        yield server


@pytest.fixture
def site(server: LiveServer) -> Iterator[Site]:
    """The site, and who changes it."""
    with HttpCaller.logged_in(server) as caller:
        yield Site(caller)


@pytest.fixture
def builds(node: Path, server: LiveServer, tmp_path: Path) -> "Builds":
    """Runs of the program."""
    return Builds(node, server, tmp_path)


class Builds:
    """Runs of the program: kept folders, and one from nothing to compare with."""

    def __init__(self, node: Path, server: LiveServer, folder: Path) -> None:
        """All below ``folder``."""
        self.node = node
        self.server = server
        self.folder = folder
        self.hook = folder / "cut-the-power.mjs"
        self.hook.write_text(CUT_THE_POWER)
        self.fresh = 0

    def run(self, name: str = "site") -> str:
        """Run it to its end; gives what it says."""
        done = self.start(name)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def ends(self, name: str, *, cut_at: int) -> bool:
        """Run it, and cut the power at one of its steps; whether it came to its end before."""
        done = self.start(name, cut_at=cut_at)
        assert done.returncode in {0, POWER_CUT}, done.stderr
        return done.returncode == 0

    def start(self, name: str, *, cut_at: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run it, whatever comes of it."""
        options = [] if cut_at is None else ["--import", str(self.hook)]
        return subprocess.run(  # noqa: S603 - our own command
            [self.node, *options, PROGRAM, self.server.url, name],
            cwd=self.folder,
            env={**os.environ, "CUT_AT": str(cut_at)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def files(self, name: str = "site") -> Files:
        """What it wrote."""
        folder = self.folder / name
        return {
            str(path.relative_to(folder)): path.read_text("utf-8")
            for path in folder.rglob("*")
            if path.is_file()
        }

    def memory(self, name: str = "site") -> dict[str, Any]:
        """What it keeps for the next run."""
        kept: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return kept

    def full(self) -> Files:
        """What a build from nothing writes."""
        self.fresh += 1
        name = f"fresh-{self.fresh}"
        self.run(name)
        return self.files(name)


def change_everything(site: Site, post: str, other: str) -> None:
    """An edit with another slug, a withdrawal, a new post, other names of a tag and an author."""
    number = site.get("/posts?limit=1")["version"]
    site.edit(post, title=f"Renamed <{number}>", slug=f"renamed-{number}")
    site.act(other, "unpublish")
    site.publish(title=f"New & {number}", body="*New*.", tags=["Writing"])
    site.edit(f"{TAGS}/{site.listed('/tags')[0]['id']}", name=f"Tag {number}")
    site.edit(f"{AUTHORS}/{site.listed('/authors')[0]['id']}", name=f"Author <{number}>")


def two_posts(site: Site) -> tuple[str, str]:
    """Publish two."""
    return site.publish(title="One", body="1"), site.publish(title="Two", body="2")


def test_a_build_holds_every_post_newest_first(builds: Builds, site: Site) -> None:
    bold = site.publish(title='<b>Bold</b> & "quoted"', slug="bold", body="It *is*.")

    builds.run()

    posts = site.listed("/posts?include=html")
    files = builds.files()
    assert set(files) == {"index.html", *(f"posts/{post['slug']}.html" for post in posts)}
    for post in posts:
        assert post["html"] in files[f"posts/{post['slug']}.html"]
    assert LINK.findall(files["index.html"]) == [f"posts/{post['slug']}.html" for post in posts]
    assert "<h1>&#60;b&#62;Bold&#60;/b&#62; &#38; &#34;quoted&#34;</h1>" in files["posts/bold.html"]
    site.act(bold, "unpublish")


def test_the_next_build_writes_only_what_changed_and_ends_the_same(
    builds: Builds, site: Site
) -> None:
    post, other = two_posts(site)
    builds.run()
    before = {path: path.stat().st_mtime_ns for path in (builds.folder / "site/posts").iterdir()}
    change_everything(site, post, other)

    builds.run()

    assert builds.files() == builds.full()
    untouched = [
        path for path, then in before.items() if path.exists() and path.stat().st_mtime_ns == then
    ]
    assert untouched
    assert "0 changed" in builds.run()
    memory = builds.memory()
    assert memory["version"] == site.get("/posts?limit=1")["version"]
    for kind, path in (("post", "/posts?include=html"), ("author", "/authors"), ("tag", "/tags")):
        assert memory["copy"][kind] == {one["id"]: one for one in site.listed(path)}


def test_changes_are_followed_to_their_last_page(builds: Builds, site: Site) -> None:
    tags = [site.create_tag(f"Number {number}") for number in range(MORE_THAN_A_PAGE)]
    builds.run()
    kept = builds.memory()["copy"]["tag"]
    for tag in tags:
        site.delete(tag)
    builds.run()

    assert {tag["name"] for tag in kept.values()} >= {
        f"Number {number}" for number in range(MORE_THAN_A_PAGE)
    }
    assert builds.memory()["copy"]["tag"] == {tag["id"]: tag for tag in site.listed("/tags")}


def test_a_first_build_that_was_cut_off_anywhere_is_made_good_by_the_next(
    builds: Builds, site: Site
) -> None:
    cut_off: list[str] = []
    while not builds.ends(f"site-{len(cut_off)}", cut_at=len(cut_off)):
        cut_off.append(f"site-{len(cut_off)}")
    change_everything(site, *two_posts(site))
    expected = builds.full()

    for name in cut_off:
        builds.run(name)
        assert builds.files(name) == expected
    # What it keeps, twice in two steps; the folder; the index; a file for each post.
    assert len(cut_off) > 6


def test_an_update_that_was_cut_off_anywhere_is_made_good_by_the_next(
    builds: Builds, site: Site
) -> None:
    post, other = two_posts(site)
    cut_at = 0
    builds.run()
    change_everything(site, post, other)
    while not builds.ends("site", cut_at=cut_at):
        # What the one that was cut off has written is overtaken before the next one.
        site.act(other, "publish")
        site.edit(post, slug=f"overtaken-{cut_at}")
        builds.run()
        assert builds.files() == builds.full()
        change_everything(site, post, other)
        cut_at += 1
    assert builds.files() == builds.full()
    assert cut_at > 6


def test_a_build_begins_again_where_the_changes_were_pruned(
    builds: Builds, site: Site, server: LiveServer
) -> None:
    post, other = two_posts(site)
    builds.run()
    since = builds.memory()["version"]
    change_everything(site, post, other)
    database = Database(server.environment["CMS_DATABASE_URL"], pool_size=1)
    pruning.carry_out(database, since + 2, now=moments.now(), advance=lambda _done: None)
    database.dispose()
    refused = site.caller.request("GET", f"/api/v1/changes?since={since}").expect(410)
    assert refused.json()["code"] == "history_pruned"

    builds.run()

    assert builds.files() == builds.full()


def test_a_build_begins_again_if_it_is_ahead_of_the_site(builds: Builds, site: Site) -> None:
    builds.run()
    ahead = {**builds.memory(), "version": builds.memory()["version"] + 100}
    (builds.folder / "site.json").write_text(json.dumps(ahead))
    two_posts(site)

    builds.run()

    assert builds.files() == builds.full()


def test_pages_that_are_missing_are_written_again(builds: Builds) -> None:
    builds.run()
    next((builds.folder / "site/posts").iterdir()).unlink()

    builds.run()

    assert builds.files() == builds.full()


def test_a_folder_of_somebody_else_is_left_alone(builds: Builds) -> None:
    folder = builds.folder / "site" / "posts"
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("Mine.")

    refused = builds.start("site")

    assert refused.returncode == 1
    assert "site is not of this build" in refused.stderr
    assert builds.files() == {"posts/mine.txt": "Mine."}


def test_a_server_that_cannot_be_reached_changes_nothing(builds: Builds, node: Path) -> None:
    builds.run()
    files, memory = builds.files(), builds.memory()
    with_no_server = subprocess.run(  # noqa: S603 - our own command
        [node, PROGRAM, "http://127.0.0.1:1", "site"],
        cwd=builds.folder,
        capture_output=True,
        check=False,
    )

    assert with_no_server.returncode == 1
    assert (builds.files(), builds.memory()) == (files, memory)
