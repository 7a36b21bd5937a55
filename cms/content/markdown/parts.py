"""What a Markdown source is made of, as far as somebody may ask: no parser is needed to know it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; ``line`` counts from 1, here and below."""

    level: int
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link; one to a place in the same text begins with ``#``."""

    address: str
    line: int
    # For a link into the text: whether its place is there.
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """An image. ``alt`` is ``None`` if nothing was said, empty if HTML says that it decorates."""

    address: str
    alt: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to a footnote, as it is written."""

    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one source, in the order in which readers meet them."""

    headings: tuple[Heading, ...] = ()
    links: tuple[Link, ...] = ()
    images: tuple[Image, ...] = ()
    # Those whose footnote is not there.
    missing_footnotes: tuple[Reference, ...] = ()
    is_empty: bool = True
