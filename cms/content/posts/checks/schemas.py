"""The JSON of what the checks find."""

from marshmallow import fields, validate

from cms.content.posts.checks.findings import Severity
from cms.foundation.http.output import Shown


class FindingOut(Shown):
    """One thing found."""

    code = fields.String(
        required=True,
        metadata={
            "description": "`missing_alt`, `broken_link`, `moved_link`, `unchecked_link`, "
            "`broken_fragment`, `missing_footnote`, `skipped_heading_level`, `long_title`, "
            "`long_description`, `duplicate_title`, `empty_excerpt`, `empty_body`, "
            "`markdown_too_complex`; others may follow"
        },
    )
    severity = fields.String(required=True, validate=validate.OneOf(list(Severity)))
    pointer = fields.String(
        required=True,
        metadata={"description": "JSON Pointer into the post as a fragment (`#/cover/alt`)"},
    )
    detail = fields.String(required=True)
    line = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Line of the body, counted from 1; null where it has none"},
    )


class Checked(Shown):
    """All that is found; nothing if it is empty."""

    example = {  # noqa: RUF012
        "data": [
            {
                "code": "broken_link",
                "severity": "error",
                "pointer": "#/body",
                "detail": "Readers find no post 'never-written'. Publish it first, or correct the "
                "link.",
                "line": 12,
            },
            {
                "code": "missing_alt",
                "severity": "warning",
                "pointer": "#/cover/alt",
                "detail": "The cover has no alternative text. Say what it shows to those who do "
                "not see it.",
                "line": None,
            },
        ]
    }

    data = fields.List(fields.Nested(FindingOut), required=True)
