"""What followers may ask for, and what they get."""

from typing import Any

from marshmallow import fields, validate

from cms.delivery.schemas import ItemFilter
from cms.delivery.sync.walk import KINDS
from cms.editions.schemas import TAG
from cms.foundation.http.fields import CommaList, QueryInteger
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of

LONGEST_WAIT = 30
DOCUMENTS = ("PublicPost", "PublicAuthor", "PublicTag")


class ChangeFilter(PageFilter, ItemFilter):
    """Changes after which version, and how long to wait for one."""

    since = QueryInteger(
        required=True,
        validate=validate.Range(0, error="Must not be negative."),
        metadata={
            "description": "The `version` up to which you have all changes; 0 for a new copy",
            "examples": [42],
        },
    )
    types = CommaList(
        fields.String(
            validate=validate.OneOf(KINDS, error="Can be author, tag or post."),
        ),
        validate=validate.Length(1),
        metadata={"description": "Only these, separated by commas: `author`, `tag`, `post`"},
    )
    wait = QueryInteger(
        validate=validate.Range(1, LONGEST_WAIT, error="Must be from {min} to {max}."),
        metadata={
            "description": "Seconds to wait for a change if there is none yet",
            "is_never_kept": True,
        },
    )


class ExportFilter(ItemFilter):
    """The site as it is, or as it was."""


class Change(Shown):
    """Something that readers see changed since: what they see of it now."""

    type = fields.String(required=True, metadata={"enum": list(KINDS)})
    change = fields.String(
        required=True,
        metadata={
            "enum": ["created", "updated", "deleted"],
            "description": "Against `since`: `created` was not there, `updated` was, "
            "`deleted` no longer is",
        },
    )
    id = fields.UUID(required=True)
    slug = fields.String(
        required=True, allow_none=True, metadata={"description": "null for what was deleted"}
    )
    version = fields.Integer(required=True, metadata={"description": "When it changed last"})
    document = fields.Raw(
        required=True,
        allow_none=True,
        metadata={
            "anyOf": [
                *({"$ref": f"#/components/schemas/{name}"} for name in DOCUMENTS),
                {"type": "null"},
            ],
            "description": "As `GET /posts/{slug}`, `/authors/{slug}` or `/tags/{slug}` shows it; "
            "null for what was deleted",
        },
    )

    example: dict[str, Any] = {  # noqa: RUF012
        "type": "tag",
        "change": "updated",
        "id": TAG["id"],
        "slug": TAG["slug"],
        "version": 42,
        "document": TAG,
    }


ChangePage: Any = page_of(
    Change, since=fields.Integer(required=True, metadata={"description": "As it was asked for"})
)
ChangePage.example = {**ChangePage.example, "since": 41}
