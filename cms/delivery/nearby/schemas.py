"""What readers may ask of the posts around a post, and what they get."""

from typing import Any

from marshmallow import fields, validate

from cms.delivery.nearby.queries import USUAL
from cms.delivery.schemas import ItemFilter, fields_of, slug_of
from cms.editions.schemas import SUMMARY, PublicPostTeaser
from cms.foundation.http.fields import QueryInteger
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import page_of

MOST = 20


class NeighbourFilter(ItemFilter):
    """In which list, and what of its posts."""

    tag = slug_of("a tag")
    author = slug_of("an author")
    fields_ = fields_of(PublicPostTeaser, "post")


class RelatedFilter(ItemFilter):
    """How many posts, and what of them."""

    limit = QueryInteger(
        load_default=USUAL,
        validate=validate.Range(1, MOST, error="Must be from {min} to {max}."),
        metadata={"description": "At most so many"},
    )
    fields_ = fields_of(PublicPostTeaser, "post")


class Neighbours(Shown):
    """The posts right before and right after a post, in time."""

    example: dict[str, Any] = {"previous": SUMMARY, "next": None}  # noqa: RUF012

    previous = fields.Nested(
        PublicPostTeaser,
        required=True,
        allow_none=True,
        metadata={"description": "The one published before it; null for the oldest"},
    )
    next = fields.Nested(
        PublicPostTeaser,
        required=True,
        allow_none=True,
        metadata={"description": "The one published after it; null for the newest"},
    )


RelatedPosts: Any = page_of(PublicPostTeaser)
