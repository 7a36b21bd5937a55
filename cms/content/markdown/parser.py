"""Turns Markdown into tokens and these into HTML, which is not yet safe to show."""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from itertools import groupby
from operator import itemgetter
from time import thread_time
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml, unescapeAll
from markdown_it.renderer import RendererProtocol
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_ref
from pygments.lexers import find_lexer_class, get_all_lexers
from pygments.token import STANDARD_TYPES
from pygments.token import _TokenType as TokenType

from cms.content import slugs
from cms.content.markdown import LONGEST_HTML, MarkdownTooComplex
from cms.content.markdown.sanitiser import ID_PREFIX

Environment = MutableMapping[str, Any]

# A list takes two levels, a quotation one. The parser drops what lies deeper, and its time is in
# proportion to the depth. Nobody writes fifteen lists inside each other.
DEEPEST: Final = 32

# Pygments colours about a megabyte in a second, but many of its lexers take time squared for
# input like blank lines only. So there is a limit in characters, the same on every machine, and
# one in seconds for each document, which no real program reaches.
LONGEST_COLOURED_BLOCK: Final = 10_000
LONGEST_COLOURED_TOTAL: Final = 200_000
LONGEST_COLOURING: Final = 2.0

# Unclosed brackets and quotations that go on for ever are linear too, but thirty times slower than
# prose. A megabyte of prose takes three seconds. In seconds of this thread's own processor time.
LONGEST_PARSING: Final = 15.0

LONGEST_BARE_LINK: Final = 2_000

# Longer labels would let each `[^` look through all of the rest.
_FOOTNOTE_LABEL: Final = re.compile(r"\[\^[^\s\]]{1,99}\]")
_LANGUAGE: Final = re.compile(r"[\w+#.-]{1,40}", re.ASCII)

_MAY_STAND_BEFORE_A_LINK: Final = " \t\r\n*_~("
_HOST: Final = re.compile(r"[\w-]++(?:\.[\w-]++)*+")
_REST_OF_LINK: Final = re.compile(r"(?::[0-9]{1,5})?(?:[/?#][^\s<]*+)?")
_MAILBOX: Final = re.compile(r"(?:mailto:)?[A-Za-z0-9.+_-]{1,64}\Z")
_MAIL_DOMAIN: Final = re.compile(r"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++(?<![_-])(?!@)")


def parse(source: str) -> tuple[list[Token], Environment]:
    """The tokens of ``source``, and what writing them needs. Raises ``MarkdownTooComplex``."""
    environment: Environment = {"parsing_ends": thread_time() + LONGEST_PARSING}
    tokens = _markdown().parse(source, environment)
    _refuse_too_complex(tokens)
    return tokens, environment


def write(tokens: list[Token], environment: Environment) -> str:
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


def _watch(state: StateBlock | StateInline, *_: object) -> bool:
    """A rule that matches nothing and looks at the clock, at each thousandth place."""
    steps = state.env["steps"] = state.env.get("steps", 0) + 1
    if steps % 1000 == 0 and thread_time() > state.env["parsing_ends"]:
        message = f"It takes more than {LONGEST_PARSING:.0f} seconds to read."
        raise MarkdownTooComplex(message)
    return False


@cache
def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"maxNesting": DEEPEST, "xhtmlOut": False})
    markdown.enable(["table", "strikethrough"])
    markdown.options["tasklists"] = True
    markdown.options["strikethrough_single_tilde"] = True
    markdown.inline.ruler.before("text", "watch", _watch)
    markdown.block.ruler.before("table", "watch", _watch, {"alt": ["blockquote", "list"]})
    markdown.use(footnote_plugin, inline=False)
    markdown.inline.ruler.at("footnote_ref", _footnote_reference)
    markdown.inline.add_terminator_char("w")
    markdown.inline.ruler.push("bare_link", _bare_link)
    markdown.core.ruler.push("heading_ids", _name_headings)
    markdown.core.ruler.push("cell_alignment", _align_cells)
    markdown.add_render_rule("fence", _render_fence)
    markdown.add_render_rule("footnote_block_open", _render_footnotes_open)
    markdown.add_render_rule("footnote_ref", _render_footnote_reference)
    markdown.add_render_rule("footnote_open", _render_footnote_open)
    markdown.add_render_rule("footnote_anchor", _render_footnote_return)
    return markdown


# Headings and tables.


def _name_headings(state: StateCore) -> None:
    """Give each heading an id that stays the same while its own text does."""
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


def _align_cells(state: StateCore) -> None:
    # A strict Content-Security-Policy of the frontend forbids style attributes.
    for token in state.tokens:
        if token.type in ("td_open", "th_open") and "style" in token.attrs:
            token.attrs["align"] = str(token.attrs.pop("style")).removeprefix("text-align:")


# Bare links. The plugin for them takes time squared for input like `::::` or `www.a/))))`.


def _bare_link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - the parser's signature
    """Link ``https://...``, ``www...`` and e-mail addresses as GFM does (6.9)."""
    if silent or state.linkLevel > 0:
        return False
    found = _find_bare_link(state)
    if found is None:
        return False
    start, end, prefix = found
    text = state.src[start:end]
    if start and state.src[start - 1] not in _MAY_STAND_BEFORE_A_LINK:
        return False
    address = state.md.normalizeLink(prefix + text)
    if not state.md.validateLink(address):
        return False
    if start < state.pos:
        state.pending = state.pending[: start - state.pos]
    link = state.push("link_open", "a", 1)
    link.attrs = {"href": address}
    state.push("text", "", 0).content = state.md.normalizeLinkText(text)
    state.push("link_close", "a", -1)
    state.pos = end
    return True


def _find_bare_link(state: StateInline) -> tuple[int, int, str] | None:
    """Start, end and what the address needs in front, of the link around the current place."""
    source, here = state.src, state.pos
    if source.startswith("://", here):
        for scheme in ("https", "http"):
            if state.pending.endswith(scheme):
                end = _web_end(state, here + 3, dotted=False)
                return (here - len(scheme), end, "") if end else None
    elif source.startswith("www.", here):
        end = _web_end(state, here, dotted=True)
        return (here, end, "http://") if end else None
    elif source[here] == "@" and (mailbox := _MAILBOX.search(state.pending[-80:])):
        domain = _MAIL_DOMAIN.match(source, here + 1, min(state.posMax, here + 256))
        prefix = "" if mailbox[0].startswith("mailto:") else "mailto:"
        return (here - len(mailbox[0]), domain.end(), prefix) if domain else None
    return None


def _web_end(state: StateInline, start: int, *, dotted: bool) -> int | None:
    """Where the web address ends whose host is at ``start``."""
    limit = min(state.posMax, start + LONGEST_BARE_LINK)
    host = _HOST.match(state.src, start, limit)
    if host is None or (dotted and "." not in host[0]):
        return None
    if any("_" in label for label in host[0].split(".")[-2:]):
        return None
    rest = _REST_OF_LINK.match(state.src, host.end(), limit)
    end = rest.end() if rest else host.end()
    if end == limit < state.posMax:
        return None
    return start + len(_without_punctuation(state.src[start:end]))


def _without_punctuation(address: str) -> str:
    """Without what ends the sentence and not the address, and unopened brackets."""
    unopened = address.count(")") - address.count("(")
    while True:
        if address[-1:] == ")" and unopened > 0:
            unopened -= 1
            address = address[:-1]
        elif entity := re.search(r"&[A-Za-z0-9]{1,40};$", address[-42:]):
            address = address[: -len(entity[0])]
        elif address[-1:] in set("?!.,:*_~'\";"):
            address = address[:-1]
        else:
            return address


# Footnotes.


def _footnote_reference(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    labelled = _FOOTNOTE_LABEL.match(state.src, state.pos, state.posMax)
    return labelled is not None and footnote_ref(state, silent)


def note_id(token: Token) -> str:
    """The id of a footnote."""
    return f"{ID_PREFIX}fn-{token.meta['id'] + 1}"


def return_id(token: Token) -> str:
    """The id of one of the places that refer to a footnote; counted from 1."""
    time = token.meta["subId"] + 1
    return f"{ID_PREFIX}fnref-{token.meta['id'] + 1}" + (f"-{time}" if time > 1 else "")


def _render_footnotes_open(*_: object) -> str:
    return '<section class="footnotes">\n<ol>\n'


def _render_footnote_reference(
    _: RendererProtocol, tokens: Sequence[Token], index: int, *__: object
) -> str:
    token = tokens[index]
    link = f'<a href="#{note_id(token)}" id="{return_id(token)}">{token.meta["id"] + 1}</a>'
    return f'<sup class="footnote-ref">{link}</sup>'


def _render_footnote_open(
    _: RendererProtocol, tokens: Sequence[Token], index: int, *__: object
) -> str:
    return f'<li id="{note_id(tokens[index])}">'


def _render_footnote_return(
    _: RendererProtocol, tokens: Sequence[Token], index: int, *__: object
) -> str:
    # U+FE0E asks for the plain arrow and not for the emoji.
    return f' <a href="#{return_id(tokens[index])}" class="footnote-backref">\u21a9\ufe0e</a>'


# Code.


def _render_fence(
    _: RendererProtocol,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    environment: Environment,
) -> str:
    token = tokens[index]
    language = next(iter(unescapeAll(token.info).split()), "")
    opening = f'<code class="language-{language}">' if _LANGUAGE.fullmatch(language) else "<code>"
    return f"<pre>{opening}{_coloured(token.content, language, environment)}</code></pre>\n"


def _coloured(code: str, language: str, environment: Environment) -> str:
    """``code`` as HTML, with a span around each token if the language is known."""
    lexer = find_lexer_class(_lexers().get(language.lower(), ""))
    total = environment.get("coloured", 0) + len(code)
    if lexer is None or len(code) > LONGEST_COLOURED_BLOCK or total > LONGEST_COLOURED_TOTAL:
        return escapeHtml(code)
    environment["coloured"] = total
    limit = environment.setdefault("colouring_ends", thread_time() + LONGEST_COLOURING)
    tokens = []
    try:
        for _, kind, value in lexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(code):
            tokens.append((kind, value))
            if thread_time() > limit:
                return escapeHtml(code)
    except Exception:  # noqa: BLE001 - hundreds of people wrote lexers; none may stop a publication
        return escapeHtml(code)
    if "".join(value for _, value in tokens) != code:
        return escapeHtml(code)
    return "".join(
        _span(kind, escapeHtml("".join(value for _, value in group)))
        for kind, group in groupby(tokens, key=itemgetter(0))
    )


def _span(kind: TokenType, html: str) -> str:
    name = next(STANDARD_TYPES[part] for part in reversed(kind.split()) if part in STANDARD_TYPES)
    return f'<span class="{name}">{html}</span>' if name and name != "w" else html


@cache
def _lexers() -> dict[str, str]:
    """The names that people give to languages, and what Pygments calls them."""
    return {
        alias: name
        # A look-up by alias would search all installed packages for plugins, for each new name.
        for name, aliases, _, _ in get_all_lexers(plugins=False)
        for alias in aliases
    }
