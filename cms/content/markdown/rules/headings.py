"""Gives each heading an id that stays the same while its own text does."""

from typing import Final

from cms.content import slugs
from cms.content.markdown.anchors import ID_PREFIX

_FALLBACK: Final = "section"


class Names:
    """The ids of the headings of one document."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._numbers: dict[str, int] = {}

    def of(self, words: str) -> str:
        """The id of the next heading, whose text is ``words``."""
        base = identifier = slugs.slugify(words, fallback=_FALLBACK)
        while identifier in self._used:
            self._numbers[base] = self._numbers.get(base, 1) + 1
            identifier = f"{base}-{self._numbers[base]}"
        self._used.add(identifier)
        return ID_PREFIX + identifier
