"""What readers may ask for, and the envelopes of what they get."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from cms.editions.schemas import PublicAuthor, PublicPostSummary, PublicTag
from cms.foundation.http.input import CommaList, Line, QueryFlag
from cms.foundation.http.pages import PageFilter, page_of

FIELDS = tuple(PublicPostSummary().fields)
TOTAL = fields.Integer(metadata={"description": "With `total=true`: items in the whole list"})


def _known_field(name: str) -> None:
    if name not in FIELDS:
        message = f"{name!r} is no field of a post. Allowed: {', '.join(FIELDS)}."
        raise ValidationError(message)


class ListFilter(PageFilter):
    """Which part of a public list."""

    total = QueryFlag(load_default=False, metadata={"description": "Count the whole list as well"})


class PublicPostFilter(ListFilter):
    """Which posts, and what of them."""

    tag = Line(longest=500, metadata={"description": "Slug of a tag"})
    author = Line(longest=500, metadata={"description": "Slug of an author"})
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


class PublicAuthorFilter(ListFilter):
    """Which part of the authors."""


class PublicTagFilter(ListFilter):
    """Which part of the tags."""


PublicPostPage: Any = page_of(PublicPostSummary, total=TOTAL)
PublicAuthorPage: Any = page_of(PublicAuthor, total=TOTAL)
PublicTagPage: Any = page_of(PublicTag, total=TOTAL)
