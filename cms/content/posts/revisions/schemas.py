"""The JSON of revisions, as editors see it."""

from typing import Any

from marshmallow import fields, validate

from cms.content.posts.content import FIELDS
from cms.content.posts.schemas import EXAMPLE, Person
from cms.editions.schemas import Cover, Seo
from cms.foundation.http.converters import HIGHEST_NUMBER
from cms.foundation.http.fields import Moment, QueryInteger
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import page_of

LISTED: dict[str, Any] = {
    "number": 2,
    "saved_at": "2026-03-01T08:55:00.000Z",
    "saved_by": {"id": EXAMPLE["created_by"], "name": "Colleen Nelson"},
    "changed": ["title", "body"],
    "is_autosave": False,
    "is_published": True,
}
NOTHING: dict[str, Any] = {"slug": None, "author_ids": [], "tag_ids": []}


class RevisionOut(Shown):
    """How a revision came about."""

    example = LISTED

    number = fields.Integer(required=True)
    saved_at = Moment(required=True)
    saved_by = fields.Nested(
        Person,
        required=True,
        allow_none=True,
        metadata={"description": "null when that user was deleted"},
    )
    changed = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "The fields in which it differs from the revision before"},
    )
    is_autosave = fields.Boolean(
        required=True, metadata={"description": "Whether it is a run of autosaves"}
    )
    is_published = fields.Boolean(
        required=True, metadata={"description": "Whether it is the one that readers see"}
    )


RevisionPage = page_of(RevisionOut)


class ContentOut(Shown):
    """What a post says at a revision."""

    slug = fields.String(required=True)
    title = fields.String(required=True)
    excerpt = fields.String(required=True, allow_none=True)
    body = fields.String(required=True, metadata={"description": "Markdown"})
    cover = fields.Nested(Cover, required=True, allow_none=True)
    seo = fields.Nested(Seo, required=True)
    featured = fields.Boolean(required=True)
    published_at = Moment(
        required=True,
        allow_none=True,
        metadata={"description": "If it was set; null: when the post was first published"},
    )
    author_ids = fields.List(fields.UUID(), required=True)
    tag_ids = fields.List(fields.UUID(), required=True)


class LeftOut(Shown):
    """What would not come back, since it was deleted or is another's by now."""

    slug = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Another post has it; the present slug stays"},
    )
    author_ids = fields.List(fields.UUID(), required=True)
    tag_ids = fields.List(fields.UUID(), required=True)


class WholeRevision(RevisionOut):
    """A revision with what it says."""

    example = {  # noqa: RUF012
        **LISTED,
        "content": {**{name: EXAMPLE[name] for name in FIELDS}, "published_at": None},
        "left_out": NOTHING,
    }

    content = fields.Nested(ContentOut, required=True)
    left_out = fields.Nested(
        LeftOut,
        required=True,
        metadata={"description": "What restoring or publishing it now would leave out"},
    )


class DiffQuestion(Strict):
    """With which revision to compare."""

    to = QueryInteger(
        validate=validate.Range(1, HIGHEST_NUMBER, error="Must be from {min} to {max}."),
        metadata={"description": "Number of the other revision; if absent, the present one"},
    )


class FieldChange(Shown):
    """A field that differs; `body` aside."""

    field = fields.String(required=True)
    from_ = fields.Raw(required=True, allow_none=True, data_key="from")
    to = fields.Raw(required=True, allow_none=True)


class TextPart(Shown):
    """A part of the text."""

    op = fields.String(required=True, validate=validate.OneOf(["equal", "delete", "insert"]))
    text = fields.String(required=True)


class TextChange(Shown):
    """How the body differs."""

    unified = fields.String(
        required=True, metadata={"description": "A unified diff of its lines, as `patch` takes it"}
    )
    words = fields.List(
        fields.Nested(TextPart),
        required=True,
        metadata={
            "description": "Word by word: `equal` and `delete` make the one text, `equal` and "
            "`insert` the other. Where two texts have too little in common, whole stretches are "
            "replaced"
        },
    )


class RevisionDiff(Shown):
    """What is different from one revision to another."""

    example = {  # noqa: RUF012
        "from": 1,
        "to": 2,
        "fields": [{"field": "title", "from": "After You Fail", "to": EXAMPLE["title"]}],
        "body": {
            "unified": "--- revision 1\n+++ revision 2\n@@ -1,1 +1,1 @@\n"
            "-Everybody fails.\n+Everybody fails at work.\n",
            "words": [
                {"op": "equal", "text": "Everybody fails"},
                {"op": "insert", "text": " at work"},
                {"op": "equal", "text": ".\n"},
            ],
        },
    }

    from_ = fields.Integer(required=True, data_key="from")
    to = fields.Integer(required=True)
    fields_ = fields.List(fields.Nested(FieldChange), required=True, data_key="fields")
    body = fields.Nested(
        TextChange, required=True, allow_none=True, metadata={"description": "null: the same"}
    )
