"""The JSON of one post that is brought from elsewhere."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from cms.content.authors.schemas import LONGEST_NAME as LONGEST_AUTHOR_NAME
from cms.content.fields import SlugField
from cms.content.posts.models import MOST_TAGS
from cms.content.posts.schemas import LONGEST_BODY, LONGEST_TITLE, MOST_AUTHORS
from cms.content.tags.schemas import LONGEST_NAME as LONGEST_TAG_NAME
from cms.foundation.http.fields import Line, Moment, Prose, WebAddress
from cms.foundation.http.input import Strict


class LoadedAuthor(Strict):
    """An author: the one with this slug, or a new one."""

    name = Line(longest=LONGEST_AUTHOR_NAME, required=True)
    slug = SlugField()


class LoadedTag(Strict):
    """A tag: the one with this slug or name, or a new one."""

    name = Line(longest=LONGEST_TAG_NAME, required=True)
    slug = SlugField()


class LoadedPost(Strict):
    """A published post."""

    title = Line(longest=LONGEST_TITLE, required=True)
    slug = SlugField()
    excerpt = Prose(longest=2000, allow_none=True)
    body = Prose(longest=LONGEST_BODY)
    html = Prose(longest=LONGEST_BODY)
    published_at = Moment(allow_none=True)
    authors = fields.List(fields.Nested(LoadedAuthor), validate=validate.Length(0, MOST_AUTHORS))
    tags = fields.List(fields.Nested(LoadedTag), validate=validate.Length(0, MOST_TAGS))
    cover_url = WebAddress(allow_none=True)

    @validates_schema
    def one_text(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Markdown or HTML, not both."""
        if "body" in data and "html" in data:
            message = "Send body (Markdown) or html, not both."
            raise ValidationError({"html": [message]})
