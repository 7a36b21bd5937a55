"""The JSON of invitations and forgotten passwords."""

from typing import Any

from marshmallow import fields, validate

from cms.accounts.users.schemas import EXAMPLE, ROLES, UserOut, email_field, password_field
from cms.foundation.http.fields import Flag, Line, Moment, Prose
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown

LONGEST_TOKEN = 200
TOKEN = "cms_pwd_q7ZbW0m…"  # noqa: S105 - an example


def _token() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_TOKEN),
        metadata={"description": "From the link"},
    )


def _send() -> Flag:
    return Flag(metadata={"description": "`false`: no mail; the link is in the answer"})


class InvitationIn(Strict):
    """Who is to come in, and as what."""

    example = {"email": "ada@example.org", "name": "Ada", "role": "editor"}  # noqa: RUF012

    email = email_field(required=True)
    name = Line(longest=200, metadata={"description": "The first part of the e-mail if absent"})
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    send = _send()


class LinkIn(Strict):
    """How a link gets to its user."""

    example = {"send": False}  # noqa: RUF012

    send = _send()


class InvitationOut(Shown):
    """What became of a link."""

    example: dict[str, Any] = {  # noqa: RUF012
        "user": {**EXAMPLE, "has_password": False},
        "expires_at": "2026-03-08T09:00:00.000Z",
        "sent": True,
        "link": None,
    }

    user = fields.Nested(UserOut, required=True)
    expires_at = Moment(required=True)
    sent = fields.Boolean(
        required=True,
        metadata={
            "description": "Whether it goes by mail: at once, or when the mail server takes it"
        },
    )
    link = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Only where it is not sent, and only now: pass it on yourself"},
    )


class AcceptIn(Strict):
    """The token of an invitation and the password to come."""

    example = {"token": "cms_inv_q7ZbW0m…", "password": "correct horse battery"}  # noqa: RUF012

    token = _token()
    password = password_field(required=True)


class ForgotIn(Strict):
    """Whose password it is."""

    example = {"email": "ada@example.org"}  # noqa: RUF012

    email = Prose(longest=320, required=True)


class ResetIn(Strict):
    """The token of a link and the password to come."""

    example = {"token": TOKEN, "new_password": "staple of the nineties"}  # noqa: RUF012

    token = _token()
    new_password = password_field(required=True)
