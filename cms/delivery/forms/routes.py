"""The addresses of the other forms of a post."""

from typing import Any

import orjson
from flask import Response

from cms.delivery import answers, blog, moving, queries, state
from cms.delivery.forms import json_ld, markdown
from cms.delivery.forms.schemas import MARKDOWN_EXAMPLE, BlogPosting
from cms.delivery.looking import View
from cms.delivery.schemas import ItemFilter
from cms.editions.models import PostEdition
from cms.foundation.errors import Gone, Pruned
from cms.foundation.http import Blueprint, cacheable, public
from cms.foundation.http.output import TEXT

blueprint = Blueprint(
    "forms", __name__, description="A post as Markdown, and as search engines want it."
)


@blueprint.get("/posts/<slug:slug>.md")
@public
@cacheable
@blueprint.fails(Gone, Pruned)
@blueprint.arguments(ItemFilter, location="query")
@blueprint.response(200, TEXT, content_type="text/markdown", example=MARKDOWN_EXAMPLE)
def get_post_markdown(wanted: dict[str, Any], slug: str) -> Response:
    """Read a post as Markdown.

    The source that it was published from, below front matter in YAML; `cms publish` takes it back.
    """
    view = state.view(wanted)
    row = queries.post(view, slug, texts=("body",))
    if row is None:
        return moving.answer(view, PostEdition, slug, wanted, kind="post", address="/posts/{}.md")
    document, keys = _filled(view, row)
    body = markdown.write(document, row.body).encode()
    media_type = "text/markdown; charset=utf-8"
    return answers.public(body, media_type, keys=keys, is_final=state.is_final(wanted))


@blueprint.get("/api/v1/posts/<slug:slug>/jsonld")
@public
@cacheable
@blueprint.fails(Gone, Pruned)
@blueprint.arguments(ItemFilter, location="query")
@blueprint.response(200, BlogPosting, content_type=json_ld.MEDIA_TYPE)
def get_post_json_ld(wanted: dict[str, Any], slug: str) -> Response:
    """Read what a post tells search engines.

    A schema.org BlogPosting. The text can stand in a script element as it is: `<`, `>` and `&` are
    escaped.
    """
    view = state.view(wanted)
    row = queries.post(view, slug)
    if row is None:
        return moving.answer(
            view, PostEdition, slug, wanted, kind="post", address="/api/v1/posts/{}/jsonld"
        )
    document, keys = _filled(view, row)
    body = json_ld.write(json_ld.of(document, blog.of_app()))
    # Never final: the blog's name and where its pages are, are settings.
    return answers.public(body, json_ld.MEDIA_TYPE, keys=keys)


def _filled(view: View, row: Any) -> tuple[dict[str, Any], list[str]]:
    """The document of a row, its authors and tags filled in, and what it shows."""
    document = orjson.loads(row.document)
    keys = answers.keys_of([document])
    state.names().fill_in(view, [document])
    return document, keys
