"""Reads finished HTML as a person does: its text, its words and a first impression."""

import re
import unicodedata
from typing import Final

from cms.editions import text as text_of_html

EXCERPT_LENGTH: Final = 280

# Brysbaert (2019), "How many words do we read per minute?": 238 for English non-fiction. For
# Chinese and Japanese, 500 characters a minute is the common figure.
WORDS_PER_MINUTE: Final = 238
CHARACTERS_PER_MINUTE: Final = 500

_IDEOGRAPHS: Final = re.compile(
    "[\u3041-\u3096\u30a1-\u30fa\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)

_NO_MARKS: Final = {
    code: None for code in range(128) if not chr(code).isalnum() and not chr(code).isspace()
}


def read(html: str) -> tuple[str, str]:
    """The plain text, one block a line, and its excerpt. ``html`` must come from the sanitiser.

    Code is part of the text, the marks that point to footnotes and back are not. The excerpt is
    taken from prose; from headings and code only when there is nothing else.
    """
    blocks = list(text_of_html.blocks(html))
    text = "\n".join(block for block, _ in blocks)
    prose = " ".join(block for block, is_prose in blocks if is_prose)
    return text, _shortened(prose or text)


def count(text: str) -> tuple[int, int]:
    """Words, and minutes of reading.

    Words are Han and Kana characters, and runs between spaces that have a letter or a digit.
    Minutes are rounded; 0 for no text and otherwise at least 1.
    """
    words, characters = _count(text)
    minutes = words / WORDS_PER_MINUTE + characters / CHARACTERS_PER_MINUTE
    return words + characters, max(1, round(minutes)) if text else 0


def _count(text: str) -> tuple[int, int]:
    if text.isascii():
        # Without marks, only words are left between spaces: quicker than to look at each.
        return len(text.translate(_NO_MARKS).split()), 0
    rest, characters = _IDEOGRAPHS.subn(" ", text)
    words = rest.split()
    # Most are letters only, and quickly seen.
    others = [word for word in words if not word.isalnum()]
    marks = sum(not any(map(str.isalnum, word)) for word in others)
    return len(words) - marks, characters


def _shortened(text: str) -> str:
    # Of a long text only the beginning is looked at, unless it is little but spaces.
    begin = " ".join(text[: EXCERPT_LENGTH * 2].split())
    text = begin if len(begin) > EXCERPT_LENGTH else " ".join(text.split())
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
