"""Tells which links lead to the blog's own pages."""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urljoin, urlsplit

from cms.content import slugs
from cms.foundation.settings import Settings
from cms.foundation.settings.pages import SLUG

_PORTS = {"http": 80, "https": 443}
# Stands for a slug; no pattern holds it, since they are ASCII.
_GAP = "\u2026"


@dataclass(frozen=True, slots=True)
class Place:
    """The page of a post, a tag or an author. ``is_certain``: no other page looks like this."""

    kind: str
    slug: str
    is_certain: bool


@dataclass(frozen=True, slots=True)
class _Pattern:
    kind: str
    before: str
    after: str

    def place(self, address: str) -> Place | None:
        if not address.startswith(self.before):
            return None
        rest = address[len(self.before) :]
        if self.after not in ("", "/") and not rest.endswith(self.after):
            return None
        slug = rest.removesuffix(self.after).rstrip("/")
        if len(slug) > slugs.MAX_LENGTH or not re.fullmatch(slugs.PATTERN, slug):
            return None
        # Right below the root, there may be any page of the frontend.
        return Place(self.kind, slug, is_certain=not re.fullmatch("[^/]*/", self.before))


@dataclass(frozen=True, slots=True)
class Pages:
    """Where the frontend shows what is published."""

    post_pattern: str = ""
    patterns: tuple[_Pattern, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The pages of these settings; a pattern that is not set has none."""
        stated = {
            "post": settings.post_url,
            "tag": settings.tag_url,
            "author": settings.author_url,
        }
        found = [
            _Pattern(kind, *_normal(pattern.replace(SLUG, _GAP)).split(_GAP))
            for kind, pattern in stated.items()
            if pattern
        ]
        # The nearest: of /{slug} and /tags/{slug} the second.
        found.sort(key=lambda pattern: -len(pattern.before))
        return cls(settings.post_url, tuple(found))

    def place(self, address: str, *, seen_from: str) -> Place | None:
        """What an address in the post with the slug ``seen_from`` leads to, if it is ours."""
        if not self.patterns:
            return None
        page = self.post_pattern.replace(SLUG, seen_from)
        try:
            whole = _normal(urljoin(page, address))
        except ValueError:
            return None
        found = (pattern.place(_as_in(pattern, whole)) for pattern in self.patterns)
        return next(filter(None, found), None)


def _normal(address: str) -> str:
    """Without what makes no difference: the scheme, capitals in the host, the usual port.

    Empty for what is no page. Raises ``ValueError`` for what is no address.
    """
    parts = urlsplit(address)
    if parts.scheme not in _PORTS or not parts.hostname:
        return ""
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.hostname}{port}{parts.path or '/'}{query}{fragment}"


def _as_in(pattern: _Pattern, address: str) -> str:
    """Without query and fragment, unless the pattern has them."""
    whole = pattern.before + pattern.after
    if "#" not in whole:
        address = address.partition("#")[0]
    if "?" not in whole:
        address = address.partition("?")[0]
    return address
