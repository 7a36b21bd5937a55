"""The JSON of logging in."""

from marshmallow import fields, validate

from cms.accounts.passwords import LONGEST, SHORTEST
from cms.foundation.http.fields import Prose, one_line
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown


class LoginIn(Strict):
    """E-mail address and password."""

    example = {"email": "ada@example.org", "password": "correct horse battery"}  # noqa: RUF012

    email = Prose(longest=320, required=True)
    password = fields.String(required=True, validate=validate.Length(1, LONGEST))


class PasswordIn(Strict):
    """The current password and its successor."""

    example = {  # noqa: RUF012
        "current_password": "correct horse battery",
        "new_password": "staple of the nineties",
    }

    current_password = fields.String(required=True, validate=validate.Length(1, LONGEST))
    new_password = fields.String(
        required=True, validate=[validate.Length(SHORTEST, LONGEST), one_line]
    )


class Tokens(Shown):
    """A pair of tokens (RFC 6749, 5.1)."""

    example = {  # noqa: RUF012
        "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI…",
        "refresh_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI…",
        "token_type": "Bearer",
        "expires_in": 900,
    }

    access_token = fields.String(
        required=True, metadata={"description": "Send it as `Authorization: Bearer …`"}
    )
    refresh_token = fields.String(
        required=True, metadata={"description": "Good once, for `POST /api/v1/auth/refresh`"}
    )
    token_type = fields.String(required=True)
    expires_in = fields.Integer(
        required=True, metadata={"description": "Seconds until the access token ends"}
    )
