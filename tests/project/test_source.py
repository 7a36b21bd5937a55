"""What the design promises about the source itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CMS = ROOT / "cms"
MODULES = sorted(CMS.rglob("*.py"))
TRANSACTION_OWNERS = (CMS / "foundation", CMS / "commands")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _calls(tree: ast.AST, names: set[str]) -> Iterator[int]:
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in names
        ):
            yield node.lineno


def test_there_is_source_to_look_at() -> None:
    assert len(MODULES) > 60


@pytest.mark.parametrize(
    "path",
    [one for one in MODULES if not any(map(one.is_relative_to, TRANSACTION_OWNERS))],
    ids=_name,
)
def test_only_the_edge_and_the_commands_end_a_transaction(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))

    assert list(_calls(tree, {"commit", "rollback"})) == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_says_in_one_line_what_it_is_for(path: Path) -> None:
    documentation = ast.get_docstring(ast.parse(path.read_text("utf-8")))

    assert documentation
    assert documentation.splitlines()[0].endswith((".", "?"))


FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "service", "services", "repository"}


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {part for path in MODULES for part in (path.stem, path.parent.name)}

    assert names & FORBIDDEN_NAMES == set()


@pytest.mark.parametrize(
    "path", [one for one in MODULES if one.is_relative_to(CMS / "delivery")], ids=_name
)
def test_what_readers_get_does_not_know_of_drafts(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")

    assert not [one for one in imported if one.startswith(("cms.content", "cms.accounts"))]
