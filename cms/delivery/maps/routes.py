"""The addresses that crawlers ask for."""

import orjson
from flask import Response

from cms.delivery import answers, blog, queries, state
from cms.delivery.blog import PagesUnknown
from cms.delivery.maps import llms, places, robots, sitemap
from cms.delivery.maps.schemas import (
    INDEX_EXAMPLE,
    LLMS_EXAMPLE,
    ROBOTS_EXAMPLE,
    SITEMAP_EXAMPLE,
)
from cms.foundation.http import Blueprint, cacheable, pages, public
from cms.foundation.http.output import TEXT

PLAIN = "text/plain"
UTF_8 = "text/plain; charset=utf-8"

blueprint = Blueprint("maps", __name__, description="For crawlers: which pages the blog has.")


@blueprint.get("/sitemap.xml")
@public
@cacheable
@blueprint.fails(PagesUnknown)
@blueprint.response(200, TEXT, content_type=sitemap.MEDIA_TYPE, example=INDEX_EXAMPLE)
def get_sitemap_index() -> Response:
    """Read the index of the sitemaps.

    One for each 50,000 posts, in the order of their creation: a new post changes the last one only.
    Tags and authors are in them if their pages are known.
    """
    site = blog.with_pages()
    found = places.parts(state.view({}), site, size=sitemap.SIZE)
    body = sitemap.write_index(found)
    return answers.public(body, sitemap.MEDIA_TYPE, keys=[answers.COLLECTIONS])


@blueprint.get("/sitemaps/<slug:part>.xml")
@public
@cacheable
@blueprint.fails(PagesUnknown)
@blueprint.response(200, TEXT, content_type=sitemap.MEDIA_TYPE, example=SITEMAP_EXAMPLE)
def get_sitemap(part: str) -> Response:
    """Read a sitemap.

    The index says which there are. Each page with the moment of its last change; of a post also
    the cover.
    """
    site = blog.with_pages()
    found = places.part(state.view({}), site, part, size=sitemap.SIZE)
    body = sitemap.write(found)
    return answers.public(body, sitemap.MEDIA_TYPE, keys=[answers.COLLECTIONS])


@blueprint.get("/robots.txt")
@public
@cacheable
@blueprint.response(200, TEXT, content_type=PLAIN, example=ROBOTS_EXAMPLE)
def get_robots() -> Response:
    """Read what crawlers may visit.

    All but what needs a login; and where the sitemap is.
    """
    site = blog.of_app()
    address = site.own("/sitemap.xml") if site.post_pattern else ""
    return answers.public(robots.write(address).encode(), UTF_8, keys=["robots"])


@blueprint.get("/llms.txt")
@public
@cacheable
@blueprint.response(200, TEXT, content_type=PLAIN, example=LLMS_EXAMPLE)
def get_llms() -> Response:
    """Read what language models are offered.

    As llmstxt.org proposes: the newest 1,000 posts, each with the address of its Markdown.
    """
    view = state.view({})
    rows = queries.posts(view, limit=llms.MOST_POSTS + 1)
    shown, more = pages.cut(list(rows), llms.MOST_POSTS)
    documents = [orjson.loads(row.document) for row in shown]
    text = llms.write(blog.of_app(), documents, more=more)
    return answers.public(text.encode(), UTF_8, keys=["posts"])
