"""The public shapes: what readers get of posts, authors and tags."""

from typing import Any

from marshmallow import fields

from cms.foundation.http.input import Moment
from cms.foundation.http.output import Shown

AUTHOR: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000a1",
    "slug": "colleen-nelson",
    "name": "Colleen Nelson",
    "bio": "Writes about leadership and the lessons of getting it wrong.",
    "avatar_url": None,
    "website_url": "https://example.org",
    "post_count": 1,
}
TAG: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000b1",
    "slug": "leadership",
    "name": "Leadership",
    "description": None,
    "post_count": 1,
}
SUMMARY: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000c1",
    "slug": "what-you-do-after-you-fail",
    "title": "What You Do After You Fail",
    "excerpt": "Everybody fails at work sooner or later. What people remember is the next move.",
    "cover": {
        "url": "https://images.example.org/mirror.jpg",
        "alt": "An empty corridor with a mirror at its end",
        "caption": None,
    },
    "authors": [
        {"id": AUTHOR["id"], "slug": AUTHOR["slug"], "name": AUTHOR["name"], "avatar_url": None}
    ],
    "tags": [{"id": TAG["id"], "slug": TAG["slug"], "name": TAG["name"]}],
    "published_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "reading_minutes": 5,
    "word_count": 1100,
    "featured": False,
    "seo": {"title": None, "description": None, "canonical_url": None},
}


class Cover(Shown):
    """The lead image."""

    url = fields.String(required=True, metadata={"format": "uri-reference"})
    alt = fields.String(required=True, metadata={"description": "Empty for a decorative image"})
    caption = fields.String(required=True, allow_none=True)


class Seo(Shown):
    """What search engines and link previews should show, where it differs from the post."""

    title = fields.String(required=True, allow_none=True)
    description = fields.String(required=True, allow_none=True)
    canonical_url = fields.String(
        required=True, allow_none=True, metadata={"format": "uri-reference"}
    )


class Byline(Shown):
    """An author, as a post names them."""

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    avatar_url = fields.String(required=True, allow_none=True)


class TagName(Shown):
    """A tag, as a post names it."""

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)


class PublicAuthor(Shown):
    """Somebody whom readers see."""

    example = AUTHOR

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    bio = fields.String(required=True, allow_none=True, metadata={"description": "Plain text"})
    avatar_url = fields.String(required=True, allow_none=True)
    website_url = fields.String(required=True, allow_none=True)
    post_count = fields.Integer(required=True, metadata={"description": "Published posts"})


class PublicTag(Shown):
    """A subject that posts are filed under."""

    example = TAG

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(
        required=True, allow_none=True, metadata={"description": "Plain text"}
    )
    post_count = fields.Integer(required=True, metadata={"description": "Published posts"})


class PublicPostSummary(Shown):
    """A published post in a list. With `fields`, only those; `html` only when asked for."""

    example = SUMMARY

    id = fields.UUID()
    slug = fields.String()
    title = fields.String()
    excerpt = fields.String(metadata={"description": "Plain text"})
    html = fields.String(metadata={"description": "Sanitised; with `include=html`"})
    cover = fields.Nested(Cover, allow_none=True)
    authors = fields.List(fields.Nested(Byline))
    tags = fields.List(fields.Nested(TagName))
    published_at = Moment()
    updated_at = Moment(metadata={"description": "When readers last saw it change"})
    reading_minutes = fields.Integer()
    word_count = fields.Integer()
    featured = fields.Boolean()
    seo = fields.Nested(Seo)


class PublicPost(Shown):
    """A published post."""

    example = {**SUMMARY, "html": "<p>Everybody fails at work sooner or later.</p>"}  # noqa: RUF012

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    title = fields.String(required=True)
    excerpt = fields.String(required=True, metadata={"description": "Plain text"})
    html = fields.String(required=True, metadata={"description": "Sanitised"})
    cover = fields.Nested(Cover, required=True, allow_none=True)
    authors = fields.List(fields.Nested(Byline), required=True)
    tags = fields.List(fields.Nested(TagName), required=True)
    published_at = Moment(required=True)
    updated_at = Moment(required=True, metadata={"description": "When readers last saw it change"})
    reading_minutes = fields.Integer(required=True)
    word_count = fields.Integer(required=True)
    featured = fields.Boolean(required=True)
    seo = fields.Nested(Seo, required=True)
