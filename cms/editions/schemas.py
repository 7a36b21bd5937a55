"""The public shapes: what readers get of posts, authors and tags."""

from typing import Any

from marshmallow import fields

from cms.foundation.http.fields import Moment
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


class Part(Shown):
    """Mixin: the same shape, where `fields` may leave anything out."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:  # noqa: ARG002
        """Nothing is there for certain."""
        field_obj.required = False


class CoverPart(Part, Cover):
    """The lead image; with `fields`, what they name of it."""


class SeoPart(Part, Seo):
    """What search engines should show instead; with `fields`, what they name of it."""


class BylinePart(Part, Byline):
    """An author, as a post names them; with `fields`, what they name of it."""


class TagNamePart(Part, TagName):
    """A tag, as a post names it; with `fields`, what they name of it."""


class Heading(Shown):
    """A heading of a post; with `fields`, what they name of it."""

    id = fields.String(
        allow_none=True,
        metadata={"description": "Its `id` in the HTML: a link to `#id` leads there"},
    )
    level = fields.Integer(metadata={"description": "1 to 6"})
    title = fields.String(metadata={"description": "Plain text"})


class PublicAuthor(Shown):
    """Somebody whom readers see. With `fields`, only those."""

    example = AUTHOR

    id = fields.UUID()
    slug = fields.String()
    name = fields.String()
    bio = fields.String(allow_none=True, metadata={"description": "Plain text"})
    avatar_url = fields.String(allow_none=True)
    website_url = fields.String(allow_none=True)
    post_count = fields.Integer(metadata={"description": "Published posts"})


class PublicTag(Shown):
    """A subject that posts are filed under. With `fields`, only those."""

    example = TAG

    id = fields.UUID()
    slug = fields.String()
    name = fields.String()
    description = fields.String(allow_none=True, metadata={"description": "Plain text"})
    post_count = fields.Integer(metadata={"description": "Published posts"})


class PublicPostTeaser(Shown):
    """A published post without its text. With `fields`, only those."""

    example = SUMMARY

    id = fields.UUID()
    slug = fields.String()
    title = fields.String()
    excerpt = fields.String(metadata={"description": "Plain text"})
    cover = fields.Nested(CoverPart, allow_none=True)
    authors = fields.List(fields.Nested(BylinePart))
    tags = fields.List(fields.Nested(TagNamePart))
    published_at = Moment()
    updated_at = Moment(metadata={"description": "When readers last saw it change"})
    reading_minutes = fields.Integer()
    word_count = fields.Integer()
    featured = fields.Boolean()
    seo = fields.Nested(SeoPart)


class PublicPostSummary(PublicPostTeaser):
    """A published post in a list. With `fields`, only those; its text only when asked for."""

    html = fields.String(metadata={"description": "Sanitised; with `include=html`"})
    markdown = fields.String(
        metadata={
            "description": "The source as it was written, what the HTML leaves out included; "
            "with `include=markdown`"
        }
    )
    plaintext = fields.String(
        metadata={"description": "The text, one block a line; with `include=plaintext`"}
    )
    toc = fields.List(
        fields.Nested(Heading), metadata={"description": "Its headings; with `include=toc`"}
    )


class PublicPost(PublicPostSummary):
    """A published post: all but what `include` adds. With `fields`, only those."""

    example = {**SUMMARY, "html": "<p>Everybody fails at work sooner or later.</p>"}  # noqa: RUF012

    related = fields.List(
        fields.Nested(PublicPostTeaser),
        metadata={"description": "The posts most like it, at most five; with `include=related`"},
    )
