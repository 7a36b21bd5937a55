"""`cms openapi`: the committed document and the code, kept equal."""

import difflib
import sys
from pathlib import Path

import rich_click as click

from cms.app import create_app
from cms.foundation.http.openapi import Api
from cms.foundation.settings import load

DEFAULT = Path("openapi/openapi.json")
SHOWN_LINES = 40


@click.group()
def openapi() -> None:
    """Write or check the OpenAPI document."""


@openapi.command()
@click.argument("path", type=click.Path(path_type=Path), default=DEFAULT)
def write(path: Path) -> None:
    """Write the document to PATH (openapi/openapi.json)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_current())
    click.echo(f"Wrote {path}.")


@openapi.command()
@click.argument("path", type=click.Path(path_type=Path), default=DEFAULT)
def check(path: Path) -> None:
    """Compare the document at PATH with the code; exit with 1 when they differ."""
    committed = path.read_text() if path.exists() else ""
    current = _current()
    if committed == current:
        click.echo(f"{path} is what the code says.")
        return
    changes = difflib.unified_diff(
        committed.splitlines(), current.splitlines(), str(path), "the code", lineterm=""
    )
    for line in list(changes)[:SHOWN_LINES]:
        click.echo(line, err=True)
    click.echo(f"{path} is not what the code says. Run: cms openapi write", err=True)
    sys.exit(1)


def _current() -> str:
    api: Api = create_app(load()).extensions["cms.api"]
    return api.text()
