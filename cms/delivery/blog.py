"""The blog as readers know it: its name, the addresses of its pages and those of this service."""

import re
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import quote, urljoin

from flask import current_app

from cms.foundation.errors import NotFound
from cms.foundation.settings import Settings
from cms.foundation.settings.pages import SLUG

# Characters that mean themselves in any address (RFC 3986, 2.3).
_UNRESERVED = re.compile("[0-9A-Za-z._~-]*").fullmatch


class PagesUnknown(NotFound):
    """Nobody has told this service where the pages of posts are: the setting CMS_POST_URL."""

    code = "pages_unknown"
    title = "The addresses of the blog's pages are not set"


@dataclass(frozen=True, slots=True)
class Blog:
    """What the settings say. An address that they do not know is empty."""

    service: str
    home: str
    name: str
    description: str
    language: str
    post_pattern: str
    tag_pattern: str
    author_pattern: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The blog of these settings."""
        return cls(
            service=settings.site_url,
            home=settings.home_url,
            name=settings.site_name,
            description=settings.site_description,
            language=settings.site_language,
            post_pattern=settings.post_url,
            tag_pattern=settings.tag_url,
            author_pattern=settings.author_url,
        )

    def post(self, slug: str) -> str:
        """The page of a post."""
        return _fill(self.post_pattern, slug)

    def tag(self, slug: str) -> str:
        """The page of a tag."""
        return _fill(self.tag_pattern, slug)

    def author(self, slug: str) -> str:
        """The page of an author."""
        return _fill(self.author_pattern, slug)

    def own(self, path: str) -> str:
        """An address of this service, from its path."""
        return self.service + path


# What the documentation shows.
EXAMPLE = Blog(
    service="https://cms.example",
    home="https://blog.example/",
    name="Blog",
    description="What we learn.",
    language="en",
    post_pattern="https://blog.example/{slug}",
    tag_pattern="",
    author_pattern="",
)


def of_app() -> Blog:
    """The blog that this application serves."""
    return Blog.of(current_app.extensions["cms.settings"])


def with_pages() -> Blog:
    """The same, for what makes no sense without addresses. Raises ``PagesUnknown``."""
    blog = of_app()
    if not blog.post_pattern:
        message = "Set CMS_POST_URL to the address of your posts: https://blog.example/{slug}."
        raise PagesUnknown(message)
    return blog


def absolute(address: str, *, seen_from: str) -> str:
    """An address that is relative to a page, from anywhere; unchanged if it cannot be read."""
    # Most are whole already, and there may be 50,000 of them.
    if address.startswith(("https://", "http://")):
        return address
    try:
        return urljoin(seen_from, address)
    except ValueError:
        return address


def cover_of(document: dict[str, Any], *, seen_from: str) -> str:
    """The whole address of a post's cover; empty without one."""
    cover = document["cover"]
    found = absolute(cover["url"], seen_from=seen_from) if cover else ""
    return found if found.lower().startswith(("http://", "https://")) else ""


def _fill(pattern: str, slug: str) -> str:
    # Most slugs are as they can stand there.
    return pattern.replace(SLUG, slug if _UNRESERVED(slug) else quote(slug, safe=""))
