"""What readers may ask for, and the envelopes of what they get."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from cms.delivery.selecting import fields as selectable
from cms.editions.schemas import PublicAuthor, PublicPostSummary, PublicTag
from cms.foundation.http.filters import FilterField, SortField
from cms.foundation.http.input import CommaList, Line, Moment, QueryFlag, Strict
from cms.foundation.http.pages import PageFilter, page_of

FIELDS = tuple(PublicPostSummary().fields)
TOTAL = fields.Integer(metadata={"description": "With `total=true`: items in the whole list"})


def _known_field(name: str) -> None:
    if name not in FIELDS:
        message = f"{name!r} is no field of a post. Allowed: {', '.join(FIELDS)}."
        raise ValidationError(message)


class AsOf(fields.String):
    """A site version, as a number, or a moment with its zone."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if re.fullmatch("[0-9]{1,18}", text):
            return int(text)
        try:
            return _MOMENT.deserialize(text)
        except ValidationError as error:
            message = "Must be a site version, or a moment such as 2026-03-01T09:00:00Z."
            raise ValidationError(message) from error


_MOMENT = Moment()


def _as_of() -> AsOf:
    return AsOf(
        metadata={
            "description": "The site as it was at a version or at a moment, where "
            "the operator allows it",
            "examples": ["42", "2026-03-01T09:00:00Z"],
        }
    )


class ItemFilter(Strict):
    """Which state of one thing."""

    as_of = _as_of()


class ListFilter(PageFilter):
    """Which part of a public list."""

    as_of = _as_of()
    total = QueryFlag(load_default=False, metadata={"description": "Count the whole list as well"})


class PublicPostFilter(ListFilter):
    """Which posts, and what of them."""

    tag = Line(longest=500, metadata={"description": "Slug of a tag"})
    author = Line(longest=500, metadata={"description": "Slug of an author"})
    filter = FilterField(
        selectable.POSTS,
        examples=["tag:news+author:-jane+published_at:>2026-01-01", "featured:true,title:~'fail'"],
    )
    sort = SortField(selectable.SORTABLE, default="-published_at", examples=["-featured,title"])
    fields_ = CommaList(
        fields.String(validate=_known_field),
        data_key="fields",
        validate=validate.Length(1),
        metadata={"description": f"Only these, separated by commas: {', '.join(FIELDS)}"},
    )
    include = CommaList(
        fields.String(validate=validate.OneOf(["html"], error="Can be html.")),
        validate=validate.Length(1),
        metadata={"description": "`html`: the text of each post as well"},
    )


class NamedFilter(ListFilter):
    """What lists of authors and of tags share."""

    filter = FilterField(selectable.NAMED, examples=["post_count:>0", "name:~^'a'"])
    sort = SortField(tuple(selectable.NAMED), default="name", examples=["-post_count,name"])


class PublicAuthorFilter(NamedFilter):
    """Which authors."""


class PublicTagFilter(NamedFilter):
    """Which tags."""


PublicPostPage: Any = page_of(PublicPostSummary, total=TOTAL)
PublicAuthorPage: Any = page_of(PublicAuthor, total=TOTAL)
PublicTagPage: Any = page_of(PublicTag, total=TOTAL)
