"""Reads finished HTML as a person does: its text, its words and a first impression."""

import re
import unicodedata
from collections.abc import Iterator
from html import unescape
from typing import Final

from cms.content.markdown.nesting import VOID

EXCERPT_LENGTH: Final = 280

# Brysbaert (2019), "How many words do we read per minute?": 238 for English non-fiction. For
# Chinese and Japanese, 500 characters a minute is the common figure.
WORDS_PER_MINUTE: Final = 238
CHARACTERS_PER_MINUTE: Final = 500

_TAG: Final = re.compile(r'<(/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"]*")*)>')
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
_IDEOGRAPHS: Final = re.compile(
    "[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# One space alone is left alone: most are.
_SPACES: Final = re.compile("[\t\n\f][ \t\n\f]*| [ \t\n\f]+")


def read(html: str) -> tuple[str, str]:
    """The plain text, one block a line, and its excerpt. ``html`` must come from the sanitiser.

    Code is part of the text, the marks that point to footnotes and back are not. The excerpt is
    taken from prose; from headings and code only when there is nothing else.
    """
    blocks = list(_blocks(html))
    text = "\n".join(block for block, _ in blocks)
    prose = " ".join(block for block, is_prose in blocks if is_prose)
    return text, _shortened(prose or text)


def count(text: str) -> tuple[int, int]:
    """Words, and minutes of reading.

    Words are Han and Kana characters, and runs between spaces that have a letter or a digit.
    Minutes are rounded; 0 for no text and otherwise at least 1.
    """
    rest, characters = _IDEOGRAPHS.subn(" ", text)
    words = sum(word.isalnum() or any(map(str.isalnum, word)) for word in rest.split())
    minutes = words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE
    return characters + words, max(1, round(minutes)) if text else 0


def _blocks(html: str) -> Iterator[tuple[str, bool]]:
    """Each block of text and whether it is prose."""
    parts: list[str] = []
    around: list[str] = []
    hidden_above: int | None = None
    position = 0
    for tag in _TAG.finditer(html):
        closing, name, attributes = tag.groups()
        if hidden_above is None:
            parts.append(_plain(html[position : tag.start()], around))
        position = tag.end()
        if name not in _INLINE:
            if name in ("td", "th"):
                parts.append("\t")
            else:
                yield from _finished(parts, around)
        if closing:
            around.pop()
            if hidden_above == len(around):
                hidden_above = None
        elif name not in VOID:
            if hidden_above is None and any(marker in attributes for marker in _MARKERS):
                hidden_above = len(around)
            around.append("footnotes" if 'class="footnotes"' in attributes else name)
    parts.append(_plain(html[position:], around))
    yield from _finished(parts, around)


def _plain(html: str, around: list[str]) -> str:
    text = unescape(html) if "&" in html else html
    return text if "pre" in around else _SPACES.sub(" ", text)


def _finished(parts: list[str], around: list[str]) -> Iterator[tuple[str, bool]]:
    text = "".join(parts)
    parts.clear()
    if "pre" in around:
        block = text.strip("\n")
    else:
        block = text.replace("  ", " ").strip(" \t")
        if "\t" in block:
            block = re.sub("[ \t]*\t[ \t]*", "\t", block)
    if block.strip():
        is_prose = _NOT_PROSE.isdisjoint(around) and "footnotes" not in around
        yield block, is_prose


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    if len(text) <= EXCERPT_LENGTH:
        return text
    # Where words are not divided by spaces the last space may be far back.
    end = text.rfind(" ", EXCERPT_LENGTH // 2, EXCERPT_LENGTH)
    if end < 0:
        end = _character_start(text, EXCERPT_LENGTH - 1)
    return text[:end].rstrip(" ,;:.-\u2013\u2014\u3001\u3002\uff0c") + "\u2026"


def _character_start(text: str, end: int) -> int:
    """The last place up to ``end`` where no character as a person sees it is cut in two."""
    lowest = end - 40
    while end > lowest and _continues(text, end):
        end -= 1
    return end


def _continues(text: str, index: int) -> bool:
    """Whether the code point at ``index`` belongs to the one before it."""
    before, here = text[index - 1], text[index]
    if "\N{ZERO WIDTH JOINER}" in (before, here):
        return True
    if unicodedata.category(here) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    if "\U0001f1e6" <= here <= "\U0001f1ff":
        flags = re.search("[\U0001f1e6-\U0001f1ff]*$", text[:index])
        return flags is not None and len(flags[0]) % 2 == 1
    return False
