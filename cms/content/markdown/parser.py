"""Turns Markdown into tokens and these into HTML, which is not yet safe to show."""

from collections.abc import Sequence
from functools import cache
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.utils import EnvType

from cms.content.markdown import LONGEST_HTML, MarkdownTooComplex
from cms.content.markdown.rules import bare_links, code, footnotes, headings, tables, watch

# A list takes two levels, a quotation one. The parser drops what lies deeper, and its time is in
# proportion to the depth. Nobody writes fifteen lists inside each other.
DEEPEST: Final = 32

RULES: Final = (watch, footnotes, bare_links, headings, tables, code)


def parse(source: str) -> tuple[list[Token], EnvType]:
    """The tokens of ``source``, and what writing them needs. Raises ``MarkdownTooComplex``."""
    environment = watch.begin()
    tokens = _markdown().parse(source, environment)
    _refuse_too_complex(tokens)
    return tokens, environment


def write(tokens: list[Token], environment: EnvType) -> str:
    """The HTML of what was parsed. Raises ``MarkdownTooComplex``."""
    markdown = _markdown()
    html = str(markdown.renderer.render(tokens, markdown.options, environment))
    if len(html) > LONGEST_HTML:
        raise _too_long()
    return html


def _refuse_too_complex(tokens: Sequence[Token]) -> None:
    repeated = 0
    for token in tokens:
        if token.nesting == 1 and token.level >= DEEPEST - 1:
            message = f"Lists and quotations are nested more than {DEEPEST} levels deep."
            raise MarkdownTooComplex(message)
        # The one thing that grows faster than the source: each use of a reference repeats its
        # whole address, so this is asked before the HTML is made.
        for child in token.children or ():
            repeated += sum(len(str(value)) for value in child.attrs.values())
    if repeated > LONGEST_HTML:
        raise _too_long()


def _too_long() -> MarkdownTooComplex:
    return MarkdownTooComplex(f"The HTML would be longer than {LONGEST_HTML} characters.")


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"maxNesting": DEEPEST, "xhtmlOut": False})
    markdown.enable("strikethrough")
    markdown.options["tasklists"] = True
    markdown.options["strikethrough_single_tilde"] = True
    for rule in RULES:
        rule.add(markdown)
    return markdown
