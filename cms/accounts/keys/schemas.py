"""The JSON of keys."""

from typing import Any

from marshmallow import fields, validate

from cms.accounts.keys.actions import GRANTABLE
from cms.accounts.keys.queries import LISTED
from cms.accounts.users.schemas import ROLES
from cms.foundation.filters.listed import kinds
from cms.foundation.http.fields import Id, Line, Moment, Several
from cms.foundation.http.filters import FilterField
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of

LONGEST_NAME = 100
MOST_TAGS = 50
PERMISSIONS = sorted(GRANTABLE)
EXAMPLE: dict[str, Any] = {
    "id": "019ab3c4-0000-7000-8000-0000000000c1",
    "name": "Nightly import",
    "hint": "cms_pat_q7Zb",
    "permissions": ["posts:publish", "posts:write"],
    "tag_ids": None,
    "user": {
        "id": "019ab3c4-0000-7000-8000-000000000001",
        "kind": "person",
        "name": "Ada",
        "role": "editor",
    },
    "created_at": "2026-03-01T09:00:00.000Z",
    "expires_at": "2027-03-01T09:00:00.000Z",
    "last_used_at": None,
}


def _permissions(**kwargs: Any) -> Several:
    return Several(
        fields.String(validate=validate.OneOf(PERMISSIONS)),
        least=1,
        most=len(PERMISSIONS),
        **kwargs,
    )


class KeyIn(Strict):
    """A new key."""

    example = {  # noqa: RUF012
        "name": "Nightly import",
        "permissions": ["posts:publish", "posts:write"],
        "expires_at": "2027-03-01T09:00:00Z",
    }

    name = Line(longest=LONGEST_NAME, required=True)
    permissions = _permissions(
        required=True,
        metadata={
            "description": "What it may do, as far as its user may at that moment; without "
            "`posts:any` to the user's own posts only"
        },
    )
    tag_ids = Several(
        Id(),
        least=1,
        most=MOST_TAGS,
        metadata={
            "description": "Only to posts that have one of these tags, and keep one; others do not "
            "exist for it"
        },
    )
    expires_at = Moment(
        allow_none=True, metadata={"description": "When it ends; never if null or absent"}
    )


class ServiceKeyIn(KeyIn):
    """A new key that belongs to the site."""

    example = {  # noqa: RUF012
        "name": "Website build",
        "role": "editor",
        "permissions": ["posts:any", "posts:write"],
    }

    role = fields.String(
        required=True,
        validate=validate.OneOf(ROLES),
        metadata={"description": "More than this role may is not allowed to it"},
    )
    permissions = _permissions(metadata={"description": "All that the role has, if absent"})


class KeyUser(Shown):
    """Whom a key acts for."""

    id = fields.UUID(required=True)
    kind = fields.String(
        required=True,
        metadata={"description": "`person`, or `service` for a user that is the key itself"},
    )
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))


class KeyOut(Shown):
    """A key, without its secret."""

    example = EXAMPLE

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    hint = fields.String(required=True, metadata={"description": "How the secret begins"})
    permissions = fields.List(fields.String(), required=True)
    tag_ids = fields.List(fields.UUID(), required=True, allow_none=True)
    user = fields.Nested(KeyUser, required=True)
    created_at = Moment(required=True)
    expires_at = Moment(required=True, allow_none=True)
    last_used_at = Moment(
        required=True, allow_none=True, metadata={"description": "To within a minute or so"}
    )


class NewKeyOut(KeyOut):
    """A key with its secret, which is shown this one time."""

    example = {  # noqa: RUF012
        **EXAMPLE,
        "secret": "cms_pat_q7ZbW0m…",
    }

    secret = fields.String(
        required=True, metadata={"description": "Send it as `Authorization: Bearer …`"}
    )


class KeyFilter(PageFilter):
    """Which keys."""

    filter_ = FilterField(kinds(LISTED), examples=["last_used_at:<now-90d", "expires_at:null"])


KeyPage = page_of(KeyOut)
