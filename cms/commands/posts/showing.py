"""How posts look on a terminal: tables, moments, differences."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cms.commands.client import terminal
from cms.commands.client.terminal import styled

_STYLES: Final = {
    "published": "green",
    "edited": "yellow",
    "scheduled": "cyan",
    "in review": "magenta",
    "trashed": "red",
}
_SEVERITIES: Final = {"error": "red", "warning": "yellow", "info": "dim"}
_LINES: Final = {"+": "green", "-": "red", "@": "cyan"}


def state(post: Mapping[str, Any]) -> Text:
    """Say in a word where a post stands; "edited" is live, with changes that readers do not see."""
    word = str(post.get("status")).replace("_", " ")
    if word == "published" and post.get("has_unpublished_changes"):
        word = "edited"
    return styled(word, _STYLES.get(word, ""))


def moment(value: object) -> str:
    """Say a moment in the time of this machine."""
    if not isinstance(value, str):
        return ""
    try:
        return f"{datetime.fromisoformat(value).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return value


def listed(posts: Iterable[Mapping[str, Any]]) -> Table:
    """Return a table of posts; each slug has a line of its own, to be copied whole."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("state", no_wrap=True)
    table.add_column("saved", no_wrap=True)
    table.add_column("post", overflow="fold")
    for post in posts:
        shown = (
            styled(str(post.get("title"))).append("\n").append(styled(str(post.get("slug")), "dim"))
        )
        table.add_row(state(post), moment(post.get("updated_at")), shown)
    return table


def details(post: Mapping[str, Any]) -> Table:
    """Return all but the text of one post."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    rows = {
        "state": state(post),
        "slug": post.get("slug"),
        "id": post.get("id"),
        "authors": _names(post, "authors"),
        "tags": _names(post, "tags"),
        "excerpt": post.get("excerpt"),
        "cover": _inside(post, "cover", "url"),
        "alt": _inside(post, "cover", "alt"),
        "seo title": _inside(post, "seo", "title"),
        "seo text": _inside(post, "seo", "description"),
        "canonical": _inside(post, "seo", "canonical_url"),
        "published": moment(post.get("published_at")),
        "publish at": moment(_inside(post, "scheduled", "publish_at")),
        "unpublish at": moment(_inside(post, "scheduled", "unpublish_at")),
        "saved": moment(post.get("updated_at")),
        "version": post.get("version"),
    }
    for name, value in rows.items():
        if value:
            table.add_row(name, value if isinstance(value, Text) else styled(str(value)))
    return table


def revisions(found: Iterable[Mapping[str, Any]]) -> Table:
    """Return a table of revisions."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("revision", justify="right")
    table.add_column("saved", no_wrap=True)
    table.add_column("by", overflow="fold")
    table.add_column("changed", overflow="fold")
    table.add_column("")
    for one in found:
        by = one.get("saved_by")
        table.add_row(
            str(one.get("number")),
            moment(one.get("saved_at")),
            styled(str(by.get("name")) if isinstance(by, dict) else ""),
            styled(", ".join(map(str, one.get("changed") or ()))),
            styled("live", "green") if one.get("is_published") else "",
        )
    return table


def findings(out: Console, found: Iterable[Mapping[str, Any]]) -> None:
    """Print what the checks found, a line or two each."""
    for one in found:
        severity, line = str(one.get("severity")), one.get("line")
        where = str(one.get("pointer", "")).removeprefix("#/").replace("/", ".")
        where += f" line {line}" if isinstance(line, int) else ""
        shown = styled(f"{severity:<8}", _SEVERITIES.get(severity, ""))
        out.print(shown.append_text(styled(f"{where}: {one.get('detail')}")), soft_wrap=True)


def difference(out: Console, found: Mapping[str, Any]) -> None:
    """Print a comparison of two revisions."""
    for field in found.get("fields") or ():
        out.print(styled(str(field.get("field")), "bold"))
        for mark, side in (("-", "from"), ("+", "to")):
            if (value := field.get(side)) not in (None, "", []):
                out.print(styled(f"  {mark} {_value(value)}", _LINES[mark]), soft_wrap=True)
    body = found.get("body")
    if isinstance(body, dict):
        out.print(styled("body", "bold"))
        unified(out, str(body.get("unified")))


def unified(out: Console, text: str) -> None:
    """Print a unified diff in colours."""
    for line in terminal.lines_of(text.rstrip("\n")):
        out.print(Text(line, _LINES.get(line[:1], "")), soft_wrap=True)


def _names(post: Mapping[str, Any], field: str) -> str:
    expanded = post.get("expanded")
    entries = expanded.get(field) if isinstance(expanded, dict) else None
    return ", ".join(str(entry.get("name")) for entry in entries or () if isinstance(entry, dict))


def _inside(post: Mapping[str, Any], field: str, name: str) -> Any:
    value = post.get(field)
    return value.get(name) if isinstance(value, dict) else None


def _value(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join(text.split())
