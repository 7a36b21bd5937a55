"""The JSON of tags, as editors send and see it."""

from typing import Any

from marshmallow import fields

from cms.content.fields import NamedFilter, SlugField
from cms.content.tags.queries import LISTED
from cms.foundation.filters.listed import kinds
from cms.foundation.http.fields import Line, Moment, Prose
from cms.foundation.http.filters import FilterField
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import page_of

EXAMPLE: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000b1",
    "slug": "leadership",
    "name": "Leadership",
    "description": None,
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 1,
}
LONGEST_NAME = 100
LONGEST_DESCRIPTION = 2000


class TagIn(Strict):
    """A new tag."""

    example = {"name": "Leadership"}  # noqa: RUF012

    name = Line(longest=LONGEST_NAME, required=True)
    slug = SlugField()
    description = Prose(longest=LONGEST_DESCRIPTION, allow_none=True)


class TagPatch(Strict):
    """What is to change; absent fields stay, null empties (RFC 7396)."""

    example = {"name": "Leading"}  # noqa: RUF012

    name = Line(longest=LONGEST_NAME)
    slug = SlugField()
    description = Prose(longest=LONGEST_DESCRIPTION, allow_none=True)


class TagOut(Shown):
    """A tag, as editors see it."""

    example = EXAMPLE

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class TagFilter(NamedFilter):
    """Which tags."""

    filter_ = FilterField(kinds(LISTED), examples=["slug:~'news'+updated_at:>now-7d"])


TagPage = page_of(TagOut)
