"""Writes tables, whose cells are aligned without style attributes.

A strict Content-Security-Policy of the frontend forbids these.
"""

from collections.abc import Sequence
from typing import Final

_ENDS: Final = {"TableHead": "</tr>\n</thead>\n", "TableRow": "</tr>\n"}


class Table:
    """A table, whose columns are aligned so."""

    def __init__(self, alignments: Sequence[str]) -> None:
        self._alignments = [
            "" if alignment == "None" else f' align="{alignment.lower()}"'
            for alignment in alignments
        ]
        self._cell = "th"
        self._column = 0
        self._has_body = False

    def row(self, *, is_head: bool) -> str:
        """The beginning of a row."""
        self._column = 0
        if is_head:
            return "<thead>\n<tr>\n"
        self._cell = "td"
        opening = "<tr>\n" if self._has_body else "<tbody>\n<tr>\n"
        self._has_body = True
        return opening

    def cell(self) -> str:
        """The beginning of the next cell."""
        self._column += 1
        return f"<{self._cell}{self._alignments[self._column - 1]}>"

    def end(self, tag: str) -> str:
        """The end of a cell, a row or the whole."""
        if tag == "TableCell":
            return f"</{self._cell}>\n"
        if tag == "Table":
            return "</tbody>\n</table>\n" if self._has_body else "</table>\n"
        return _ENDS[tag]
