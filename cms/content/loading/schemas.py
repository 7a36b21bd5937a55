"""The JSON of one post that is brought from elsewhere."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from cms.content.authors.schemas import LONGEST_NAME as LONGEST_AUTHOR_NAME
from cms.content.fields import SlugField
from cms.content.posts.models import MOST_TAGS
from cms.content.posts.schemas import LONGEST_BODY, LONGEST_TITLE, MOST_AUTHORS
from cms.content.tags.schemas import LONGEST_NAME as LONGEST_TAG_NAME
from cms.foundation.http.fields import Line, Moment, Prose, Several, WebAddress
from cms.foundation.http.input import Strict


class LoadedAuthor(Strict):
    """An author: the one with this slug or, without one, with this name; or a new one."""

    name = Line(longest=LONGEST_AUTHOR_NAME, required=True)
    slug = SlugField()


class LoadedTag(Strict):
    """A tag: the one with this slug or name, or a new one."""

    name = Line(longest=LONGEST_TAG_NAME, required=True)
    slug = SlugField()


class Known(fields.Nested):
    """One that many posts name in the same words: these are looked at once."""

    MOST = 10_000

    def __init__(self, nested: type[Strict]) -> None:
        """Of one schema."""
        super().__init__(nested)
        self._known: dict[tuple[tuple[str, str], ...], Any] = {}

    def _deserialize(
        self,
        value: Any,
        attr: str | None,
        data: Mapping[str, Any] | None,
        partial: Any = None,
        **kwargs: Any,
    ) -> Any:
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            return super()._deserialize(value, attr, data, partial, **kwargs)
        key = tuple(value.items())
        if key not in self._known:
            found = super()._deserialize(value, attr, data, partial, **kwargs)
            if len(self._known) >= self.MOST:
                self._known.clear()
            self._known[key] = found
        return self._known[key]


class LoadedPost(Strict):
    """A published post."""

    title = Line(longest=LONGEST_TITLE, required=True)
    slug = SlugField()
    excerpt = Prose(longest=2000, allow_none=True)
    body = Prose(longest=LONGEST_BODY)
    html = Prose(longest=LONGEST_BODY)
    published_at = Moment(allow_none=True)
    authors = Several(Known(LoadedAuthor), most=MOST_AUTHORS)
    tags = Several(Known(LoadedTag), most=MOST_TAGS)
    cover_url = WebAddress(allow_none=True)

    @validates_schema
    def one_text(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Markdown or HTML, not both."""
        if "body" in data and "html" in data:
            message = "Send body (Markdown) or html, not both."
            raise ValidationError({"html": [message]})
