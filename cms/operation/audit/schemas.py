"""The JSON of the audit log."""

from marshmallow import fields, validate

from cms.foundation.audit.queries import LISTED
from cms.foundation.filters.listed import kinds
from cms.foundation.http.fields import Moment
from cms.foundation.http.filters import FilterField
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of


class AuditEntryOut(Shown):
    """What one request, command or job did to one thing."""

    example = {  # noqa: RUF012
        "id": "019ab3c4-0000-7000-8000-0000000000e1",
        "at": "2026-03-01T09:00:00.000Z",
        "action": "edit_post",
        "actor_id": "019ab3c4-0000-7000-8000-000000000001",
        "actor_name": "Ada",
        "key_id": None,
        "address": "192.0.2.7",
        "request_id": "019ab3c4-0000-7000-8000-0000000000f1",
        "subject_kind": "post",
        "subject_id": "019ab3c4-0000-7000-8000-000000000011",
        "changes": {
            "title": ["What to do", "What not to do"],
            "body": [
                {"characters": 412, "sha256": "9f86d081884c7d65"},
                {"characters": 455, "sha256": "60303ae22b998861"},
            ],
        },
    }

    id = fields.UUID(required=True)
    at = Moment(required=True)
    action = fields.String(
        required=True,
        metadata={
            "description": "An operation of this API, a command such as `cms load`, or the kind "
            "of a job"
        },
    )
    actor_id = fields.UUID(required=True, allow_none=True)
    actor_name = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "As it was then; it stays when the user is deleted"},
    )
    key_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The key they came with"}
    )
    address = fields.String(required=True, allow_none=True)
    request_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "`X-Request-Id` of the answer"}
    )
    subject_kind = fields.String(required=True)
    subject_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Of a schedule that of its post; null: many things at once"},
    )
    changes = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.Raw(allow_none=True), validate=validate.Length(equal=2)),
        required=True,
        metadata={
            "description": "Each field that changed, as it was before and after. A body is told by "
            "its length and digest, a password only as hidden; of many things at once there is "
            "only how many rows of which table"
        },
    )


class AuditFilter(PageFilter):
    """Which changes."""

    filter_ = FilterField(
        kinds(LISTED), examples=["action:[publish_post,unpublish_post]+at:>now-7d"]
    )


AuditPage = page_of(AuditEntryOut)
