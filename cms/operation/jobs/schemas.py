"""The JSON of jobs."""

from datetime import datetime
from typing import Any

from marshmallow import fields, validate

from cms.foundation.http.fields import Line, Moment
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of
from cms.foundation.jobs.models import Job, Status

STATUS = {
    "description": "`waiting` for its moment; `due`, and no worker has come to it yet; `retrying` "
    "after an error; `dead`: it failed too often, and nobody tries it again unless told to"
}


class JobOut(Shown):
    """Something to be done at a moment. What is done is gone."""

    example = {  # noqa: RUF012
        "id": "019ab3c4-0000-7000-8000-000000000051",
        "kind": "post.schedule",
        "subject_id": "019ab3c4-0000-7000-8000-000000000011",
        "status": "dead",
        "due_at": "2026-03-01T09:00:00.000Z",
        "next_at": None,
        "attempts": 5,
        "error": "The slug 'what-to-do' is taken.",
        "failed_at": "2026-03-01T09:07:05.000Z",
        "created_at": "2026-02-27T16:20:00.000Z",
    }

    id = fields.UUID(required=True)
    kind = fields.String(required=True)
    subject_id = fields.UUID(
        required=True,
        metadata={
            "description": "What it is about: for `post.…` the post's id, for `password_link.…` "
            "the user's; its own for what recurs"
        },
    )
    status = fields.String(required=True, validate=validate.OneOf(list(Status)), metadata=STATUS)
    due_at = Moment(required=True)
    next_at = Moment(
        required=True,
        allow_none=True,
        metadata={"description": "When it is tried next; null: never"},
    )
    attempts = fields.Integer(
        required=True, metadata={"description": "How often it failed since it was asked for"}
    )
    error = fields.String(
        required=True, allow_none=True, metadata={"description": "What went wrong last"}
    )
    failed_at = Moment(required=True, allow_none=True)
    created_at = Moment(required=True)


class JobFilter(PageFilter):
    """Which jobs."""

    status = fields.String(validate=validate.OneOf(list(Status)), metadata=STATUS)
    kind = Line(longest=100)


JobPage = page_of(JobOut)


def shown(job: Job, now: datetime) -> dict[str, Any]:
    """A job as it stands at ``now``."""
    return JobOut.of(job, status=job.status(now))
