"""Where a text says its title: a heading, an underlined line or its first words."""

import re
from typing import Final

from cms.commands.documents.document import DocumentFault

MAX_DERIVED: Final = 120
_HEADING = re.compile(r" {0,3}#[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_UNDERLINE = re.compile(r" {0,3}=+[ \t]*")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"(\*\*|\*|~~|`)(?=\S)(.+?)(?<=\S)\1")


def split(text: str, title: str | None) -> tuple[str, str]:
    """Return the title, and the text without the line that says it.

    Readers see the title above the text. So a title line at the very start is not repeated in the
    body; any other line stays.
    """
    lines = text.strip("\n").split("\n")
    if title is None:
        title, at = _first_heading(lines) or _first_line(lines)
    else:
        at = next((index for index, line in enumerate(lines) if line.strip()), 0)
        if not _says(lines[at], title):
            return title, _joined(lines)
    if any(line.strip() for line in lines[:at]) or not _stands_alone(lines, at):
        return title, _joined(lines)
    below = at + 1
    if below < len(lines) and _UNDERLINE.fullmatch(lines[below]):
        below += 1
    return title, _joined(lines[below:])


def _first_heading(lines: list[str]) -> tuple[str, int] | None:
    fence: str | None = None
    for index, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and fence in {None, mark.group(1)}:
            fence = None if fence else mark.group(1)
        elif fence is None and (title := _heading(line)):
            return title, index
    return None


def _heading(line: str) -> str:
    match = _HEADING.fullmatch(line) if line.lstrip(" ").startswith("#") else None
    return _plain(match.group(1)) if match else ""


def _first_line(lines: list[str]) -> tuple[str, int]:
    for index, line in enumerate(lines):
        title = _plain(line.strip().lstrip("#"))
        if not _FENCE.match(line) and any(character.isalnum() for character in title):
            return title, index
    message = 'has no title: state one ("title: ..." in the front matter, or --title)'
    raise DocumentFault(message)


def _says(line: str, title: str) -> bool:
    return title in {_heading(line), " ".join(line.split())}


def _stands_alone(lines: list[str], at: int) -> bool:
    if _heading(lines[at]) or at + 1 >= len(lines):
        return True
    return not lines[at + 1].strip() or _UNDERLINE.fullmatch(lines[at + 1]) is not None


def _plain(line: str) -> str:
    """Return a line of Markdown as a title: without marks, links and excess length."""
    text = _LINK.sub(r"\1", line[: 4 * MAX_DERIVED])
    text = " ".join(_EMPHASIS.sub(r"\2", text).split())
    if len(text) <= MAX_DERIVED:
        return text
    cut, _, _ = text[:MAX_DERIVED].rpartition(" ")
    return (cut or text[: MAX_DERIVED - 1]) + "…"


def _joined(lines: list[str]) -> str:
    return "\n".join(lines).strip("\n").rstrip()
