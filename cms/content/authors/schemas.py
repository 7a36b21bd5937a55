"""The JSON of authors, as editors send and see it."""

from typing import Any

from marshmallow import fields

from cms.content.authors.queries import LISTED
from cms.content.fields import NamedFilter, SlugField
from cms.foundation.filters.listed import kinds
from cms.foundation.http.fields import Id, Line, Moment, Prose, WebAddress
from cms.foundation.http.filters import FilterField
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import page_of

EXAMPLE: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000a1",
    "slug": "colleen-nelson",
    "name": "Colleen Nelson",
    "bio": "Writes about leadership and the lessons of getting it wrong.",
    "avatar_url": None,
    "website_url": "https://example.org",
    "user_id": None,
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 1,
}
LONGEST_NAME = 200
LONGEST_BIO = 5000


class AuthorIn(Strict):
    """A new author."""

    example = {"name": "Colleen Nelson", "website_url": "https://example.org"}  # noqa: RUF012

    name = Line(longest=LONGEST_NAME, required=True)
    slug = SlugField()
    bio = Prose(longest=LONGEST_BIO, allow_none=True)
    avatar_url = WebAddress(allow_none=True)
    website_url = WebAddress(allow_none=True)
    user_id = Id(allow_none=True, metadata={"description": "The user whose byline this is"})


class AuthorPatch(Strict):
    """What is to change; absent fields stay, null empties (RFC 7396)."""

    example = {"bio": "Writes about leadership."}  # noqa: RUF012

    name = Line(longest=LONGEST_NAME)
    slug = SlugField()
    bio = Prose(longest=LONGEST_BIO, allow_none=True)
    avatar_url = WebAddress(allow_none=True)
    website_url = WebAddress(allow_none=True)
    user_id = Id(allow_none=True)


class AuthorOut(Shown):
    """An author, as editors see them."""

    example = EXAMPLE

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    bio = fields.String(required=True, allow_none=True)
    avatar_url = fields.String(required=True, allow_none=True)
    website_url = fields.String(required=True, allow_none=True)
    user_id = fields.UUID(required=True, allow_none=True)
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class AuthorFilter(NamedFilter):
    """Which authors."""

    filter_ = FilterField(kinds(LISTED), examples=["slug:~'news'+updated_at:>now-7d"])


AuthorPage = page_of(AuthorOut)
