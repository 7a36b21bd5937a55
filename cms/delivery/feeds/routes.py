"""The addresses of feeds: of the site, of each tag and of each author."""

from typing import Any

from flask import Response

from cms.delivery.blog import PagesUnknown
from cms.delivery.feeds import atom, json_feed, rss
from cms.delivery.feeds.answers import ATOM, AUTHOR, JSON, RSS, TAG, of_group, of_site
from cms.delivery.feeds.schemas import ATOM_EXAMPLE, RSS_EXAMPLE, FeedFilter, JsonFeed
from cms.foundation.errors import Gone, Malformed, Pruned
from cms.foundation.http import Blueprint, cacheable, public
from cms.foundation.http.output import TEXT

blueprint = Blueprint(
    "feeds", __name__, description="For feed readers: RSS 2.0, Atom, JSON Feed 1.1."
)


@blueprint.get("/feed.xml")
@public
@cacheable
@blueprint.fails(Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, TEXT, content_type=rss.MEDIA_TYPE, example=RSS_EXAMPLE)
def get_rss(page: dict[str, Any]) -> Response:
    """Read the newest posts as RSS.

    RSS 2.0. An item keeps its `guid` whatever becomes of the post's title and slug.
    """
    return of_site(RSS, page)


@blueprint.get("/atom.xml")
@public
@cacheable
@blueprint.fails(Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, TEXT, content_type=atom.MEDIA_TYPE, example=ATOM_EXAMPLE)
def get_atom(page: dict[str, Any]) -> Response:
    """Read the newest posts as Atom.

    RFC 4287, with the further pages of RFC 5005.
    """
    return of_site(ATOM, page)


@blueprint.get("/feed.json")
@public
@cacheable
@blueprint.fails(Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, JsonFeed, content_type=json_feed.MEDIA_TYPE)
def get_json_feed(page: dict[str, Any]) -> Response:
    """Read the newest posts as JSON Feed.

    JSON Feed 1.1; `next_url` leads to the next page.
    """
    return of_site(JSON, page)


@blueprint.get("/tags/<slug:slug>/feed.xml")
@public
@cacheable
@blueprint.fails(Gone, Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, TEXT, content_type=rss.MEDIA_TYPE, example=RSS_EXAMPLE)
def get_tag_rss(page: dict[str, Any], slug: str) -> Response:
    """Read the newest posts of a tag as RSS.

    A slug that the tag had before leads to its present one.
    """
    return of_group(RSS, TAG, slug, page)


@blueprint.get("/tags/<slug:slug>/atom.xml")
@public
@cacheable
@blueprint.fails(Gone, Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, TEXT, content_type=atom.MEDIA_TYPE, example=ATOM_EXAMPLE)
def get_tag_atom(page: dict[str, Any], slug: str) -> Response:
    """Read the newest posts of a tag as Atom.

    A slug that the tag had before leads to its present one.
    """
    return of_group(ATOM, TAG, slug, page)


@blueprint.get("/tags/<slug:slug>/feed.json")
@public
@cacheable
@blueprint.fails(Gone, Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, JsonFeed, content_type=json_feed.MEDIA_TYPE)
def get_tag_json_feed(page: dict[str, Any], slug: str) -> Response:
    """Read the newest posts of a tag as JSON Feed.

    A slug that the tag had before leads to its present one.
    """
    return of_group(JSON, TAG, slug, page)


@blueprint.get("/authors/<slug:slug>/feed.xml")
@public
@cacheable
@blueprint.fails(Gone, Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, TEXT, content_type=rss.MEDIA_TYPE, example=RSS_EXAMPLE)
def get_author_rss(page: dict[str, Any], slug: str) -> Response:
    """Read the newest posts of an author as RSS.

    A slug that the author had before leads to the present one.
    """
    return of_group(RSS, AUTHOR, slug, page)


@blueprint.get("/authors/<slug:slug>/atom.xml")
@public
@cacheable
@blueprint.fails(Gone, Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, TEXT, content_type=atom.MEDIA_TYPE, example=ATOM_EXAMPLE)
def get_author_atom(page: dict[str, Any], slug: str) -> Response:
    """Read the newest posts of an author as Atom.

    A slug that the author had before leads to the present one.
    """
    return of_group(ATOM, AUTHOR, slug, page)


@blueprint.get("/authors/<slug:slug>/feed.json")
@public
@cacheable
@blueprint.fails(Gone, Malformed, PagesUnknown, Pruned)
@blueprint.arguments(FeedFilter, location="query")
@blueprint.response(200, JsonFeed, content_type=json_feed.MEDIA_TYPE)
def get_author_json_feed(page: dict[str, Any], slug: str) -> Response:
    """Read the newest posts of an author as JSON Feed.

    A slug that the author had before leads to the present one.
    """
    return of_group(JSON, AUTHOR, slug, page)
