"""Text as words that can be compared: without capitals and diacritics, the same on any database."""

import re
import unicodedata
from collections.abc import Iterator

# Cut, in texts and in questions alike; PostgreSQL takes no word of more than 2,046 bytes.
LONGEST_WORD = 64
_CHUNK = re.compile("[0-9A-Za-z\x80-\U0010ffff]+")
_PLAIN = re.compile("[0-9a-z]+")
# What becomes of ASCII: quicker than to look for words.
_SPACED = {code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)}
# Letters of their own in Unicode, which readers without such a keyboard write like this.
_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    }
)
# Written without spaces: each character is a word, and what stands together is a phrase.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Combining classes of points (Hebrew, Arabic) and of accents. Vowel signs and the marks that make
# another letter (Indic, Thai, Kana) have others, and stay.
_POINTS = range(10, 36)
_ACCENTS = 200
_VARIATIONS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


class _Folding(dict[int, str]):
    """What becomes of a character; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold(chr(code))
        return folded


def _fold(char: str) -> str:
    """Nothing for what only decorates, a space for what divides words."""
    kept = "".join(one for one in unicodedata.normalize("NFKD", char) if not _decorates(one))
    plain = unicodedata.normalize("NFC", kept).casefold().translate(_LETTERS)
    return "".join(map(_spelled, plain))


def _decorates(char: str) -> bool:
    order = unicodedata.combining(char)
    return (
        order >= _ACCENTS
        or order in _POINTS
        or unicodedata.category(char) in ("Cf", "Me")
        or _VARIATIONS.match(char) is not None
    )


def _spelled(char: str) -> str:
    if not char.isalnum() and unicodedata.category(char) not in ("Mn", "Mc"):
        return " "
    return f" {char} " if is_unspaced(char) else char


def is_unspaced(word: str) -> bool:
    """Whether it is a character of a script that writes no spaces between words."""
    return _UNSPACED.match(word) is not None


_FOLDED = _Folding()


def words(text: str) -> list[str]:
    """The words of ``text``, in order."""
    if text.isascii():
        plain = text.translate(_SPACED).split()
        # Most texts have none: do not look at each word.
        if len(max(plain, key=len, default="")) > LONGEST_WORD:
            return [word[:LONGEST_WORD] for word in plain]
        return plain
    found: list[str] = []
    for chunk in _CHUNK.findall(unicodedata.normalize("NFC", text)):
        if chunk.isascii():
            found.append(chunk.lower()[:LONGEST_WORD])
        else:
            found += [word[:LONGEST_WORD] for word in chunk.translate(_FOLDED).split()]
    return found


def pieces(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each word begins and ends in ``text``, which must be in NFC, and the word."""
    if text.isascii():
        for plain in _PLAIN.finditer(text.lower()):
            yield plain.start(), plain.end(), plain[0][:LONGEST_WORD]
        return
    for chunk in _CHUNK.finditer(text):
        if chunk[0].isascii():
            yield chunk.start(), chunk.end(), chunk[0].lower()[:LONGEST_WORD]
        else:
            yield from _pieces(chunk[0], chunk.start())


def _pieces(chunk: str, offset: int) -> Iterator[tuple[int, int, str]]:
    begin, end, word = offset, offset, ""
    for place, char in enumerate(chunk, offset):
        first, *rest = _FOLDED[ord(char)].split(" ")
        if not word:
            begin = place
        word += first
        if first or (word and not rest):
            end = place + 1
        for part in rest:
            if word:
                yield begin, end, word[:LONGEST_WORD]
            begin, end, word = place, place + 1, part
    if word:
        yield begin, end, word[:LONGEST_WORD]
