"""What a run says in the end: a table with conflicts below it, or JSON."""

import dataclasses
import json
import sys
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cms.commands.publish.publishing import Outcome
from cms.commands.publish.transport import Server

# Where no terminal sets a width, lines stay whole: an address must not be cut in two.
_UNBOUNDED: Final = 4000
_STYLES: Final = {
    "published": "green",
    "created": "green",
    "updated": "green",
    "unchanged": "dim",
    "conflict": "yellow",
    "failed": "red",
}


class Entry(NamedTuple):
    """One file and what happened to it."""

    path: Path
    outcome: Outcome


def console(*, stderr: bool = False) -> Console:
    """Return a console that wraps lines only for a terminal."""
    made = Console(stderr=stderr, highlight=False)
    if not made.is_terminal:
        made.width = _UNBOUNDED
    return made


def printable(text: str) -> str:
    """Return text without control characters, which could rewrite the terminal."""
    return "".join(
        character if character.isprintable() or character == " " else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def show(entries: list[Entry], server: Server, *, dry_run: bool) -> None:
    """Print the table, and the details of each conflict."""
    out = console()
    for entry in entries:
        if entry.outcome.result == "conflict":
            _show_conflict(out, entry)
    table = Table(box=box.SIMPLE_HEAD, title="Dry run: nothing was changed" if dry_run else None)
    table.add_column("file", overflow="fold")
    table.add_column("result", no_wrap=True)
    table.add_column("address", overflow="fold")
    for path, outcome in entries:
        address = server.post_address(outcome.slug) if outcome.slug else ""
        result = Text(outcome.result, style=_STYLES[outcome.result])
        table.add_row(_text(str(path)), result, _text(address))
    for path, outcome in entries:
        if outcome.result != "conflict":
            out.print(_text(f"{path}: {outcome.message}"), soft_wrap=True)
    out.print(table)


def show_json(entries: list[Entry], server: Server, *, dry_run: bool) -> None:
    """Print one JSON object for machines."""
    results = [_as_json(entry, server) for entry in entries]
    content = {"server": server.address, "dry_run": dry_run, "results": results}
    sys.stdout.write(json.dumps(content, indent=2) + "\n")


def _as_json(entry: Entry, server: Server) -> dict[str, Any]:
    outcome = entry.outcome
    return {
        "file": str(entry.path),
        "result": outcome.result,
        "address": server.post_address(outcome.slug) if outcome.slug else None,
        "id": outcome.post_id,
        "slug": outcome.slug,
        "version": outcome.version,
        "live": outcome.live,
        "changed": list(outcome.changed),
        "message": outcome.message,
        "differences": [dataclasses.asdict(difference) for difference in outcome.differences],
    }


def _show_conflict(out: Console, entry: Entry) -> None:
    out.print(_text(f"{entry.path}: {entry.outcome.message}", "yellow"), soft_wrap=True)
    for difference in entry.outcome.differences:
        since = {None: "", True: " (changed on the server)", False: " (changed in the file)"}
        out.print(_text(f"  {difference.field}{since[difference.on_server_since]}", "bold"))
        if difference.lines:
            for line in difference.lines:
                style = {"-": "red", "+": "green"}.get(line[:1], "")
                out.print(_text(f"    {line}", style), soft_wrap=True)
        else:
            out.print(_text(f"    server: {difference.on_server}", "red"), soft_wrap=True)
            out.print(_text(f"    file:   {difference.in_file}", "green"), soft_wrap=True)


def _text(content: str, style: str = "") -> Text:
    return Text(printable(content), style=style)
