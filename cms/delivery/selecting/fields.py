"""What public lists may be filtered and sorted by; nothing else can be reached."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from cms.delivery.looking import VERSION
from cms.editions import counts
from cms.editions.models import (
    AuthorEdition,
    AuthorListing,
    Listing,
    NamedEdition,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.foundation.filters.conditions import Columns, Membership
from cms.foundation.filters.kinds import Kind
from cms.foundation.sorting import By, Order

POSTS: dict[str, Kind] = {
    "id": Kind.IDENTIFIER,
    "slug": Kind.SLUG,
    "title": Kind.TEXT,
    "excerpt": Kind.TEXT,
    "published_at": Kind.MOMENT,
    "updated_at": Kind.MOMENT,
    "featured": Kind.FLAG,
    "reading_minutes": Kind.NUMBER,
    "word_count": Kind.NUMBER,
    "tag": Kind.GROUP,
    "author": Kind.GROUP,
}
NAMED: dict[str, Kind] = {
    "id": Kind.IDENTIFIER,
    "slug": Kind.SLUG,
    "name": Kind.TEXT,
    "post_count": Kind.NUMBER,
}
NEWEST: Order = (By("published_at", is_descending=True), By("id", is_descending=True))
BY_NAME: Order = (By("name"), By("id"))
# One post is in several groups, and an excerpt is too long to stand in a cursor.
SORTABLE = tuple(name for name in POSTS if name not in {"excerpt", "tag", "author"})
GROUPS: dict[str, tuple[type[Listing], type[NamedEdition]]] = {
    "tag": (TagListing, TagEdition),
    "author": (AuthorListing, AuthorEdition),
}


def of_posts(lead: type[Listing] | None = None) -> Columns:
    """What a post is filtered by. ``lead``: the listing that a statement walks along."""
    return {
        **_shared(lead),
        "title": PostEdition.title_key.expression,
        "excerpt": PostEdition.excerpt_key.expression,
        **{name: _membership(*group) for name, group in GROUPS.items()},
    }


def order_of_posts(lead: type[Listing] | None = None) -> dict[str, ColumnElement[Any]]:
    """What posts are sorted by."""
    return {**_shared(lead), "title": PostEdition.title_sort.expression}


def of_named(edition: type[NamedEdition]) -> Columns:
    """What an author or a tag is filtered by."""
    return {**_named(edition), "name": edition.name_key.expression}


def order_of_named(edition: type[NamedEdition]) -> dict[str, ColumnElement[Any]]:
    """What authors or tags are sorted by."""
    return {**_named(edition), "name": edition.sort_key.expression}


def group_ids(edition: type[NamedEdition], slugs: Sequence[str]) -> Any:
    """The authors or tags that have these slugs at the version."""
    return select(edition.subject_id).where(edition.slug.in_(slugs), edition.at(VERSION))


def _shared(lead: type[Listing] | None) -> dict[str, ColumnElement[Any]]:
    columns = {
        "id": PostEdition.subject_id,
        "slug": PostEdition.slug,
        "published_at": PostEdition.published_at,
        "updated_at": PostEdition.updated_at,
        "featured": PostEdition.featured,
        "reading_minutes": PostEdition.reading_minutes,
        "word_count": PostEdition.word_count,
    }
    if lead is not None:
        # The same values, from the index that is walked.
        columns |= {"id": lead.post_id, "published_at": lead.published_at}
    return {name: column.expression for name, column in columns.items()}


def _named(edition: type[NamedEdition]) -> dict[str, ColumnElement[Any]]:
    kept = counts.at(edition.subject_id.expression, VERSION)
    return {
        "id": edition.subject_id.expression,
        "slug": edition.slug.expression,
        "post_count": func.coalesce(kept, 0),
    }


def _membership(listing: type[Listing], edition: type[NamedEdition]) -> Membership:
    def belongs(slugs: Sequence[str]) -> ColumnElement[bool]:
        # An edition's listings begin and end with it: they need no look at the version.
        own = aliased(listing)
        found = select(own.edition_id).where(own.edition_id == PostEdition.id)
        if slugs:
            found = found.where(own.group_id.in_(group_ids(edition, slugs)))
        return found.correlate(PostEdition).exists()

    return belongs
