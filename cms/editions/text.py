"""Reads the HTML of an edition, which the sanitiser wrote: its plain text and its headings."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any, Final

# Elements without an end.
VOID: Final = frozenset({"br", "col", "hr", "img", "input", "wbr"})
_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>')
_HEADING: Final = re.compile(r'<h([1-6])((?: [a-z]+="[^"]*")*)>')
_ID: Final = re.compile(r' id="([^"]*)"')
_INLINE: Final = frozenset(
    """
    a abbr b bdi bdo cite code del dfn em i img input ins kbd mark q rp rt ruby s samp small
    span strong sub sup time u var wbr
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)
_NOT_PROSE: Final = frozenset(
    {"figcaption", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "summary", "table"}
)
_MARKERS: Final = ('class="footnote-ref"', 'class="footnote-backref"')
# One space alone is left alone: most are.
_SPACES: Final = re.compile("[\t\n\f][ \t\n\f]*| [ \t\n\f]+")


def plain(html: str) -> str:
    """The plain text, one block a line."""
    return "\n".join(block for block, _ in blocks(html))


def headings(html: str) -> list[dict[str, Any]]:
    """``id``, ``level`` and ``title``, plain text, of each heading that has a text, in order.

    The id is where a link to it leads; a heading that was written as HTML may have none.
    """
    found = []
    for heading in _HEADING.finditer(html):
        level, attributes = heading.groups()
        end = html.find(f"</h{level}>", heading.end())
        title = " ".join(plain(html[heading.end() : end]).split())
        if title:
            anchor = _ID.search(attributes)
            found.append({"id": anchor[1] if anchor else None, "level": int(level), "title": title})
    return found


def blocks(html: str) -> Iterator[tuple[str, bool]]:
    """Each block of text, one line or preformatted, and whether it is prose.

    Code is part of the text, the marks that point to footnotes and back are not.
    """
    parts: list[str] = []
    around: list[str] = []
    hidden_above: int | None = None
    # Most texts have none: do not look at each tag.
    has_notes = 'class="footnote' in html
    *pieces, last = _TAG.split(html)
    groups = (pieces[group::4] for group in range(4))
    for text, closing, name, attributes in zip(*groups, strict=True):
        if text and hidden_above is None:
            parts.append(_plain(text, around))
        if name not in _INLINE:
            if name in ("td", "th"):
                parts.append("\t")
            elif parts:
                yield from _finished(parts, around)
        if closing:
            around.pop()
            if hidden_above == len(around):
                hidden_above = None
        elif name not in VOID:
            if has_notes and hidden_above is None and any(map(attributes.__contains__, _MARKERS)):
                hidden_above = len(around)
            is_section = has_notes and 'class="footnotes"' in attributes
            around.append("footnotes" if is_section else name)
    parts.append(_plain(last, around))
    yield from _finished(parts, around)


def _plain(html: str, around: list[str]) -> str:
    text = unescape(html) if "&" in html else html
    # To ask whether there is such a place is quicker than to look for it.
    if "\n" in text or "  " in text or "\t" in text or "\f" in text:
        return text if "pre" in around else _SPACES.sub(" ", text)
    return text


def _finished(parts: list[str], around: list[str]) -> Iterator[tuple[str, bool]]:
    text = "".join(parts)
    parts.clear()
    if not text.strip():
        return
    if "pre" in around:
        block = text.strip("\n")
    else:
        block = text.replace("  ", " ").strip(" \t")
        if "\t" in block:
            block = re.sub("[ \t]*\t[ \t]*", "\t", block)
    yield block, _NOT_PROSE.isdisjoint(around) and "footnotes" not in around
