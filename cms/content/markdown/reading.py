"""Finds headings, links, images and lost references in parsed Markdown, HTML included."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import unquote

from markdown_it.token import Token

from cms.content.markdown.anchors import destination, prefixed
from cms.content.markdown.parts import Heading, Image, Link, Parts, Reference
from cms.content.markdown.rules import footnotes
from cms.content.markdown.tags import start_tags

_LEVELS: Final = {f"h{level}": level for level in range(1, 7)}
# The top of the page, whatever is there (HTML standard, 7.4.6.4).
_TOP: Final = frozenset({"", "top"})
_BREAKS: Final = frozenset({"softbreak", "hardbreak"})


def read(tokens: Sequence[Token]) -> Parts:
    """The parts of a source. In a paragraph with code over several lines a line may be too low."""
    found = _Found()
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        if token.type == "inline":
            _read_line_by_line(token, line, found)
        elif token.type == "html_block":
            _read_html(token.content, line, found)
        else:
            _read_one(token, line, found)
    return Parts(
        headings=tuple(found.headings),
        links=tuple(_judged(found)),
        images=tuple(found.images),
        missing_footnotes=tuple(found.missing_footnotes),
        is_empty=not tokens,
    )


@dataclass(slots=True)
class _Found:
    """What was met so far; ``ids`` are where links within the text can lead."""

    headings: list[Heading] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    images: list[Image] = field(default_factory=list)
    missing_footnotes: list[Reference] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)


def _read_line_by_line(inline: Token, line: int, found: _Found) -> None:
    for child in inline.children or ():
        if child.type in _BREAKS:
            line += 1
        elif child.type == "html_inline":
            _read_html(child.content, line, found)
            line += child.content.count("\n")
        else:
            _read_one(child, line, found)


def _read_one(token: Token, line: int, found: _Found) -> None:
    if token.type == "heading_open":
        found.headings.append(Heading(_LEVELS[token.tag], line))
        found.ids.add(str(token.attrs["id"]))
    elif token.type == "link_open":
        found.links.append(Link(str(token.attrs["href"]), line))
    elif token.type == "image":
        found.images.append(Image(str(token.attrs["src"]), _alternative(token), line))
    elif token.type == "footnote_open":
        found.ids.add(footnotes.note_id(token))
    elif token.type == "footnote_ref":
        found.ids.add(footnotes.return_id(token))
    elif token.type == footnotes.MISSING:
        found.missing_footnotes.append(Reference(token.meta["label"], line))


def _alternative(image: Token) -> str | None:
    """What is shown in place of an image; Markdown cannot say that one decorates."""
    waiting, words = [image], list[str]()
    while waiting:
        token = waiting.pop()
        waiting += reversed(token.children or ())
        if token.type in ("text", "code_inline"):
            words.append(token.content)
    return "".join(words).strip() or None


def _read_html(html: str, line: int, found: _Found) -> None:
    position = 0
    for name, attributes, start in start_tags(html):
        line += html.count("\n", position, start)
        position = start
        if name in _LEVELS:
            found.headings.append(Heading(_LEVELS[name], line))
        elif name == "img":
            found.images.append(Image(attributes.get("src", ""), attributes.get("alt"), line))
        elif name == "a" and "href" in attributes:
            found.links.append(Link(attributes["href"].strip(), line))
        if identifier := prefixed(attributes.get("id", "")):
            found.ids.add(identifier)


def _judged(found: _Found) -> Iterator[Link]:
    for link in found.links:
        target = unquote(link.address[1:])
        if not link.address.startswith("#") or target.lower() in _TOP:
            yield link
        else:
            is_broken = destination(target, found.ids) is None
            yield replace(link, is_broken=is_broken)
