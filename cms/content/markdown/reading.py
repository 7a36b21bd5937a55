"""Gathers headings, links, images and lost references while Markdown is written as HTML."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final
from urllib.parse import unquote

from cms.content.markdown.anchors import destination, prefixed
from cms.content.markdown.parser import Source
from cms.content.markdown.parts import Heading, Image, Link, Parts, Reference
from cms.content.markdown.tags import start_tags

_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
# The top of the page, whatever is there (HTML standard, 7.4.6.4).
_TOP: Final = frozenset({"", "top"})


class Found:
    """What was met so far, at places in ``source``."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.headings: list[Heading] = []
        self.links: list[Link] = []
        self.images: list[Image] = []
        self.missing_footnotes: list[Reference] = []
        # Where links within the text can lead.
        self.ids: set[str] = set()

    def heading(self, level: int, place: int) -> None:
        """A heading."""
        self.headings.append(Heading(level, self._source.line(place)))

    def link(self, address: str, place: int) -> None:
        """A link."""
        self.links.append(Link(address, self._source.line(place)))

    def image(self, address: str, alt: str, place: int) -> None:
        """An image; Markdown cannot say that one decorates."""
        self.images.append(Image(address, alt.strip() or None, self._source.line(place)))

    def missing_footnote(self, label: str, place: int) -> None:
        """What looks like a reference to a footnote that is not there."""
        self.missing_footnotes.append(Reference(label, self._source.line(place)))

    def html(self, html: str, place: int) -> None:
        """Raw HTML, with all that is in it."""
        line, position = self._source.line(place), 0
        for name, attributes, start in start_tags(html):
            line += html.count("\n", position, start)
            position = start
            if name in _LEVELS:
                self.headings.append(Heading(_LEVELS[name], line))
            elif name == "img":
                self.images.append(Image(attributes.get("src", ""), attributes.get("alt"), line))
            elif name == "a" and "href" in attributes:
                self.links.append(Link(attributes["href"].strip(), line))
            if identifier := prefixed(attributes.get("id", "")):
                self.ids.add(identifier)


def parts(found: Sequence[Found], ids: AbstractSet[str], *, is_empty: bool) -> Parts:
    """The parts of a source, from what was found in its text and in each footnote."""
    ids = set(ids).union(*(one.ids for one in found))
    return Parts(
        headings=tuple(heading for one in found for heading in one.headings),
        links=tuple(_judged(link, ids) for one in found for link in one.links),
        images=tuple(image for one in found for image in one.images),
        missing_footnotes=tuple(lost for one in found for lost in one.missing_footnotes),
        is_empty=is_empty,
    )


def _judged(link: Link, ids: AbstractSet[str]) -> Link:
    if not link.address.startswith("#"):
        return link
    target = unquote(link.address[1:])
    if target.lower() in _TOP:
        return link
    return replace(link, is_broken=destination(target, ids) is None)
