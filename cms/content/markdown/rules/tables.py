"""Tables, whose cells are aligned without style attributes."""

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore


def add(markdown: MarkdownIt) -> None:
    """Add the syntax, and the rule."""
    markdown.enable("table")
    markdown.core.ruler.push("cell_alignment", _align_cells)


def _align_cells(state: StateCore) -> None:
    # A strict Content-Security-Policy of the frontend forbids style attributes.
    for token in state.tokens:
        if token.type in ("td_open", "th_open") and "style" in token.attrs:
            token.attrs["align"] = str(token.attrs.pop("style")).removeprefix("text-align:")
