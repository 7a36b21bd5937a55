"""Brings tag soup into order: only wanted tags, properly nested, each of them closed.

This is not what makes HTML safe; the sanitiser behind it is. It is here because an HTML parser
repairs bad nesting by rules that let fifty kilobytes of crossed tags become two hundred megabytes
(each `<p>` repeats all formatting that is still open), and needs time that grows with the square
of the depth. After this step there is nothing left to repair.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from html import escape, unescape
from typing import Final

from cms.content.markdown import tags
from cms.editions.text import VOID

DEEPEST: Final = 100

_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS: Final = _HEADINGS | frozenset(
    """
    address article aside blockquote details div dl figcaption figure footer header hr main
    nav ol p pre section summary table ul li dd dt
    """.split()  # noqa: SIM905 - one word a line would hide the rest
)
_CELLS: Final = frozenset({"caption", "table", "td", "th"})

# The parts of a table and where each may stand. Whatever is open in between is closed.
_TABLE_PARTS: Final = {
    "caption": frozenset({"table"}),
    "colgroup": frozenset({"table"}),
    "col": frozenset({"colgroup", "table"}),
    "thead": frozenset({"table"}),
    "tbody": frozenset({"table"}),
    "tfoot": frozenset({"table"}),
    "tr": frozenset({"table", "tbody", "tfoot", "thead"}),
    "td": frozenset({"table", "tbody", "tfoot", "thead", "tr"}),
    "th": frozenset({"table", "tbody", "tfoot", "thead", "tr"}),
}
_SCAFFOLD: Final = frozenset({"colgroup", "table", "tbody", "tfoot", "thead", "tr"})

_ITEM_LIMITS: Final = (_BLOCKS | _CELLS) - {"address", "div", "p"}
# What a start tag ends, and where the search for it ends (HTML standard, 13.2.6.4.7).
_ENDS: Final = {
    "a": (frozenset({"a"}), _CELLS),
    "dd": (frozenset({"dd", "dt"}), _ITEM_LIMITS),
    "dt": (frozenset({"dd", "dt"}), _ITEM_LIMITS),
    "li": (frozenset({"li"}), _ITEM_LIMITS),
    "rp": (frozenset({"rp", "rt"}), _CELLS | {"ruby"}),
    "rt": (frozenset({"rp", "rt"}), _CELLS | {"ruby"}),
}
_PARAGRAPH: Final = frozenset({"p"})
# Start tags that end something, or may stand in few places.
_PARTICULAR: Final = _BLOCKS | frozenset({*_TABLE_PARTS, *_ENDS})


def balance(html: str, allowed: Mapping[str, AbstractSet[str]]) -> str:
    """``html`` with only the tags and attributes of ``allowed``, at most ``DEEPEST`` deep."""
    html = html.replace("\0", "\ufffd").replace("\r\n", "\n").replace("\r", "\n")
    tree = _Tree(allowed)
    for text, slash, name, attributes in tags.pieces(html):
        if text:
            tree.text(text)
        if slash:
            tree.end(name)
        elif name in allowed and tree.make_room(name):
            tree.start(name, attributes)
    return tree.finish()


class _Tree:
    """The elements that are open, and what was written."""

    def __init__(self, allowed: Mapping[str, AbstractSet[str]]) -> None:
        self.allowed = allowed
        self.open: list[str] = []
        self.parts: list[str] = []
        self.begins_pre = False

    def text(self, text: str) -> None:
        if "&" in text:
            text = unescape(text).replace("\r", "\n").replace("\0", "\ufffd")
        if self.begins_pre:
            # A parser ignores one newline here each time it reads the document.
            text = text.lstrip("\n")
            self.begins_pre = not text
        if self.open and self.open[-1] in _SCAFFOLD and "pre" in self.open:
            # A parser puts it before the table, and that may be where ``pre`` begins.
            text = text.replace("\n", " ")
        if "&" in text or "<" in text or ">" in text:
            text = escape(text, quote=False)
        self.parts.append(text)

    def start(self, name: str, attributes: str) -> None:
        shown = self._attributes(name, attributes) if attributes else ""
        self.parts.append(f"<{name}{shown}>")
        self.begins_pre = name == "pre"
        if name not in VOID:
            self.open.append(name)

    def end(self, name: str) -> None:
        if self.open and self.open[-1] == name:
            # As nearly always.
            self.open.pop()
            self.parts.append(f"</{name}>")
            self.begins_pre = False
        elif name in self.open:
            limits = frozenset({"table"}) if name in _TABLE_PARTS or name == "table" else _CELLS
            self._close(frozenset({name}), limits)

    def finish(self) -> str:
        self._close_above(0)
        return "".join(self.parts)

    def make_room(self, name: str) -> bool:
        """Close what ``name`` ends; whether it may then stand here."""
        if name in _TABLE_PARTS:
            return self._make_room_in_table(name)
        if not self.open:
            return True
        if self.open[-1] in _SCAFFOLD:
            return False
        if name not in _PARTICULAR:
            return len(self.open) < DEEPEST
        if name in _ENDS:
            self._close(*_ENDS[name])
        if name in _BLOCKS:
            self._close(_PARAGRAPH, _CELLS)
        if name in _HEADINGS and self.open and self.open[-1] in _HEADINGS:
            self._close_above(len(self.open) - 1)
        return len(self.open) < DEEPEST

    def _make_room_in_table(self, name: str) -> bool:
        for depth in range(len(self.open), 0, -1):
            if self.open[depth - 1] in _TABLE_PARTS[name]:
                self._close_above(depth)
                return len(self.open) < DEEPEST
            if self.open[depth - 1] == "table":
                break
        return False

    def _close(self, names: frozenset[str], limits: AbstractSet[str]) -> None:
        """Close the innermost of ``names``, unless one of ``limits`` lies further inside."""
        if names.isdisjoint(self.open):
            return
        for depth in range(len(self.open), 0, -1):
            if self.open[depth - 1] in names:
                self._close_above(depth - 1)
                return
            if self.open[depth - 1] in limits:
                return

    def _close_above(self, depth: int) -> None:
        while len(self.open) > depth:
            self.parts.append(f"</{self.open.pop()}>")
            self.begins_pre = False

    def _attributes(self, name: str, source: str) -> str:
        allowed = self.allowed[name]
        return "".join(
            [
                # Not `escape`: the value is still as the author wrote it, with its entities.
                ' {}="{}"'.format(attribute, value.replace('"', "&quot;").replace("<", "&lt;"))
                for attribute, value in tags.attributes(source).items()
                if attribute in allowed
            ]
        )
