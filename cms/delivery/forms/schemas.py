"""What the other forms of a post look like, for the documentation."""

from typing import Any

from marshmallow import fields

from cms.delivery.blog import EXAMPLE
from cms.delivery.forms import json_ld, markdown
from cms.editions.schemas import SUMMARY
from cms.foundation.http.output import Shown

MARKDOWN_EXAMPLE = markdown.write(SUMMARY, "Everybody fails at work *sooner or later*.\n")


class JsonLdParty(Shown):
    """A person or an organization."""

    type_ = fields.String(required=True, data_key="@type")
    name = fields.String(required=True)
    url = fields.String()


class BlogPosting(Shown):
    """A post as schema.org's BlogPosting (JSON-LD 1.1). What is not known is left out."""

    example: dict[str, Any] = json_ld.of(SUMMARY, EXAMPLE)

    context = fields.String(required=True, data_key="@context")
    type_ = fields.String(required=True, data_key="@type")
    id_ = fields.String(required=True, data_key="@id")
    url = fields.String()
    mainEntityOfPage = fields.String()  # noqa: N815 - schema.org's own names
    headline = fields.String(required=True)
    alternativeHeadline = fields.String()  # noqa: N815
    description = fields.String()
    image = fields.String()
    datePublished = fields.String(required=True)  # noqa: N815
    dateModified = fields.String(required=True)  # noqa: N815
    author = fields.List(fields.Nested(JsonLdParty))
    publisher = fields.Nested(JsonLdParty)
    keywords = fields.List(fields.String())
    wordCount = fields.Integer()  # noqa: N815
    timeRequired = fields.String()  # noqa: N815
    inLanguage = fields.String()  # noqa: N815
