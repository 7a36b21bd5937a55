"""Writes what stands in a line: words, emphasis, links, images and references to footnotes."""

import re
from html import escape
from typing import TYPE_CHECKING, Final

from cms.content.markdown import MarkdownTooComplex
from cms.content.markdown.document import Document
from cms.content.markdown.parser import Events, Source
from cms.content.markdown.rules import addresses, footnotes
from cms.content.markdown.rules.bare_links import BareLink, BareLinks

if TYPE_CHECKING:
    from pyromark.event import Event, _LinkData, _Tag

# The parser resolves references until their addresses and titles are as long as the source and as
# this, in bytes. What it leaves as text then was not meant as text.
LONGEST_REPETITION: Final = 100_000
# Beyond, it is for the sanitiser to say how deep is too deep.
DEEPEST_EMPHASIS: Final = 32

# Emphasis of each kind, and its tag.
MARKUP: Final = {"Emphasis": "em", "Strong": "strong", "Strikethrough": "s"}
_RESOLVED: Final = frozenset({"Collapsed", "Reference", "Shortcut"})
_BRACKETS: Final = frozenset({"[", "!["})
_RAW_LINK: Final = re.compile(r"<(/?)a[\s>]", re.IGNORECASE)


class Inlines:
    """The lines of all blocks, one block after the other."""

    def __init__(self, source: Source, events: Events, document: Document) -> None:
        self.flow = document.text
        # The words of the heading that is being read.
        self.words: list[str] | None = None
        # Up to here the source was taken as a bare link, whatever the parser found in it.
        self.taken = 0
        self._source = source.encoded
        self._events = events
        self._document = document
        self._bare_links = BareLinks(source.encoded)
        self._repeated = 0
        self._most_repeated = max(LONGEST_REPETITION, len(source.encoded))
        # Where emphasis began: the piece, and the place in the source.
        self._open: list[tuple[int, int]] = []
        # What began in a bare link, and therefore did not.
        self._muted: set[tuple[int, int]] = set()
        self.begin()

    def begin(self, cell_end: int | None = None) -> None:
        """Begin a block, or a cell of a table that goes up to a place."""
        self._cell_end = cell_end
        self._links = 0
        # Where the last text or the like ended.
        self._reached = -1

    def text(self, text: str, start: int, end: int) -> None:
        """Write text, and the bare links in it."""
        if self._bare_links.start < end or self.words is not None or text in _BRACKETS:
            self._write_with_links(text, start, end)
        else:
            self.flow.pieces.append(escape(text, quote=False))
        self._reached = end

    def leaf(self, event: "Event", start: int, end: int) -> None:
        """Write what has no text inside it."""
        if isinstance(event, str):
            self.flow.pieces.append("\n" if event == "SoftBreak" else "<br>\n")
            self._say(" ")
        elif "Code" in event:
            self._say(event["Code"])
            self.flow.pieces.append(f"<code>{escape(event['Code'], quote=False)}</code>")
        elif "InlineHtml" in event:
            self._write_html(event["InlineHtml"], start)
        elif "FootnoteReference" in event:
            number, time = self._document.refer(event["FootnoteReference"])
            self.flow.found.ids.add(footnotes.return_id(number, time))
            self.flow.pieces.append(footnotes.reference(number, time))
        self._reached = end

    def open(self, tag: str, start: int) -> None:
        """Begin emphasis of some kind."""
        self._open.append((len(self.flow.pieces), start))
        self._document.is_orderly &= len(self._open) <= DEEPEST_EMPHASIS
        self.flow.pieces.append(f"<{MARKUP[tag]}>")

    def close(self, tag: str, end: int) -> None:
        """End emphasis, or a link."""
        if tag == "Link":
            self._links -= 1
            self.flow.pieces.append("</a>")
        else:
            self._open.pop()
            self.flow.pieces.append(f"</{MARKUP[tag]}>")
        self._reached = end

    def link(self, link: "_LinkData", start: int, end: int) -> None:
        """Begin a link."""
        self._count(link)
        by_mail = link["link_type"] == "Email"
        self._document.is_orderly &= not self._links
        address = addresses.encoded(f"mailto:{link['dest_url']}" if by_mail else link["dest_url"])
        self.flow.found.link(address, start)
        title = f' title="{escape(link["title"])}"' if link["title"] else ""
        self.flow.pieces.append(f'<a href="{escape(address)}"{title}>')
        if by_mail or link["link_type"] == "Autolink":
            self._write(addresses.readable(self._words_inside("Link")))
            self.flow.pieces.append("</a>")
            self._reached = end
        else:
            self._links += 1

    def image(self, image: "_LinkData", start: int, end: int) -> None:
        """Write an image, the words in it as what is shown in its place."""
        self._count(image)
        address, alt = addresses.encoded(image["dest_url"]), self._words_inside("Image")
        self.flow.found.image(address, alt, start)
        title = f' title="{escape(image["title"])}"' if image["title"] else ""
        self.flow.pieces.append(f'<img src="{escape(address)}" alt="{escape(alt)}"{title}>')
        self._say(alt)
        self._reached = end

    def is_taken(self, event: "Event", start: int, end: int) -> bool:
        """Whether a bare link took what begins in it, or before; what it left is written."""
        if isinstance(event, str) or ("Start" not in event and "End" not in event):
            self._write_rest(self.taken, end)
        elif "Start" in event:
            self._muted.add((start, end))
            self._count_any(event["Start"])
        elif (start, end) in self._muted:
            self._muted.remove((start, end))
            self._write_rest(max(self.taken, self._reached), end)
        elif isinstance(event["End"], str) and event["End"] in MARKUP and end <= self.taken:
            self._unopen()
        else:
            return False
        return True

    def _write_with_links(self, text: str, start: int, end: int) -> None:
        if text in _BRACKETS:
            self._note_missing_footnote(end - 1)
        here = start
        # Only what stands in the source just so can be found in it.
        if not self._links and len(text.encode()) == end - start:
            limit = self._cell_end or len(self._source)
            begins = start != self._reached
            while link := self._bare_links.find(here, end, limit=limit, begins=begins):
                self._write(self._source[here : link.start].decode())
                self._write_bare_link(link)
                here, begins = link.end, False
        self._write(text if here == start else self._source[here:end].decode())

    def _write_bare_link(self, link: BareLink) -> None:
        text = self._source[link.start : link.end].decode()
        if self._cell_end:
            text = text.replace("\\|", "|")
        address = addresses.encoded(link.prefix + text)
        self.flow.found.link(address, link.start)
        self.flow.pieces.append(f'<a href="{escape(address)}">')
        self._write(addresses.readable(text))
        self.flow.pieces.append("</a>")
        self.taken = self._reached = link.end

    def _write_rest(self, start: int, end: int) -> None:
        if start < end:
            self.text(self._source[start:end].decode(), start, end)

    def _write(self, text: str) -> None:
        self._say(text)
        self.flow.pieces.append(escape(text, quote=False))

    def _say(self, words: str) -> None:
        if self.words is not None:
            self.words.append(words)

    def _write_html(self, html: str, start: int) -> None:
        self.flow.found.html(html, start)
        self.flow.pieces.append(html)
        self._document.is_orderly = False
        if link := _RAW_LINK.match(html):
            self._links = max(0, self._links + (-1 if link[1] else 1))

    def _unopen(self) -> None:
        """Turn emphasis back into the text that it is without its end."""
        piece, place = self._open.pop()
        tag = self.flow.pieces[piece]
        is_double = tag == "<strong>" or self._source.startswith(b"~~", place)
        self.flow.pieces[piece] = self._source[place : place + 1 + is_double].decode()

    def _note_missing_footnote(self, place: int) -> None:
        if label := footnotes.unresolved(self._source, place):
            self.flow.found.missing_footnote(label, place)

    def _words_inside(self, tag: str) -> str:
        """The words of what has begun, up to its end."""
        words, depth = list[str](), 1
        for event, _ in self._events:
            if isinstance(event, str):
                words.append(" ")
            elif "Text" in event:
                words.append(event["Text"])
            elif "Code" in event:
                words.append(event["Code"])
            elif "Start" in event:
                depth += tag in event["Start"]
                self._count_any(event["Start"])
            elif "End" in event:
                depth -= event["End"] == tag
                if not depth:
                    break
        return "".join(words)

    def _count_any(self, tag: "_Tag") -> None:
        if isinstance(tag, str):
            return
        if "Link" in tag:
            self._count(tag["Link"])
        elif "Image" in tag:
            self._count(tag["Image"])

    def _count(self, link: "_LinkData") -> None:
        """Refuse a source whose references repeat too much."""
        if link["link_type"] in _RESOLVED:
            self._repeated += len(link["dest_url"].encode()) + len(link["title"].encode())
            if self._repeated >= self._most_repeated:
                message = f"References repeat more than {self._most_repeated} bytes of addresses."
                raise MarkdownTooComplex(message)
