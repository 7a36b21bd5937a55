"""What readers may search for, and what they get."""

from datetime import MAXYEAR, MINYEAR
from typing import Any

from marshmallow import fields, validate

from cms.delivery.schemas import as_of_field, slug_of
from cms.delivery.search.language import LONGEST
from cms.editions.schemas import SUMMARY, PublicPostSummary
from cms.foundation.http.fields import Line, QueryInteger
from cms.foundation.http.input import Strict
from cms.foundation.http.output import Shown
from cms.foundation.http.pages import PageFilter

MOST_SUGGESTED = 20


class SearchFilter(PageFilter):
    """What to look for, and where."""

    as_of = as_of_field()
    q = Line(
        longest=LONGEST,
        metadata={
            "description": 'Words, `"phrases in quotes"`, beginnings (`fail*`) and what must not '
            "be there (`-word`). Capitals and diacritics make no difference",
            "examples": ["fail*"],
        },
    )
    tag = slug_of("a tag")
    author = slug_of("an author")
    year = QueryInteger(
        validate=validate.Range(MINYEAR, MAXYEAR, error="Must be from {min} to {max}."),
        metadata={"description": "Year of publication, in UTC"},
    )


class SuggestFilter(Strict):
    """What somebody has typed so far."""

    as_of = as_of_field()
    q = Line(
        longest=LONGEST,
        metadata={
            "description": "Whole words and the beginning of one more",
            "examples": ["what you do"],
        },
    )
    limit = QueryInteger(
        load_default=5,
        validate=validate.Range(1, MOST_SUGGESTED, error="Must be from {min} to {max}."),
        metadata={"description": "How many of each kind"},
    )


def _highlight() -> fields.String:
    return fields.String(required=True, allow_none=True)


class Highlights(Shown):
    """Where the words stand: escaped HTML whose only element is `mark`; null where they do not."""

    title = _highlight()
    excerpt = _highlight()
    text = _highlight()


class SearchHit(PublicPostSummary):
    """A post that was found."""

    class Meta(PublicPostSummary.Meta):
        """Its text is found over its address."""

        exclude = ("html",)

    example: dict[str, Any] = {  # noqa: RUF012
        **SUMMARY,
        "score": 12,
        "highlights": {
            "title": "What You Do After You <mark>Fail</mark>",
            "excerpt": "Everybody <mark>fails</mark> at work sooner or later.",
            "text": "…what people remember of a <mark>failure</mark> is the next move…",
        },
    }

    score = fields.Integer(
        required=True,
        metadata={"description": "Higher where title, names or excerpt have the words"},
    )
    highlights = fields.Nested(Highlights, required=True)


class NameCount(Shown):
    """How many hits a tag or an author has."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    count = fields.Integer(required=True)


class YearCount(Shown):
    """How many hits a year has."""

    year = fields.Integer(required=True)
    count = fields.Integer(required=True)


class Facets(Shown):
    """The most frequent tags, authors and years among the hits that were counted."""

    tags = fields.List(fields.Nested(NameCount), required=True)
    authors = fields.List(fields.Nested(NameCount), required=True)
    years = fields.List(fields.Nested(YearCount), required=True)


class SearchPage(Shown):
    """Hits, best first."""

    example: dict[str, Any] = {  # noqa: RUF012
        "data": [SearchHit.example],
        "next_cursor": None,
        "version": 42,
        "corrected": None,
        "total": 1,
        "total_is_exact": True,
        "facets": {
            "tags": [{"slug": "leadership", "name": "Leadership", "count": 1}],
            "authors": [{"slug": "colleen-nelson", "name": "Colleen Nelson", "count": 1}],
            "years": [{"year": 2026, "count": 1}],
        },
    }

    data = fields.List(fields.Nested(SearchHit), required=True)
    next_cursor = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Send it as `cursor` for the next page; null on the last. Each page "
            "goes on behind the one before in what is found then"
        },
    )
    version = fields.Integer(
        required=True, metadata={"description": "The site version this page shows"}
    )
    corrected = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What was looked for instead, as `q` found nothing"},
    )
    total = fields.Integer(required=True, metadata={"description": "Hits, as far as counted"})
    total_is_exact = fields.Boolean(
        required=True,
        metadata={"description": "False: there are more, older ones; the newest were ranked"},
    )
    facets = fields.Nested(Facets, required=True)


class SuggestedPost(Shown):
    """A post whose title has the words."""

    slug = fields.String(required=True)
    title = fields.String(required=True)


class SuggestedName(Shown):
    """A tag or an author whose name has the words."""

    slug = fields.String(required=True)
    name = fields.String(required=True)


class Suggestions(Shown):
    """What has words that begin so: posts newest first, names by name."""

    example: dict[str, Any] = {  # noqa: RUF012
        "posts": [{"slug": SUMMARY["slug"], "title": SUMMARY["title"]}],
        "tags": [],
        "authors": [],
        "version": 42,
    }

    posts = fields.List(fields.Nested(SuggestedPost), required=True)
    tags = fields.List(fields.Nested(SuggestedName), required=True)
    authors = fields.List(fields.Nested(SuggestedName), required=True)
    version = fields.Integer(
        required=True, metadata={"description": "The site version this answer shows"}
    )
