"""What readers may ask for, and the envelopes of what they get."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from cms.delivery.counting import MOST
from cms.delivery.selecting import fields as selectable
from cms.delivery.shaping import COMPUTED, RELATED
from cms.editions.schemas import PublicAuthor, PublicPost, PublicPostSummary, PublicTag
from cms.foundation.http.fields import CommaList, Line, Moment
from cms.foundation.http.filters import FilterField, SortField
from cms.foundation.http.input import Strict
from cms.foundation.http.pages import PageFilter, page_of

NOT_COUNTED, EXACT = "false", "exact"
TOTAL: dict[str, Any] = {
    "total": fields.Integer(
        metadata={"description": "With `total`: items in the whole list, or at least so many"}
    ),
    "total_is_exact": fields.Boolean(
        metadata={"description": f"With `total`: false where there are more than {MOST}"}
    ),
}


# More than there are; whoever repeats a name says nothing new.
MOST_NAMES = 100
EXAMPLE = ("slug", "title", "name", "cover.url", "authors.name", "post_count")


def names_in(schema: Schema, before: str = "") -> Iterator[str]:
    """The fields of a shape, and with dots those inside of them."""
    for name, field in schema.fields.items():
        yield before + name
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from names_in(inner.schema, f"{before}{name}.")


def fields_of(shape: type[Schema], kind: str) -> fields.Field[Any]:
    """The parameter ``fields`` of an address that shows ``shape``."""
    allowed = tuple(names_in(shape()))

    def known(name: str) -> None:
        if name not in allowed:
            place = name.rpartition(".")[0]
            # Those beside the one that was meant: all that there are would be a long answer.
            beside = [one for one in allowed if one.rpartition(".")[0] == place]
            beside = beside or [one for one in allowed if "." not in one]
            message = f"{name!r} is no field of a {kind}. Allowed: {', '.join(beside)}."
            raise ValidationError(message)

    return CommaList(
        fields.String(validate=known),
        data_key="fields",
        validate=validate.Length(1, MOST_NAMES),
        metadata={
            "description": f"Only these, separated by commas: {', '.join(allowed)}",
            "examples": [[name for name in EXAMPLE if name in allowed]],
        },
    )


class AsOf(fields.String):
    """A site version, as a number, or a moment with its zone."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if re.fullmatch("[0-9]{1,18}", text):
            return int(text)
        try:
            return _MOMENT.deserialize(text)
        except ValidationError as error:
            message = "Must be a site version, or a moment such as 2026-03-01T09:00:00Z."
            raise ValidationError(message) from error


_MOMENT = Moment()


def as_of_field() -> AsOf:
    """The parameter of every address that can show the past."""
    return AsOf(
        metadata={
            "description": "The site as it was at a version or at a moment, where "
            "the operator allows it",
            "examples": ["42", "2026-03-01T09:00:00Z"],
        }
    )


def slug_of(kind: str) -> Line:
    """A parameter that names an author or a tag."""
    return Line(longest=500, metadata={"description": f"Slug of {kind}"})


def _include(*names: str) -> fields.Field[Any]:
    listed = ", ".join(names)
    return CommaList(
        fields.String(validate=validate.OneOf(names, error=f"Can be {listed}.")),
        validate=validate.Length(1, MOST_NAMES),
        metadata={
            "description": f"These as well, separated by commas; beside `fields` too: {listed}",
            "examples": [list(names[-2:])],
        },
    )


class ItemFilter(Strict):
    """Which state of one thing."""

    as_of = as_of_field()


class PostItemFilter(ItemFilter):
    """Which state of a post, and what of it."""

    fields_ = fields_of(PublicPost, "post")
    include = _include(*COMPUTED, RELATED)


class AuthorItemFilter(ItemFilter):
    """Which state of an author, and what of it."""

    fields_ = fields_of(PublicAuthor, "author")


class TagItemFilter(ItemFilter):
    """Which state of a tag, and what of it."""

    fields_ = fields_of(PublicTag, "tag")


class ListFilter(PageFilter):
    """Which part of a public list."""

    as_of = as_of_field()
    total = fields.String(
        load_default=NOT_COUNTED,
        validate=validate.OneOf([NOT_COUNTED, "true", EXACT], error="Can be {choices}."),
        metadata={
            "description": "Count the whole list as well: `true` to the end where the number is "
            f"kept, up to {MOST} otherwise; `exact` always to the end"
        },
    )


class PublicPostFilter(ListFilter):
    """Which posts, and what of them."""

    tag = slug_of("a tag")
    author = slug_of("an author")
    filter = FilterField(
        selectable.POSTS,
        examples=["tag:news+author:-jane+published_at:>2026-01-01", "featured:true,title:~'fail'"],
    )
    sort = SortField(selectable.SORTABLE, default="-published_at", examples=["-featured,title"])
    fields_ = fields_of(PublicPostSummary, "post")
    include = _include(*COMPUTED)


class NamedFilter(ListFilter):
    """What lists of authors and of tags share."""

    filter = FilterField(selectable.NAMED, examples=["post_count:>0", "name:~^'a'"])
    sort = SortField(tuple(selectable.NAMED), default="name", examples=["-post_count,name"])


class PublicAuthorFilter(NamedFilter):
    """Which authors, and what of them."""

    fields_ = fields_of(PublicAuthor, "author")


class PublicTagFilter(NamedFilter):
    """Which tags, and what of them."""

    fields_ = fields_of(PublicTag, "tag")


PublicPostPage: Any = page_of(PublicPostSummary, **TOTAL)
PublicAuthorPage: Any = page_of(PublicAuthor, **TOTAL)
PublicTagPage: Any = page_of(PublicTag, **TOTAL)
