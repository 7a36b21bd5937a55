"""Slugs: the readable last part of an address, made from any text."""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

MAX_LENGTH: Final = 100
# Match it with `fullmatch`: in Python `$` also matches before a newline at the end. It is written
# like this because it is published in the OpenAPI document too, where `\Z` means nothing.
PATTERN: Final = "^[a-z0-9]+(?:-[a-z0-9]+)*$"

# A hyphen and ten digits. Every number gets this much room, so that all numbers of one base
# begin with the same characters and can be found by that prefix.
_NUMBER_ROOM: Final = 11

# Transliteration turns every kind of apostrophe into one of these two.
_APOSTROPHES: Final = str.maketrans("", "", "'`")


def slugify(text: str, *, fallback: str) -> str:
    """The slug of ``text`` in any script; ``fallback`` when no letter, digit or emoji is in it.

    Raises ``ValueError`` when ``fallback`` is needed and is not a slug itself.
    """
    words = anyascii(unicodedata.normalize("NFC", text)).lower().translate(_APOSTROPHES)
    slug = _cut(re.sub("[^a-z0-9]+", "-", words).strip("-"), MAX_LENGTH)
    if slug:
        return slug
    if len(fallback) > MAX_LENGTH or not re.fullmatch(PATTERN, fallback):
        message = f"the fallback {fallback!r} is not a slug"
        raise ValueError(message)
    return fallback


def numbered(base: str, number: int) -> str:
    """``base`` with ``-number`` behind it; a long ``base`` is cut, to the same place each time."""
    suffix = f"-{number}"
    return _cut(base, MAX_LENGTH - max(_NUMBER_ROOM, len(suffix))) + suffix


def numbers_of(base: str) -> tuple[str, str]:
    """From where to before where all ``numbered`` slugs of ``base`` are in an alphabetical list."""
    stem = numbered(base, 1).removesuffix("-1")
    # A full stop comes next after a hyphen.
    return f"{stem}-", f"{stem}."


def _cut(slug: str, length: int) -> str:
    """At most ``length`` characters of ``slug``, and whole words unless the first is too long."""
    if len(slug) <= length:
        return slug
    return slug[: length + 1].rpartition("-")[0] or slug[:length]
