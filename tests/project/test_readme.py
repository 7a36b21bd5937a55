"""The README tells the truth about settings and about the map."""

import re
from pathlib import Path

import pytest

from cms.foundation import settings

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def readme() -> str:
    """The README."""
    return (ROOT / "README.md").read_text("utf-8")


def _rows(readme: str) -> dict[str, list[str]]:
    """The rows of tables that begin with a setting: variable -> cells."""
    found = {}
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        variable = re.fullmatch(r"`?(CMS_[A-Z_]+)`?", cells[0])
        if line.lstrip().startswith("|") and variable:
            found[variable[1]] = cells[1:]
    return found


def test_the_table_of_settings_is_the_one_of_the_code(readme: str) -> None:
    rows = _rows(readme)

    assert set(rows) == {settings.variable(field) for field in settings.documented()}


def test_the_table_shows_the_defaults_of_the_code(readme: str) -> None:
    rows = _rows(readme)
    for field in settings.documented():
        cells = [cell.replace("`", "") for cell in rows[settings.variable(field)]]
        shown = field.metadata["default"].replace("`", "")
        assert any(shown in cell for cell in cells), (settings.variable(field), shown, cells)


def test_no_setting_is_mentioned_that_does_not_exist(readme: str) -> None:
    # What the author's client reads is no setting of the server.
    client = {"CMS_SERVER", "CMS_EMAIL", "CMS_PASSWORD", "CMS_TOKEN"}
    known = {settings.variable(field) for field in settings.documented()} | client

    assert set(re.findall(r"\bCMS_[A-Z_]+\b", readme)) <= known


def _map(readme: str) -> list[str]:
    """The paths of the map: the fenced block whose lines start with a path under cms/."""
    for block in FENCE.findall(readme):
        lines = [line for line in block.splitlines() if line.strip()]
        first = [line.split()[0] for line in lines]
        if first and sum(one.startswith("cms/") for one in first) >= 3:
            return _paths(lines)
    return []


def _paths(lines: list[str]) -> list[str]:
    """Whole paths; a line that is indented goes on below the folder above it."""
    found, folders = [], [(-1, "")]
    for line in lines:
        if line != line.lstrip() and not re.match(r"\s+[\w.{}*-]+(/|\.\w+)", line):
            continue  # The words about a path, carried over.
        indent, path = len(line) - len(line.lstrip()), line.split()[0]
        while folders[-1][0] >= indent:
            folders.pop()
        whole = folders[-1][1] + path
        found.append(whole)
        if path.endswith("/"):
            folders.append((indent, whole))
    return found


def test_every_path_of_the_map_exists(readme: str) -> None:
    paths = _map(readme)

    assert len(paths) >= 7
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_part_of_the_package_is_on_the_map(readme: str) -> None:
    paths = {path.rstrip("/") for path in _map(readme)}
    parts = {
        f"cms/{one.name}"
        for one in (ROOT / "cms").iterdir()
        if one.is_dir() and (one / "__init__.py").exists()
    }

    assert parts <= paths
