"""The JSON of users."""

from typing import Any

from marshmallow import fields, validate

from cms.accounts.models import Role
from cms.accounts.passwords import LONGEST, SHORTEST
from cms.accounts.users.queries import LISTED
from cms.foundation.filters.listed import kinds
from cms.foundation.http.fields import Flag, Line, Moment, one_line
from cms.foundation.http.filters import FilterField
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of

ROLES = [str(role) for role in Role]
EXAMPLE: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-000000000001",
    "email": "ada@example.org",
    "name": "Ada",
    "role": "editor",
    "is_active": True,
    "has_password": True,
    "created_at": "2026-03-01T09:00:00.000Z",
    "updated_at": "2026-03-01T09:00:00.000Z",
    "version": 1,
}


def email_field(**kwargs: Any) -> Line:
    """An e-mail address."""
    field = Line(longest=320, metadata={"format": "email"}, **kwargs)
    field.validators.append(validate.Email())
    return field


def password_field(**kwargs: Any) -> fields.String:
    """A password that is to be set."""
    return fields.String(
        validate=[validate.Length(SHORTEST, LONGEST), one_line],
        metadata={"writeOnly": True},
        **kwargs,
    )


class UserIn(Strict):
    """A new user."""

    example = {  # noqa: RUF012
        "email": "ada@example.org",
        "name": "Ada",
        "role": "editor",
        "password": "correct horse battery",
    }

    email = email_field(required=True)
    name = Line(longest=200, metadata={"description": "The first part of the e-mail if absent"})
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    is_active = Flag()
    password = password_field(required=True)


class UserPatch(Strict):
    """What is to change; absent fields stay (RFC 7396)."""

    example = {"role": "author"}  # noqa: RUF012

    email = email_field()
    name = Line(longest=200)
    role = fields.String(validate=validate.OneOf(ROLES))
    is_active = Flag()
    password = password_field()


class UserOut(Shown):
    """A user, without anything secret."""

    example = EXAMPLE

    id = fields.UUID(required=True)
    email = fields.String(required=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    is_active = fields.Boolean(required=True)
    has_password = fields.Boolean(
        required=True, metadata={"description": "Not before an invitation was accepted"}
    )
    created_at = Moment(required=True)
    updated_at = Moment(required=True)
    version = fields.Integer(required=True)


class UserFilter(PageFilter):
    """Which users."""

    filter_ = FilterField(kinds(LISTED), examples=["role:[admin,editor]+is_active:true"])


UserPage = page_of(UserOut)
