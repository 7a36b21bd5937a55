"""Gives the ids of a document their prefix, and leads links within it to them."""

import re
from collections.abc import Set as AbstractSet
from html import unescape
from typing import Final
from urllib.parse import unquote

from cms.content import slugs

# In front of every id, so that no post can take an id that the frontend's own page uses.
ID_PREFIX: Final = "content-"

_ID: Final = re.compile(r"[\w.:-]{1,150}")

# A tag with attributes. Exact, because it reads only what the sanitiser wrote: there `<` begins a
# tag and nothing else.
_TAG: Final = re.compile(r'<[a-z][a-z0-9]*(?: [a-z]+="[^"]*")+>')
_ID_ATTRIBUTE: Final = re.compile(r' id="([^"]*)"')
_FRAGMENT: Final = re.compile(r' href="#([^"]*)"')


def prefixed(identifier: str) -> str | None:
    """An id as it is shown; ``None`` for one that is not."""
    if not _ID.fullmatch(identifier):
        return None
    return identifier if identifier.startswith(ID_PREFIX) else ID_PREFIX + identifier


def connect(html: str) -> str:
    """Drop an id that was given before; lead links to where an id is; unlink those to nowhere.

    ``html`` must come from the sanitiser.
    """
    if ' id="' not in html and ' href="#' not in html:
        return html
    known = {match[1] for tag in _TAG.findall(html) for match in _ID_ATTRIBUTE.finditer(tag)}
    given: set[str] = set()

    def corrected(tag: re.Match[str]) -> str:
        text = tag[0]
        if identifier := _ID_ATTRIBUTE.search(text):
            if identifier[1] in given:
                text = text.replace(identifier[0], "", 1)
            given.add(identifier[1])
        if text.startswith("<a ") and (fragment := _FRAGMENT.search(text)):
            text = text.replace(fragment[0], _reference(fragment[1], known), 1)
        return text

    return _TAG.sub(corrected, html)


def destination(target: str, ids: AbstractSet[str]) -> str | None:
    """Which of ``ids`` a link to ``target`` leads to; ``None`` if nothing is called so."""
    candidates = (
        target,
        ID_PREFIX + target,
        ID_PREFIX + slugs.slugify(target, fallback="section"),
    )
    return next((one for one in candidates if one in ids), None)


def _reference(fragment: str, ids: AbstractSet[str]) -> str:
    target = unquote(unescape(fragment))
    if found := destination(target, ids):
        return f' href="#{found}"'
    # Perhaps the frontend has such an id; one with the prefix it cannot have.
    return "" if target.startswith(ID_PREFIX) else f' href="#{fragment}"'
