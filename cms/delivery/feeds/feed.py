"""A feed, as all formats know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cms.delivery.blog import Blog, absolute, cover_of
from cms.delivery.feeds import links

# Of a feed without entries, which has to say when it changed.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Person:
    """An author. What is not known is empty."""

    name: str
    address: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A post. ``html`` is empty where the feed holds summaries."""

    id: str
    address: str
    title: str
    summary: str
    html: str
    image: str
    authors: tuple[Person, ...]
    tags: tuple[Tag, ...]
    published: datetime
    updated: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Posts, newest first. What is not known is empty."""

    id: str
    address: str
    page: str
    title: str
    description: str
    language: str
    publisher: str
    hub: str
    following: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> datetime:
        """When any of its entries last changed."""
        return max((entry.updated for entry in self.entries), default=NEVER)


def entries(posts: Iterable[tuple[dict[str, Any], str]], blog: Blog) -> tuple[Entry, ...]:
    """The entries for posts: their documents, authors and tags filled in, and their HTML."""
    return tuple(_entry(document, html, blog) for document, html in posts)


def _entry(document: dict[str, Any], html: str, blog: Blog) -> Entry:
    address = blog.post(document["slug"])
    return Entry(
        # The post's own, which survives every change of title and slug.
        id=f"urn:uuid:{document['id']}",
        address=address,
        title=document["title"],
        summary=document["excerpt"],
        html=links.whole(html, seen_from=address),
        image=cover_of(document, seen_from=address),
        authors=tuple(_person(author, address, blog) for author in document["authors"]),
        tags=tuple(Tag(tag["slug"], tag["name"]) for tag in document["tags"]),
        published=datetime.fromisoformat(document["published_at"]),
        updated=datetime.fromisoformat(document["updated_at"]),
    )


def _person(author: dict[str, Any], seen_from: str, blog: Blog) -> Person:
    picture = author["avatar_url"]
    return Person(
        author["name"],
        blog.author(author["slug"]),
        absolute(picture, seen_from=seen_from) if picture else "",
    )
