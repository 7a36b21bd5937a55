"""A post as a text file states it, or why it states none."""

import dataclasses
from datetime import datetime
from typing import Final, Literal, TypeAlias

Status: TypeAlias = Literal["draft", "in_review", "published"]


class DocumentFault(Exception):
    """The file cannot become a post; the message is for its author and begins with a verb."""


@dataclasses.dataclass(frozen=True, slots=True)
class Byline:
    """Who the readers see as the author. Slug and bio are used when the author is created."""

    name: str
    slug: str | None = None
    bio: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Cover:
    """The lead image."""

    url: str
    alt: str | None = None
    caption: str | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class Seo:
    """What search engines are told instead of title and excerpt."""

    title: str | None = None
    description: str | None = None
    canonical_url: str | None = None


NO_SEO: Final = Seo()


@dataclasses.dataclass(frozen=True, slots=True)
class Document:
    """One post as its file states it. Only the fields named in `stated` were said by the file."""

    title: str
    body: str
    slug: str | None = None
    excerpt: str | None = None
    authors: tuple[Byline, ...] = ()
    tags: tuple[str, ...] = ()
    published_at: datetime | None = None
    featured: bool = False
    cover: Cover | None = None
    seo: Seo = NO_SEO
    status: Status = "published"
    stated: frozenset[str] = frozenset({"title", "body"})


def names_of(kind: type[Byline | Cover | Seo]) -> tuple[str, ...]:
    """Return what is stated of an author, a cover or for search engines."""
    return tuple(field.name for field in dataclasses.fields(kind))
