"""The JSON of the archive."""

from typing import Any

from marshmallow import fields

from cms.foundation.http.output import Shown


class ArchiveMonth(Shown):
    """A month that has posts."""

    month = fields.Integer(required=True, metadata={"description": "From 1 to 12, in UTC"})
    post_count = fields.Integer(required=True)


class ArchiveYear(Shown):
    """A year that has posts."""

    year = fields.Integer(required=True)
    post_count = fields.Integer(required=True)
    months = fields.List(
        fields.Nested(ArchiveMonth), required=True, metadata={"description": "Newest first"}
    )


class Archive(Shown):
    """All years that have posts."""

    example: dict[str, Any] = {  # noqa: RUF012
        "data": [
            {
                "year": 2026,
                "post_count": 3,
                "months": [{"month": 3, "post_count": 2}, {"month": 1, "post_count": 1}],
            }
        ],
        "version": 42,
    }

    data = fields.List(
        fields.Nested(ArchiveYear), required=True, metadata={"description": "Newest first"}
    )
    version = fields.Integer(
        required=True, metadata={"description": "The site version this answer shows"}
    )
