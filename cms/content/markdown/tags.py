"""Takes raw HTML apart, however it was written: its text and its tags."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Final

# Elements whose content is not text for readers. They go with all that is in them.
_DISCARDED: Final = frozenset(
    """
    iframe math noembed noframes noscript object script select style svg template textarea
    title xmp
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)

# Quotes count only behind an equals sign. Possessive, so that no input makes it go back.
_TAG: Final = re.compile(
    r"<(/?)([a-zA-Z][^\s/>]*+)"
    r"((?:[^>=]|=\s*+(?:\"[^\"]*\"|'[^']*'|[^\s>\"'][^\s>]*+)?+)*+)>"
)
# The same for a tag that has neither `<` nor `>` in it, as nearly all: it looks no further than to
# the next of them, so that looking from each place is quick.
_CLEAR_TAG: Final = re.compile(
    r"<(/?)([a-zA-Z][^\s/<>]*+)"
    r"([^<>=]*+(?:=\s*+(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>\"'][^\s<>]*+|(?![\"']))[^<>=]*+)*+)>"
)
_ATTRIBUTE: Final = re.compile(
    r"([^\s\"'<>/=]++)(?:\s*+=\s*+(?:\"([^\"]*)\"|'([^']*)'|([^\s>\"'][^\s>]*+)))?+"
)
_COMMENT: Final = re.compile(r"<!--(?:-?>|.*?(?:--!?>|\Z))", re.DOTALL)
_DECLARATION: Final = re.compile(r"<(?:[!?]|/[^a-zA-Z])[^>]*>")


def start_tags(html: str) -> Iterator[tuple[str, dict[str, str], int]]:
    """Name, attributes and place of each element that begins in raw HTML, whatever it is."""
    for piece in _walk(html):
        if not isinstance(piece, str) and not piece[1]:
            found = {name: unescape(value) for name, value in attributes(piece[3]).items()}
            yield piece[2].lower(), found, piece.start()


def pieces(html: str) -> Iterable[tuple[str, str, str, str]]:
    """Text and the tag behind it, in order, without elements that are not text for readers.

    Of a tag: the slash that ends an element, the name in small letters and the attributes; all
    are empty where there is no tag.
    """
    split = [*_CLEAR_TAG.split(html), "", "", ""]
    texts, slashes, names, sources = (split[place::4] for place in range(4))
    names = [name.lower() for name in names]
    # Whether every `<` began a tag, and none that hides what follows: as nearly always.
    if "<" not in "".join(texts) and _DISCARDED.isdisjoint(names):
        return zip(texts, slashes, names, sources, strict=True)
    # Each text by itself: what a comment divides must not become one entity.
    return (
        (piece, "", "", "")
        if isinstance(piece, str)
        else ("", piece[1], piece[2].lower(), piece[3])
        for piece in _walk(html)
    )


def _walk(html: str) -> Iterator[str | re.Match[str]]:
    """Text and tags in order. Of a tag, the groups are the slash, the name and the attributes."""
    endless: set[str] = set()
    position = 0
    while (start := html.find("<", position)) >= 0:
        yield html[position:start]
        if tag := _TAG.match(html, start):
            position = tag.end()
            name = tag[2].lower()
            if name not in _DISCARDED:
                yield tag
            elif not tag[1]:
                position = _after(html, name, position, endless)
        elif other := _COMMENT.match(html, start) or _DECLARATION.match(html, start):
            position = other.end()
        elif (after := html[start + 1 : start + 2]).isalpha() or after in ("/", "!", "?"):
            # A tag that never ends. A browser would hide all that follows; to show it as text
            # loses nothing. To look for further tags would take time squared.
            position = start
            break
        else:
            yield "<"
            position = start + 1
    yield html[position:]


def attributes(source: str) -> dict[str, str]:
    """Values as they were written; of two with one name the first counts."""
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(source):
        found.setdefault(match[1].lower(), match[2] or match[3] or match[4] or "")
    return found


def _after(html: str, name: str, position: int, endless: set[str]) -> int:
    """Where the element that was opened before ``position`` ends; there, when it never ends."""
    if name in endless:
        return position
    end = re.compile(rf"</{name}(?=[\s/>])[^>]*>", re.IGNORECASE).search(html, position)
    if end is None:
        endless.add(name)
        return position
    return end.end()
