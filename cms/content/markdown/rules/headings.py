"""Gives each heading an id that stays the same while its own text does."""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

from cms.content import slugs
from cms.content.markdown.anchors import ID_PREFIX


def add(markdown: MarkdownIt) -> None:
    """Add the rule."""
    markdown.core.ruler.push("heading_ids", _name_headings)


def _name_headings(state: StateCore) -> None:
    used: set[str] = set()
    numbers: dict[str, int] = {}
    for token, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if token.type == "heading_open":
            base = identifier = slugs.slugify("".join(_words(inline)), fallback="section")
            while identifier in used:
                numbers[base] = numbers.get(base, 1) + 1
                identifier = f"{base}-{numbers[base]}"
            used.add(identifier)
            token.attrSet("id", ID_PREFIX + identifier)


def _words(inline: Token) -> Iterator[str]:
    for child in inline.children or ():
        if child.type in ("text", "code_inline", "image"):
            yield child.content
        elif child.type in ("softbreak", "hardbreak"):
            yield " "
