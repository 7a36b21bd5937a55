"""The JSON of schedules."""

from marshmallow import fields

from cms.foundation.http.fields import Flag, Moment
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown

EXAMPLE = {
    "publish_at": "2030-03-01T09:00:00.000Z",
    "unpublish_at": None,
    "follow_draft": False,
    "revision": 3,
    "scheduled_by": "019ab3c4-0000-7000-8000-000000000001",
    "error": None,
}


class ScheduleIn(Strict):
    """When a post is to be published and withdrawn; at least one of the two."""

    example = {"publish_at": "2030-03-01T10:00:00+01:00"}  # noqa: RUF012

    publish_at = Moment(
        allow_none=True,
        metadata={"description": "In the future. Needed unless the post is published already"},
    )
    unpublish_at = Moment(
        allow_none=True, metadata={"description": "After `publish_at`; null: it stays"}
    )
    follow_draft = Flag(
        metadata={
            "description": "`true`: publish what the post says at that moment, edits until then "
            "included. Otherwise what it says now is published"
        }
    )


class ScheduleOut(Shown):
    """What is still to become of a post by itself."""

    publish_at = Moment(required=True, allow_none=True)
    unpublish_at = Moment(required=True, allow_none=True)
    follow_draft = fields.Boolean(required=True)
    revision = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "Which state is published; null with `follow_draft`"},
    )
    scheduled_by = fields.UUID(required=True, allow_none=True, attribute="scheduled_by_id")
    error = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why it has not been carried out, should it be overdue"},
    )
