"""The JSON of former slugs."""

from typing import Any

from marshmallow import fields, validate

from cms.delivery.redirects.walk import KINDS
from cms.delivery.schemas import ItemFilter
from cms.foundation.http.fields import CommaList
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter, page_of


class RedirectFilter(PageFilter, ItemFilter):
    """Former slugs of what."""

    types = CommaList(
        fields.String(validate=validate.OneOf(KINDS, error="Can be post, author or tag.")),
        validate=validate.Length(1),
        metadata={"description": "Only these, separated by commas: `post`, `author`, `tag`"},
    )


class Redirect(Shown):
    """A slug that nothing has any more, and where it leads."""

    example: dict[str, Any] = {  # noqa: RUF012
        "type": "post",
        "slug": "after-you-fail",
        "new_slug": "what-you-do-after-you-fail",
        "url": "https://blog.example/after-you-fail",
        "new_url": "https://blog.example/what-you-do-after-you-fail",
    }

    type = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    slug = fields.String(required=True, metadata={"description": "The former one"})
    new_slug = fields.String(required=True, metadata={"description": "The present one"})
    url = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "The former page, where its address is set (`CMS_POST_URL`, …)"},
    )
    new_url = fields.String(
        required=True, allow_none=True, metadata={"description": "The page that it leads to"}
    )


RedirectPage: Any = page_of(Redirect)
