"""Links addresses that stand in the text as they are.

The plugin for them takes time squared for input like `::::` or `www.a/))))`.
"""

import re
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

LONGEST_BARE_LINK: Final = 2_000

_MAY_STAND_BEFORE_A_LINK: Final = " \t\r\n*_~("
_HOST: Final = re.compile(r"[\w-]++(?:\.[\w-]++)*+")
_REST_OF_LINK: Final = re.compile(r"(?::[0-9]{1,5})?(?:[/?#][^\s<]*+)?")
_MAILBOX: Final = re.compile(r"(?:mailto:)?[A-Za-z0-9.+_-]{1,64}\Z")
_MAIL_DOMAIN: Final = re.compile(r"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]++)++(?<![_-])(?!@)")


def add(markdown: MarkdownIt) -> None:
    """Add the rule."""
    # Where text may end. Not at each w: every rule would look at each word that has one.
    ends = markdown.inline.terminator_re.pattern
    markdown.inline.terminator_re = re.compile(rf"{ends}|w(?=ww\.)")
    markdown.inline.ruler.push("bare_link", _bare_link)


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
