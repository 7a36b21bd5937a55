"""Writes what stands in a source as HTML, which is not yet safe to show."""

from typing import TYPE_CHECKING, Final

from cms.content.markdown import MarkdownTooComplex, parser
from cms.content.markdown.document import Document, Flow
from cms.content.markdown.inlines import MARKUP, Inlines
from cms.content.markdown.parser import Source
from cms.content.markdown.rules.tables import Table

if TYPE_CHECKING:
    from pyromark.event import (
        _BlockQuote,
        _HeadingEnd,
        _ListEnd,
        _MetadataBlock,
        _Tag,
        _TagEnd,
    )

# Levels of lists, their items, quotations and footnotes inside each other. Nobody writes sixteen
# lists inside each other.
DEEPEST: Final = 32

_TASK_LIST: Final = ' class="contains-task-list"'
_BOX: Final = '<input class="task-list-item-checkbox" disabled="" type="checkbox"{}> '


def write(source: str) -> Document:
    """What ``source`` becomes. Raises ``MarkdownTooComplex``."""
    writer = _Writer(Source(source))
    writer.run()
    return writer.document


class _Writer:
    """Goes once through all that the parser finds; of blocks it takes care itself."""

    def __init__(self, source: Source) -> None:
        self.events = parser.events(source)
        self.document = Document(source)
        self.inlines = Inlines(source, self.events, self.document)
        self.flow = self.document.text
        self.around: list[Flow] = []
        self.depth = 0
        # The pieces with which what is open begins.
        self.lists: list[int] = []
        self.items: list[int] = []
        self.heading = 0
        self.table = Table(())

    def run(self) -> None:
        inlines = self.inlines
        for event, place in self.events:
            start, end = place["start"], place["end"]
            if start < inlines.taken and inlines.is_taken(event, start, end):
                continue
            if event == "Rule":
                self._begin("<hr>\n")
            elif isinstance(event, str):
                inlines.leaf(event, start, end)
            elif "Text" in event:
                inlines.text(event["Text"], start, end)
            elif "Start" in event:
                self._start(event["Start"], start, end)
            elif "End" in event:
                self._end(event["End"], end)
            elif "TaskListMarker" in event:
                self._mark(is_done=event["TaskListMarker"])
            else:
                inlines.leaf(event, start, end)
        self.document.finish()

    def _start(self, tag: "_Tag", start: int, end: int) -> None:
        if isinstance(tag, str):
            self._start_plain(tag, start, end)
        elif "Link" in tag:
            self.inlines.link(tag["Link"], start, end)
        elif "Heading" in tag:
            self._start_heading(tag["Heading"]["level"], start)
        elif "List" in tag:
            self._start_list(tag["List"])
        elif "Image" in tag:
            self.inlines.image(tag["Image"], start, end)
        elif "BlockQuote" in tag:
            self._deeper()
            self._begin("<blockquote>")
        elif "CodeBlock" in tag:
            kind = tag["CodeBlock"]
            self._write_code("" if isinstance(kind, str) else kind["Fenced"])
        elif "FootnoteDefinition" in tag:
            self._start_note(tag["FootnoteDefinition"])
        elif "Table" in tag:
            self._begin("<table>\n")
            self.table = Table(tag["Table"])

    def _start_plain(self, tag: str, start: int, end: int) -> None:
        if tag in MARKUP:
            self.inlines.open(tag, start)
        elif tag == "Paragraph":
            self._begin("<p>")
        elif tag == "Item":
            self._deeper()
            self._begin("<li>")
            self.items.append(len(self.flow.pieces) - 1)
        elif tag == "TableCell":
            self.inlines.begin(end)
            self.flow.pieces.append(self.table.cell())
        elif tag == "HtmlBlock":
            self._write_html(start)
        else:
            self.flow.pieces.append(self.table.row(is_head=tag == "TableHead"))

    def _end(self, tag: "_TagEnd", end: int) -> None:
        pieces = self.flow.pieces
        if not isinstance(tag, str):
            self._end_block(tag)
        elif tag == "Paragraph":
            pieces.append("</p>\n")
        elif tag == "Item":
            self.depth -= 1
            self.items.pop()
            pieces.append("</li>\n")
        elif tag == "FootnoteDefinition":
            self._end_note()
        elif tag.startswith("Table"):
            pieces.append(self.table.end(tag))
        else:
            self.inlines.close(tag, end)

    def _end_block(self, tag: "_HeadingEnd | _ListEnd | _BlockQuote | _MetadataBlock") -> None:
        if "Heading" in tag:
            level = tag["Heading"].lower()
            self.flow.heading(self.heading, level, "".join(self.inlines.words or ()))
            self.inlines.words = None
            self.flow.pieces.append(f"</{level}>\n")
        elif "List" in tag:
            self.depth -= 1
            self.lists.pop()
            self.flow.pieces.append("</ol>\n" if tag["List"] else "</ul>\n")
        else:
            self.depth -= 1
            self.flow.pieces.append("</blockquote>\n")

    def _begin(self, html: str) -> None:
        """Begin a block, on a line of its own."""
        self.inlines.begin()
        self.flow.block(html)

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            message = f"Lists and quotations are nested more than {DEEPEST} levels deep."
            raise MarkdownTooComplex(message)

    def _start_list(self, first: int | None) -> None:
        self._deeper()
        if first is None:
            self._begin("<ul>")
        else:
            self._begin("<ol>" if first == 1 else f'<ol start="{first}">')
        self.lists.append(len(self.flow.pieces) - 1)

    def _start_heading(self, level: str, start: int) -> None:
        # Its id depends on its words, and on the headings before it.
        self._begin("")
        self.heading = len(self.flow.pieces) - 1
        self.inlines.words = []
        self.flow.found.heading(int(level[1:]), start)

    def _start_note(self, label: str) -> None:
        self._deeper()
        self.around.append(self.flow)
        self.flow = self.inlines.flow = self.document.begin_note(label)

    def _end_note(self) -> None:
        self.depth -= 1
        self.flow = self.inlines.flow = self.around.pop()

    def _mark(self, *, is_done: bool) -> None:
        """Put a box in front of the item that has begun."""
        pieces = self.flow.pieces
        pieces[self.items[-1]] = '<li class="task-list-item">'
        kind, _, rest = pieces[self.lists[-1]].partition(">")
        if _TASK_LIST not in kind:
            pieces[self.lists[-1]] = f"{kind}{_TASK_LIST}>{rest}"
        box = _BOX.format(' checked=""' if is_done else "")
        pieces.insert(len(pieces) - (pieces[-1] == "<p>"), box)

    def _write_code(self, info: str) -> None:
        lines = list[str]()
        for event, _ in self.events:
            if isinstance(event, str) or "Text" not in event:
                break
            lines.append(event["Text"])
        # Each line has an end, also the last one of the source.
        code = "".join(lines)
        self.flow.code(code + "\n" if code and not code.endswith("\n") else code, info)

    def _write_html(self, start: int) -> None:
        lines = list[str]()
        for event, _ in self.events:
            if isinstance(event, str) or "End" in event:
                break
            if "Html" in event:
                lines.append(event["Html"])
            elif "Text" in event:
                # The spaces in front.
                lines.append(event["Text"])
        html = "".join(lines)
        self.flow.found.html(html, start)
        self.document.is_orderly = False
        self._begin(html)
