"""What people see of the author's client: text that is safe to show, progress, faults."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.text import Text

from cms.commands.progress import bar

T = TypeVar("T")
# Where no terminal sets a width, lines stay whole: an address must not be cut in two.
_UNBOUNDED: Final = 4000


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


def styled(content: str, style: str = "") -> Text:
    """Return one line as the console shows it, whatever is in it."""
    return Text(printable(content), style=style)


def say(message: str) -> None:
    """Tell the user something beside the output."""
    click.echo("\n".join(map(printable, message.split("\n"))), err=True)


def print_json(data: object) -> None:
    """Print JSON for machines; escaped, so that no text in it reaches a terminal as it is."""
    click.echo(json.dumps(data, indent=2))


def with_progress(items: list[T], verb: str, *, name: Callable[[T], str]) -> Iterator[T]:
    """Yield the items, showing on a terminal how far it is."""
    if len(items) == 1 or not console(stderr=True).is_terminal:
        yield from items
        return
    columns = (
        TextColumn(verb),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with bar(*columns) as progress:
        task = progress.add_task("", total=len(items))
        for item in items:
            progress.update(task, description=printable(name(item)))
            yield item
            progress.advance(task)


def lines_of(text: str) -> Iterable[str]:
    """Return the lines of a text of several, each safe to show."""
    return (printable(line.expandtabs(4)) for line in text.split("\n"))
