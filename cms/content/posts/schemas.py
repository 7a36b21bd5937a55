"""The JSON of posts, as editors send and see it."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from cms.content.fields import SlugField
from cms.content.posts.models import MOST_TAGS, Status
from cms.content.posts.queries import LISTED
from cms.content.posts.scheduling.schemas import ScheduleOut
from cms.editions.schemas import SUMMARY, Byline, Cover, Seo, TagName
from cms.foundation.filters.listed import kinds
from cms.foundation.http.fields import Flag, Id, Line, Moment, Prose, QueryFlag, Several, WebAddress
from cms.foundation.http.filters import FilterField
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of

LONGEST_TITLE = 300
LONGEST_BODY = 1_000_000
MOST_AUTHORS = 20

EXAMPLE: dict[str, Any] = {
    "id": SUMMARY["id"],
    "slug": SUMMARY["slug"],
    "title": SUMMARY["title"],
    "excerpt": None,
    "body": "Everybody fails at work *sooner or later*.",
    "cover": SUMMARY["cover"],
    "author_ids": [SUMMARY["authors"][0]["id"]],
    "tag_ids": [SUMMARY["tags"][0]["id"]],
    "featured": False,
    "seo": SUMMARY["seo"],
    "status": "published",
    "has_unpublished_changes": False,
    "scheduled": None,
    "published_at": "2026-03-01T09:00:00.000Z",
    "trashed_at": None,
    "approval": {
        "by": {"id": "019ab3c4-0000-7000-8000-000000000001", "name": "Jane Doe"},
        "at": "2026-02-28T10:00:00.000Z",
        "revision": 2,
    },
    "created_at": "2026-02-27T16:20:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "created_by": "019ab3c4-0000-7000-8000-000000000001",
    "revision": 2,
    "version": 3,
    "expanded": {"authors": SUMMARY["authors"], "tags": SUMMARY["tags"]},
}


class CoverIn(Strict):
    """The lead image. In a PATCH, absent members stay."""

    url = WebAddress(metadata={"description": "Required unless the post has a cover already"})
    alt = Prose(longest=1000, allow_none=True)
    caption = Prose(longest=2000, allow_none=True)


class SeoIn(Strict):
    """What search engines should show instead. In a PATCH, absent members stay."""

    title = Line(longest=300, allow_none=True)
    description = Line(longest=1000, allow_none=True)
    canonical_url = WebAddress(allow_none=True)


class _Content(Strict):
    """What a new post and a change have in common."""

    slug = SlugField()
    excerpt = Prose(
        longest=2000,
        allow_none=True,
        metadata={"description": "Plain text; null: made from the body when published"},
    )
    body = Prose(longest=LONGEST_BODY, metadata={"description": "Markdown"})
    cover = fields.Nested(CoverIn, allow_none=True)
    author_ids = Several(Id(), most=MOST_AUTHORS)
    authors = Several(
        SlugField(),
        most=MOST_AUTHORS,
        metadata={"description": "Slugs, in place of `author_ids`"},
    )
    tag_ids = Several(Id(), most=MOST_TAGS)
    tags = Several(
        Line(longest=100),
        most=MOST_TAGS,
        metadata={
            "description": "Names or slugs, in place of `tag_ids`; missing ones are created where "
            "the role may"
        },
    )
    featured = Flag()
    seo = fields.Nested(SeoIn, allow_none=True)
    published_at = Moment(
        allow_none=True,
        metadata={"description": "A past moment, to backdate; null: when it was first published"},
    )

    @validates_schema
    def one_way_to_name(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Ids or names, not both."""
        for ids, names in (("author_ids", "authors"), ("tag_ids", "tags")):
            if ids in data and names in data:
                message = f"Send {ids} or {names}, not both."
                raise ValidationError({names: [message]})


class PostIn(_Content):
    """A new post."""

    example = {  # noqa: RUF012
        "title": SUMMARY["title"],
        "body": "Everybody fails at work *sooner or later*.",
        "authors": ["colleen-nelson"],
        "tags": ["Leadership", "failure"],
        "status": "published",
    }

    title = Line(longest=LONGEST_TITLE, required=True)
    status = fields.String(
        validate=validate.OneOf([Status.DRAFT, Status.IN_REVIEW, Status.PUBLISHED]),
        metadata={"description": "`draft` if absent; `published` creates and publishes at once"},
    )


class PostPatch(_Content):
    """What is to change; absent fields stay, null empties (RFC 7396)."""

    example = {"title": "What You Do in the Moments After You Fail", "excerpt": None}  # noqa: RUF012

    title = Line(longest=LONGEST_TITLE)
    status = fields.String(
        validate=validate.OneOf([Status.DRAFT, Status.IN_REVIEW]),
        metadata={"description": "`in_review` submits, `draft` takes back or sends back"},
    )


class SaveOptions(Strict):
    """How a change is kept."""

    autosave = QueryFlag(
        metadata={"description": "Whether a program saves while somebody is writing"}
    )


class Expanded(Shown):
    """The authors and tags behind the ids; read-only."""

    authors = fields.List(fields.Nested(Byline), required=True)
    tags = fields.List(fields.Nested(TagName), required=True)


class Person(Shown):
    """A user, by name."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class ApprovalOut(Shown):
    """Who approved a post, and which revision of it."""

    by = fields.Nested(
        Person,
        required=True,
        allow_none=True,
        metadata={"description": "null when that user was deleted"},
    )
    at = Moment(required=True)
    revision = fields.Integer(required=True)


class PostOut(Shown):
    """A post, as editors see it."""

    example = EXAMPLE

    id = fields.UUID(required=True)
    slug = fields.String(required=True)
    title = fields.String(required=True)
    excerpt = fields.String(required=True, allow_none=True)
    body = fields.String(required=True, metadata={"description": "Markdown"})
    cover = fields.Nested(Cover, required=True, allow_none=True)
    author_ids = fields.List(fields.UUID(), required=True)
    tag_ids = fields.List(fields.UUID(), required=True)
    featured = fields.Boolean(required=True)
    seo = fields.Nested(Seo, required=True)
    status = fields.String(required=True, validate=validate.OneOf(list(Status)))
    has_unpublished_changes = fields.Boolean(
        required=True,
        metadata={"description": "Whether publishing again would show readers something else"},
    )
    scheduled = fields.Nested(
        ScheduleOut,
        required=True,
        allow_none=True,
        attribute="schedule",
        metadata={"description": "What is to become of it by itself, and when"},
    )
    published_at = Moment(required=True, allow_none=True)
    trashed_at = Moment(
        required=True,
        allow_none=True,
        metadata={"description": "Since when it has been in the trash; null: it is not there"},
    )
    approval = fields.Nested(
        ApprovalOut,
        required=True,
        allow_none=True,
        metadata={"description": "null: nobody approved what it says now"},
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    created_by = fields.UUID(required=True, allow_none=True, attribute="created_by_id")
    revision = fields.Integer(
        required=True,
        metadata={"description": "Raised by each save that changes what the post says"},
    )
    version = fields.Integer(required=True, metadata={"description": "Raised by each change"})
    expanded = fields.Nested(Expanded, required=True)


class PostFilter(PageFilter):
    """Which posts."""

    status = fields.String(
        validate=validate.OneOf(list(Status)),
        metadata={"description": "Without it, all but what is in the trash"},
    )
    author = SlugField(metadata={"description": "Slug of an author"})
    tag = SlugField(metadata={"description": "Slug of a tag"})
    slug = SlugField(metadata={"description": "The post with exactly this slug"})
    q = Line(longest=200, metadata={"description": "Part of the title or slug"})
    filter_ = FilterField(
        kinds(LISTED), examples=["status:[draft,in_review]+updated_at:>now-7d", "tag:null"]
    )


PostPage = page_of(PostOut)
