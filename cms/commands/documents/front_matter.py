"""Front matter: splits the header off a text and reads it, YAML or TOML, into plain values."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import NamedTuple, TypeAlias

import yaml

from cms.commands.documents.document import DocumentFault

MAX_CHARACTERS = 64 * 1024
MAX_DEPTH = 12

Value: TypeAlias = (
    "str | bool | int | float | datetime | date | time | list[Value] | dict[str, Value] | None"
)

_OPENING = re.compile(r"(---|\+\+\+)[ \t]*(?:\n|\Z)")
_CLOSING = {
    "---": re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE),
    "+++": re.compile(r"^\+\+\+[ \t]*$", re.MULTILINE),
}


class Parts(NamedTuple):
    """What the header says, and the text below it."""

    header: dict[str, Value]
    text: str


def split(text: str) -> Parts:
    """Return the header's values and the rest of a text that uses newlines only."""
    opening = _OPENING.match(text)
    if opening is None:
        return Parts({}, text)
    mark = opening.group(1)
    closing = _CLOSING[mark].search(text, opening.end())
    if closing is None:
        message = f'begins with "{mark}", but no line "{mark}" ends the front matter'
        raise DocumentFault(message)
    header = text[opening.end() : closing.start()]
    if len(header) > MAX_CHARACTERS:
        message = f"has front matter of more than {MAX_CHARACTERS // 1024} KB"
        raise DocumentFault(message)
    values = _from_yaml(header) if mark == "---" else _from_toml(header)
    return Parts(values, text[closing.end() :])


def _from_toml(header: str) -> dict[str, Value]:
    try:
        return tomllib.loads(header)
    except tomllib.TOMLDecodeError as fault:
        message = f"has TOML front matter that cannot be read: {fault}"
        raise DocumentFault(message) from fault
    # tomllib lets these two escape: brackets nested by the thousand, integers of 5,000 digits.
    except (RecursionError, ValueError, OverflowError) as fault:
        message = "has TOML front matter that is nested too deep or holds too large a number"
        raise DocumentFault(message) from fault


def _from_yaml(header: str) -> dict[str, Value]:
    try:
        values = _document(yaml.parse(header, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as fault:
        # Marks count from zero, and the opening line stands above the header.
        line = f" (line {fault.problem_mark.line + 2})" if fault.problem_mark else ""
        message = f"has YAML front matter that cannot be read{line}: {fault.problem}"
        raise DocumentFault(message) from fault
    # PyYAML lets ValueError and OverflowError escape for escapes such as "\UFFFFFFFF".
    except (yaml.YAMLError, ValueError, OverflowError) as fault:
        message = "has YAML front matter with a character that YAML does not allow"
        raise DocumentFault(message) from fault
    if values is None:
        return {}
    if not isinstance(values, dict):
        message = 'has front matter that is not made of "key: value" lines'
        raise DocumentFault(message)
    return values


def _document(events: Iterator[yaml.Event]) -> Value:
    """Build values from the events, so that nothing is ever expanded or constructed.

    A plain scalar stays text, except null, true and false: `title: 1984` and `tags: [no]` mean
    what they say.
    """
    value: Value = None
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            value = _value(next(events), events, depth=1)
    return value


def _value(event: yaml.Event, events: Iterator[yaml.Event], *, depth: int) -> Value:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
        message = "uses YAML anchors or aliases (&name, *name), which front matter may not"
        raise DocumentFault(message)
    if getattr(event, "tag", None) not in {None, "!"}:
        message = "uses YAML tags (!name), which front matter may not"
        raise DocumentFault(message)
    if depth > MAX_DEPTH:
        message = "has front matter that is nested too deep"
        raise DocumentFault(message)
    if isinstance(event, yaml.SequenceStartEvent):
        return list(_items(events, depth=depth))
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth=depth)
    return _scalar(event)


def _items(events: Iterator[yaml.Event], *, depth: int) -> Iterator[Value]:
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        yield _value(event, events, depth=depth + 1)


def _mapping(events: Iterator[yaml.Event], *, depth: int) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for event in events:
        if isinstance(event, yaml.MappingEndEvent):
            break
        if not isinstance(event, yaml.ScalarEvent):
            message = "has front matter with a key that is not a word"
            raise DocumentFault(message)
        key = str(event.value)
        if key in values:
            message = f'says "{key}" twice in its front matter'
            raise DocumentFault(message)
        values[key] = _value(next(events), events, depth=depth + 1)
    return values


def _scalar(event: yaml.Event) -> str | bool | None:
    text = str(getattr(event, "value", ""))
    if getattr(event, "style", None):
        return text
    words: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True}
    words["false"] = False
    return words.get(text.lower(), text)
