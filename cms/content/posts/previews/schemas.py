"""The JSON of preview links, as editors send and see it."""

from typing import Any

from marshmallow import fields, validate

from cms.content.posts.schemas import EXAMPLE
from cms.foundation.http.converters import HIGHEST_NUMBER
from cms.foundation.http.fields import Moment
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import page_of

MINUTE = 60
DAY = 24 * 60 * MINUTE
LONGEST = 90 * DAY

LINK: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000d1",
    "revision": None,
    "created_by": EXAMPLE["created_by"],
    "created_at": "2026-02-28T08:00:00.000Z",
    "expires_at": "2026-03-01T08:00:00.000Z",
}
TOKEN = "kVJ0GJm4vRkTqkS9c3cW0p1mE6mB0yQm2y8b7mS0n3o"  # noqa: S105 - an example


class PreviewLinkIn(Strict):
    """For how long, and what is to be seen."""

    example = {"expires_in": DAY}  # noqa: RUF012

    expires_in = fields.Integer(
        strict=True,
        validate=validate.Range(MINUTE, LONGEST, error="Must be from {min} to {max}."),
        metadata={"description": f"Seconds; {DAY}, a day, if absent"},
    )
    revision = fields.Integer(
        strict=True,
        allow_none=True,
        validate=validate.Range(1, HIGHEST_NUMBER, error="Must be from {min} to {max}."),
        metadata={"description": "Show this one whatever happens; if absent, the draft as it is"},
    )


class PreviewLinkOut(Shown):
    """A preview link that still leads somewhere."""

    example = LINK

    id = fields.UUID(required=True)
    revision = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null: it follows the draft"}
    )
    created_by = fields.UUID(required=True, attribute="created_by_id")
    created_at = Moment(required=True)
    expires_at = Moment(required=True)


class NewPreviewLink(PreviewLinkOut):
    """A preview link with its token, which is shown this once."""

    example = {  # noqa: RUF012
        **LINK,
        "url": f"https://cms.example.org/api/v1/preview/{TOKEN}",
        "token": TOKEN,
    }

    url = fields.String(required=True, metadata={"format": "uri"})
    token = fields.String(required=True)


PreviewLinkPage = page_of(PreviewLinkOut)
