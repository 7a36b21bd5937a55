"""The JSON of bulks."""

from typing import Any

from marshmallow import ValidationError, fields, post_dump, validate, validates_schema

from cms.content.fields import SlugField
from cms.content.posts.bulk.operations import Action
from cms.content.posts.models import MOST_TAGS
from cms.content.posts.schemas import MOST_AUTHORS, PostPatch
from cms.foundation.http.fields import Flag, Id, Several
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.problems import Problem

MOST_OPERATIONS = 500
# Different names of tags in all changes.
MOST_NAMES = 500
LONGEST_ETAG = 200
POST_ID = "019ab3c4-7d5e-7f60-8a71-92b3c4d5e6f7"
# What an action needs beside the post; it takes nothing else.
NEEDED = {
    Action.TAG: "tags",
    Action.UNTAG: "tags",
    Action.ASSIGN_AUTHORS: "authors",
    Action.PATCH: "changes",
}


class BulkOperation(Strict):
    """One thing to do to one post."""

    action = fields.String(required=True, validate=validate.OneOf(list(Action)))
    id = Id(required=True, metadata={"description": "Of the post; once in a bulk"})
    version = fields.Integer(
        strict=True,
        validate=validate.Range(1, 2**53),
        metadata={"description": "The version that it is made from; this or `etag`"},
    )
    etag = fields.String(
        validate=validate.Length(1, LONGEST_ETAG),
        metadata={"description": "The ETag that it is made from, or `*`"},
    )
    tags = Several(
        SlugField(),
        least=1,
        most=MOST_TAGS,
        metadata={"description": "Slugs; for `tag` and `untag`"},
    )
    authors = Several(
        SlugField(),
        most=MOST_AUTHORS,
        metadata={"description": "Slugs, all of them and in order; for `assign_authors`"},
    )
    changes = fields.Nested(PostPatch, metadata={"description": "As in PATCH; for `patch`"})

    @validates_schema
    def fits_its_action(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """What the action needs, and no more; one precondition at most."""
        needed = NEEDED.get(data["action"])
        given = {"tags", "authors", "changes"} & set(data)
        faults = {name: [f"{data['action']} takes none."] for name in sorted(given - {needed})}
        if needed is not None and needed not in data:
            faults[needed] = [f"{data['action']} needs it."]
        if "version" in data and "etag" in data:
            faults["etag"] = ["Send version or etag, not both."]
        if faults:
            raise ValidationError(faults)


class BulkIn(Strict):
    """What to do, and how."""

    example = {  # noqa: RUF012
        "operations": [
            {"action": "publish", "id": POST_ID, "version": 3},
            {"action": "tag", "id": POST_ID.replace("7d5e", "7d5f"), "etag": "*", "tags": ["news"]},
        ],
        "atomic": True,
    }

    operations = Several(
        fields.Nested(BulkOperation),
        required=True,
        least=1,
        most=MOST_OPERATIONS,
        metadata={"description": f"With at most {MOST_NAMES} different names of tags in `changes`"},
    )
    atomic = Flag(metadata={"description": "All or none; `false` if absent: each by itself"})
    dry_run = Flag(metadata={"description": "Only say what would happen"})

    @validates_schema
    def few_names(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Each that is new is created by itself, while everybody else waits to write."""
        names = {
            name
            for operation in data["operations"]
            for name in operation.get("changes", {}).get("tags", ())
        }
        if len(names) > MOST_NAMES:
            message = f"Names {len(names):,} tags; at most {MOST_NAMES} go into one request."
            raise ValidationError({"operations": [message]})

    @validates_schema
    def each_post_once(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Which of two came first would decide what the other means."""
        seen = set()
        faults = {}
        for index, operation in enumerate(data["operations"]):
            if operation["id"] in seen:
                faults[index] = {"id": ["There is an operation on this post already."]}
            seen.add(operation["id"])
        if faults:
            raise ValidationError({"operations": faults})


class BulkResult(Shown):
    """How one operation ended."""

    pointer = fields.String(
        required=True, metadata={"description": "JSON Pointer to the operation in the request"}
    )
    id = fields.UUID(required=True)
    action = fields.String(required=True)
    version = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Of the post afterwards; `null` if nothing was done"},
    )
    status = fields.String(
        required=True, allow_none=True, metadata={"description": "Of the post afterwards"}
    )
    problem = fields.Nested(
        Problem, required=True, allow_none=True, metadata={"description": "Why nothing was done"}
    )

    @post_dump(pass_original=True)
    def with_the_whole_problem(
        self, data: dict[str, Any], original: dict[str, Any], **_kwargs: Any
    ) -> dict[str, Any]:
        """All members of the problem, those that depend on its code included."""
        return {**data, "problem": original["problem"]}


class BulkOut(Shown):
    """How all of them ended, in the order in which they were asked for."""

    example: dict[str, Any] = {  # noqa: RUF012
        "applied": True,
        "succeeded": 1,
        "failed": 0,
        "results": [
            {
                "pointer": "#/operations/0",
                "id": POST_ID,
                "action": "publish",
                "version": 4,
                "status": "published",
                "problem": None,
            }
        ],
    }

    applied = fields.Boolean(
        required=True, metadata={"description": "`false` after a dry run, which did nothing"}
    )
    succeeded = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    results = fields.List(fields.Nested(BulkResult), required=True)
