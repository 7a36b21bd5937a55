"""Footnotes, and the ids that lead to them and back."""

import re
from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref

from cms.content.markdown.anchors import ID_PREFIX

# Longer labels would let each `[^` look through all of the rest.
_LABEL: Final = re.compile(r"\[\^[^\s\]]{1,99}\]")
# Stands before what looks like a reference and has no footnote.
MISSING: Final = "footnote_missing"


def add(markdown: MarkdownIt) -> None:
    """Add the syntax, and how it is written."""
    markdown.use(footnote_plugin, inline=False)
    markdown.inline.ruler.at("footnote_ref", _reference)
    markdown.add_render_rule("footnote_block_open", _render_list_open)
    markdown.add_render_rule("footnote_ref", _render_reference)
    markdown.add_render_rule("footnote_open", _render_note_open)
    markdown.add_render_rule("footnote_anchor", _render_return)
    markdown.add_render_rule(MISSING, _render_nothing)


def _reference(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    labelled = _LABEL.match(state.src, state.pos, state.posMax)
    if labelled is None:
        return False
    if footnote_ref(state, silent):
        return True
    if not silent:
        # It stays text. Only here is it known to be neither code nor the words of a link.
        state.push(MISSING, "", 0).meta = {"label": labelled[0]}
    return False


def note_id(token: Token) -> str:
    """The id of a footnote."""
    return f"{ID_PREFIX}fn-{token.meta['id'] + 1}"


def return_id(token: Token) -> str:
    """The id of one of the places that refer to a footnote; counted from 1."""
    time = token.meta["subId"] + 1
    return f"{ID_PREFIX}fnref-{token.meta['id'] + 1}" + (f"-{time}" if time > 1 else "")


def _render_list_open(*_: object) -> str:
    return '<section class="footnotes">\n<ol>\n'


def _render_nothing(*_: object) -> str:
    return ""


def _render_reference(_: RendererProtocol, tokens: Sequence[Token], index: int, *__: object) -> str:
    token = tokens[index]
    link = f'<a href="#{note_id(token)}" id="{return_id(token)}">{token.meta["id"] + 1}</a>'
    return f'<sup class="footnote-ref">{link}</sup>'


def _render_note_open(_: RendererProtocol, tokens: Sequence[Token], index: int, *__: object) -> str:
    return f'<li id="{note_id(tokens[index])}">'


def _render_return(_: RendererProtocol, tokens: Sequence[Token], index: int, *__: object) -> str:
    # U+FE0E asks for the plain arrow and not for the emoji.
    return f' <a href="#{return_id(tokens[index])}" class="footnote-backref">\u21a9\ufe0e</a>'
