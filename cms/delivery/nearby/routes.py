"""The public addresses of the posts around a post."""

from typing import Any

import orjson
from flask import Response

from cms.delivery import moving, state
from cms.delivery import queries as post_queries
from cms.delivery.answers import keys_of, public_json
from cms.delivery.nearby import queries
from cms.delivery.nearby.schemas import NeighbourFilter, Neighbours, RelatedFilter, RelatedPosts
from cms.delivery.shaping import shape
from cms.editions.models import PostEdition
from cms.foundation.errors import Gone, Pruned
from cms.foundation.http import Blueprint, cacheable, public

NEIGHBOURS, RELATED = "/api/v1/posts/{}/neighbours", "/api/v1/posts/{}/related"

blueprint = Blueprint(
    "nearby",
    __name__,
    url_prefix="/api/v1/posts",
    description="The posts around a post: beside it in time, and like it. No login.",
)


@blueprint.get("/<slug:slug>/neighbours")
@public
@cacheable
@blueprint.fails(Gone, Pruned)
@blueprint.arguments(NeighbourFilter, location="query")
@blueprint.response(200, Neighbours)
def get_neighbours(wanted: dict[str, Any], slug: str) -> Response:
    """Read the neighbours of a post.

    The posts right before and right after it, in the order of `GET /posts` turned round; with
    `tag` or `author`, in that list, whether or not the post itself is in it. A slug that the post
    had before leads to its present one; a post that was withdrawn is gone.
    """
    view = state.view(wanted)
    groups = state.names().groups(view, tag=wanted.get("tag"), author=wanted.get("author"))
    row = post_queries.post(view, slug)
    if row is None:
        return moving.answer(view, PostEdition, slug, wanted, kind="post", address=NEIGHBOURS)
    post = orjson.loads(row.document)
    found: dict[str, Any] = {"previous": None, "next": None}
    if groups is not None:
        beside = queries.beside(view, post, groups)
        found |= {"previous": beside.previous, "next": beside.next}
    documents = {name: orjson.loads(one) for name, one in found.items() if one is not None}
    # Of a tag or an author that is named by a slug, which others may take.
    named = [f"{name}s" for name in ("tag", "author") if name in wanted]
    keys = ["posts", *named, f"post-{post['id']}", *keys_of(documents.values())]
    state.names().fill_in(view, documents.values())
    asked = shape(wanted)
    data = found | {name: asked.cut(one) for name, one in documents.items()}
    return public_json(data, keys=keys, is_final=state.is_final(wanted))


@blueprint.get("/<slug:slug>/related")
@public
@cacheable
@blueprint.fails(Gone, Pruned)
@blueprint.arguments(RelatedFilter, location="query")
@blueprint.response(200, RelatedPosts)
def get_related_posts(wanted: dict[str, Any], slug: str) -> Response:
    """Read the posts most like a post.

    Those that share its rarest tags come first, then those whose title and excerpt share its most
    telling words, then newer ones; what shares neither is left out. Looked at are the 40 newest
    posts of each of its five rarest tags, and the 40 newest of the site. There is no further page.
    A slug that the post had before leads to its present one; a post that was withdrawn is gone.
    """
    view = state.view(wanted)
    row = post_queries.post(view, slug)
    if row is None:
        return moving.answer(view, PostEdition, slug, wanted, kind="post", address=RELATED)
    post = orjson.loads(row.document)
    documents = queries.related(view, post, limit=wanted["limit"])
    # What its own tags are is what makes others like it.
    keys = ["posts", *keys_of([post, *documents])]
    state.names().fill_in(view, documents)
    asked = shape(wanted)
    data = {
        "data": [asked.cut(document) for document in documents],
        "next_cursor": None,
        "version": view.version,
    }
    return public_json(data, keys=keys, is_final=state.is_final(wanted))
