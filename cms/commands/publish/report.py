"""What a run says in the end: a table with conflicts below it, or JSON."""

import dataclasses
from pathlib import Path
from typing import Any, Final, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cms.commands.client import terminal
from cms.commands.client.server import Server
from cms.commands.client.terminal import styled
from cms.commands.publish.publishing import Outcome

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


def show(entries: list[Entry], server: Server, *, dry_run: bool) -> None:
    """Print the table, and the details of each conflict."""
    out = terminal.console()
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
        table.add_row(styled(str(path)), result, styled(address))
    for path, outcome in entries:
        if outcome.result != "conflict":
            out.print(styled(f"{path}: {outcome.message}"), soft_wrap=True)
    out.print(table)


def show_json(entries: list[Entry], server: Server, *, dry_run: bool) -> None:
    """Print one JSON object for machines."""
    results = [_as_json(entry, server) for entry in entries]
    terminal.print_json({"server": server.address, "dry_run": dry_run, "results": results})


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
    out.print(styled(f"{entry.path}: {entry.outcome.message}", "yellow"), soft_wrap=True)
    for difference in entry.outcome.differences:
        since = {None: "", True: " (changed on the server)", False: " (changed in the file)"}
        out.print(styled(f"  {difference.field}{since[difference.on_server_since]}", "bold"))
        if difference.lines:
            for line in difference.lines:
                style = {"-": "red", "+": "green"}.get(line[:1], "")
                out.print(styled(f"    {line}", style), soft_wrap=True)
        else:
            out.print(styled(f"    server: {difference.on_server}", "red"), soft_wrap=True)
            out.print(styled(f"    file:   {difference.in_file}", "green"), soft_wrap=True)
