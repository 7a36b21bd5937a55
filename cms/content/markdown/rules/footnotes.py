"""Numbers footnotes, and leads to them and back."""

import re
from collections.abc import Sequence
from typing import Final

from cms.content.markdown.anchors import ID_PREFIX

# A longer label is not looked for.
_REFERENCE: Final = re.compile(rb"\[\^[^\s\]]{1,400}\]")
_END_OF_PARAGRAPH: Final = "</p>\n"


def key(label: str) -> str:
    """What is equal for equal labels."""
    return label.casefold()


def unresolved(source: bytes, place: int) -> str | None:
    """What looks like a reference, at a place where there is none."""
    found = _REFERENCE.match(source, place)
    return found[0].decode() if found else None


def note_id(number: int) -> str:
    """The id of a footnote."""
    return f"{ID_PREFIX}fn-{number}"


def return_id(number: int, time: int) -> str:
    """The id of one of the places that refer to a footnote; both count from 1."""
    return f"{ID_PREFIX}fnref-{number}" + (f"-{time}" if time > 1 else "")


def reference(number: int, time: int) -> str:
    """A reference to a footnote, as HTML."""
    link = f'<a href="#{note_id(number)}" id="{return_id(number, time)}">{number}</a>'
    return f'<sup class="footnote-ref">{link}</sup>'


def note(number: int, times: int, content: Sequence[str]) -> list[str]:
    """A footnote that is referred to some times, as pieces of HTML."""
    back = [
        # U+FE0E asks for the plain arrow and not for the emoji.
        f' <a href="#{return_id(number, time)}" class="footnote-backref">\u21a9\ufe0e</a>'
        for time in range(1, times + 1)
    ]
    inside = -1 if content and content[-1] == _END_OF_PARAGRAPH else len(content)
    opening = f'<li id="{note_id(number)}">'
    return [opening, *content[:inside], *back, *content[inside:], "</li>\n"]


def section(notes: Sequence[str]) -> list[str]:
    """All footnotes, as pieces of HTML."""
    return ['<section class="footnotes">\n<ol>\n', *notes, "</ol>\n</section>\n"]
