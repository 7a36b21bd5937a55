"""The programs in `examples` are what README and docs page show, and what the wheel ships."""

import html
import re
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from cms.app import RECIPES
from cms.foundation import shipped
from tests.callers import ContractClient

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
# What holds the recipes together shows nothing of its own.
TOGETHER = {"blog.js", "index.html"}
SNIPPET = re.compile(r"^```js\n(.*?)^```", re.MULTILINE | re.DOTALL)
PROGRAM = re.compile(
    r"<summary>(.*?) <code>(.*?)</code></summary><pre[^>]*><code>(.*?)</code>", re.DOTALL
)


def _has(name: str, snippet: str) -> bool:
    """Whether a file has these lines, one after the other, at whatever depth."""
    lines, wanted = (EXAMPLES / name).read_text("utf-8").splitlines(), snippet.splitlines()
    windows = (lines[at : at + len(wanted)] for at in range(len(lines) - len(wanted) + 1))
    return any(textwrap.dedent("\n".join(window)) == "\n".join(wanted) for window in windows)


def test_all_javascript_of_the_readme_is_of_a_program_that_the_tests_run() -> None:
    snippets = SNIPPET.findall((ROOT / "README.md").read_text("utf-8"))

    found = [[name for name in RECIPES if _has(name, snippet)] for snippet in snippets]
    assert [snippet for snippet, names in zip(snippets, found, strict=True) if not names] == []
    assert {name for names in found for name in names} == set(RECIPES) - TOGETHER


def test_the_docs_page_shows_every_file(client: ContractClient) -> None:
    page = client.get("/docs").get_data(as_text=True)

    shown = {name: (purpose, code) for purpose, name, code in PROGRAM.findall(page)}
    assert list(shown) == list(RECIPES)
    assert set(RECIPES) == {path.name for path in EXAMPLES.iterdir()}
    for name, (purpose, code) in shown.items():
        comment, _, rest = (EXAMPLES / name).read_text("utf-8").partition("\n")
        assert html.unescape(purpose) in comment
        assert html.unescape(code) == rest.strip()


@pytest.mark.parametrize("name", RECIPES)
def test_every_file_begins_with_what_it_is_for(name: str) -> None:
    first = (EXAMPLES / name).read_text("utf-8").splitlines()[0]

    assert re.fullmatch(r"// .+\.|<!-- .+\. -->", first)


def test_the_wheel_ships_what_the_server_reads(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel"]
    subprocess.run(  # noqa: S603 - our own command
        [*command, "--directory", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )

    (wheel,) = tmp_path.iterdir()
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("examples", "migrations"):
        files = [path for path in shipped.folder(folder).rglob("*") if path.is_file()]
        wanted = {
            f"cms/{folder}/{path.relative_to(ROOT / folder)}"
            for path in files
            if "__pycache__" not in path.parts
        }
        assert wanted <= names
        assert wanted
