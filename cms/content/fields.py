"""Fields that posts, authors and tags share in what comes in."""

import re
from typing import Any

from marshmallow import ValidationError, fields, validate

from cms.content import slugs
from cms.foundation.http.fields import Id, Line
from cms.foundation.http.input import Strict
from cms.foundation.http.pages import PageFilter


class SlugField(fields.String):
    """A slug: lower-case ASCII words joined by hyphens."""

    def __init__(self, **kwargs: Any) -> None:
        """Of the one pattern and length."""
        metadata = {"pattern": slugs.PATTERN, **kwargs.pop("metadata", {})}
        super().__init__(
            validate=[validate.Length(1, slugs.MAX_LENGTH), _is_slug], metadata=metadata, **kwargs
        )


def _is_slug(text: str) -> None:
    if not re.fullmatch(slugs.PATTERN, text) or text.endswith("\n"):
        suggestion = slugs.slugify(text, fallback="my-first-post")
        message = (
            "Must be lower-case ASCII letters and digits, in words joined by single hyphens, such "
            f"as {suggestion}."
        )
        raise ValidationError(message)


class NamedFilter(PageFilter):
    """Which authors or tags."""

    q = Line(longest=200, metadata={"description": "Part of the name or slug"})


class Merge(Strict):
    """What takes the place of the one at the address."""

    example = {"into": "019ab3c4-0000-7000-8000-0000000000b2"}  # noqa: RUF012

    into = Id(required=True, metadata={"description": "The id of the other"})
