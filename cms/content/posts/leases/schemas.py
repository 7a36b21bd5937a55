"""The JSON of leases."""

from typing import Any

from marshmallow import fields, validate

from cms.foundation.http.fields import Flag, Moment
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown

SECONDS = 120
MOST_SECONDS = 600


class LeaseIn(Strict):
    """For how long, and whether from somebody else."""

    example = {"seconds": SECONDS}  # noqa: RUF012

    seconds = fields.Integer(
        strict=True,
        validate=validate.Range(1, MOST_SECONDS),
        metadata={"description": f"{SECONDS} if absent"},
    )
    take_over = Flag(
        metadata={"description": "`true`: also when somebody else holds it, who then does no more"}
    )


class LeaseHolder(Shown):
    """The user who holds a lease."""

    id = fields.UUID(required=True, attribute="holder_id")
    name = fields.String(required=True, attribute="holder_name")


class LeaseOut(Shown):
    """Who is editing a post; all `null`: nobody says so."""

    example: dict[str, Any] = {  # noqa: RUF012
        "holder": {"id": "019ab3c4-0000-7000-8000-000000000001", "name": "Ada"},
        "taken_at": "2026-03-01T09:00:00.000Z",
        "expires_at": "2026-03-01T09:02:00.000Z",
    }

    holder = fields.Nested(LeaseHolder, required=True, allow_none=True)
    taken_at = Moment(required=True, allow_none=True)
    expires_at = Moment(required=True, allow_none=True)
