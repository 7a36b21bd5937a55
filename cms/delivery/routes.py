"""The public addresses: what a frontend reads, without logging in."""

import uuid
from datetime import datetime
from typing import Any

import orjson
from flask import Response

from cms.delivery import former, queries, state
from cms.delivery.answers import keys_of, public_json
from cms.delivery.nearby import queries as nearby
from cms.delivery.queries import View
from cms.delivery.schemas import (
    AuthorItemFilter,
    PostItemFilter,
    PublicAuthorFilter,
    PublicAuthorPage,
    PublicPostFilter,
    PublicPostPage,
    PublicTagFilter,
    PublicTagPage,
    TagItemFilter,
)
from cms.delivery.shaping import shape
from cms.editions.models import AuthorEdition, NamedEdition, PostEdition, TagEdition
from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from cms.foundation.errors import Gone, Malformed
from cms.foundation.http import Blueprint, cacheable, cursors, pages, public

# As many as `/related` gives when it is not asked for another number.
RELATED_POSTS = 5

blueprint = Blueprint(
    "public",
    __name__,
    url_prefix="/api/v1",
    description="What readers see: published posts, authors and tags. No login.",
)


@blueprint.get("/posts")
@public
@cacheable
@blueprint.fails(Malformed)
@blueprint.arguments(PublicPostFilter, location="query")
@blueprint.response(200, PublicPostPage)
def list_posts(page: dict[str, Any]) -> Response:
    """List posts.

    Newest first, without the text unless `include` asks for it. All pages of one walk along
    `next_cursor` show the site at the version of the first.
    """
    tag, author = page.get("tag"), page.get("author")
    scope = state.scope(f"posts tag={tag} author={author}", page)
    view, after = state.continued(scope, page)
    groups = state.names().groups(view, tag=tag, author=author)
    wanted = shape(page)
    rows = _rows(view, page["limit"] + 1, after, groups, texts=wanted.texts)
    shown, more = pages.cut(rows, page["limit"])
    documents = [wanted.read(row) for row in shown]
    keys = ["posts", *keys_of(documents)]
    cursor = None
    if more:
        last = documents[-1]
        cursor = cursors.seal(scope, [view.version, last["published_at"], last["id"]])
    state.names().fill_in(view, documents)
    data: dict[str, Any] = {
        "data": [wanted.cut(document) for document in documents],
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"]:
        data["total"] = 0 if groups is None else queries.count_posts(view, groups)
    return public_json(
        data, keys=keys, headers=pages.link_next(cursor), is_final=state.is_final(page)
    )


@blueprint.get("/posts/<slug:slug>")
@public
@cacheable
@blueprint.fails(Gone)
@blueprint.arguments(PostItemFilter, location="query")
@blueprint.response(200, PublicPost)
def get_post(wanted: dict[str, Any], slug: str) -> Response:
    """Read a post.

    With its text as sanitised HTML, its authors and its tags; `include` adds to it, `fields` takes
    away. A slug that it had before leads to its present one; a post that was withdrawn is gone.
    """
    view = state.view(wanted)
    asked = shape(wanted, always=("html",))
    row = queries.post(view, slug, texts=asked.texts)
    if row is None:
        return former.answer(view, PostEdition, slug, wanted, kind="post")
    document = asked.read(row)
    shown, keys = [document], []
    if asked.with_related:
        document["related"] = nearby.related(view, document, limit=RELATED_POSTS)
        shown, keys = [document, *document["related"]], ["posts"]
    keys += keys_of(shown)
    state.names().fill_in(view, shown)
    return public_json(asked.cut(document), keys=keys, is_final=state.is_final(wanted))


@blueprint.get("/authors")
@public
@cacheable
@blueprint.fails(Malformed)
@blueprint.arguments(PublicAuthorFilter, location="query")
@blueprint.response(200, PublicAuthorPage)
def list_authors(page: dict[str, Any]) -> Response:
    """List authors.

    By name, each with the number of their published posts.
    """
    return _list_named("authors", AuthorEdition, page)


@blueprint.get("/authors/<slug:slug>")
@public
@cacheable
@blueprint.fails(Gone)
@blueprint.arguments(AuthorItemFilter, location="query")
@blueprint.response(200, PublicAuthor)
def get_author(wanted: dict[str, Any], slug: str) -> Response:
    """Read an author.

    With the number of their published posts. A slug that they had before leads to the present one;
    an author who was removed is gone.
    """
    return _get_named("author", AuthorEdition, slug, wanted)


@blueprint.get("/tags")
@public
@cacheable
@blueprint.fails(Malformed)
@blueprint.arguments(PublicTagFilter, location="query")
@blueprint.response(200, PublicTagPage)
def list_tags(page: dict[str, Any]) -> Response:
    """List tags.

    By name, each with the number of its published posts.
    """
    return _list_named("tags", TagEdition, page)


@blueprint.get("/tags/<slug:slug>")
@public
@cacheable
@blueprint.fails(Gone)
@blueprint.arguments(TagItemFilter, location="query")
@blueprint.response(200, PublicTag)
def get_tag(wanted: dict[str, Any], slug: str) -> Response:
    """Read a tag.

    With the number of its published posts. A slug that it had before leads to its present one; a
    tag that was removed is gone.
    """
    return _get_named("tag", TagEdition, slug, wanted)


def _rows(
    view: View,
    limit: int,
    after: list[Any] | None,
    groups: dict[str, uuid.UUID] | None,
    *,
    texts: tuple[str, ...],
) -> list[Any]:
    """The posts of a page and, if there are more, one of the next."""
    if groups is None:
        return []
    place = None if after is None else (datetime.fromisoformat(after[0]), uuid.UUID(after[1]))
    found = queries.posts(view, limit=limit, after=place, groups=groups, texts=texts)
    return list(found)


def _list_named(name: str, edition: type[NamedEdition], page: dict[str, Any]) -> Response:
    scope = state.scope(name, page)
    view, after = state.continued(scope, page)
    place = None if after is None else (after[0], uuid.UUID(after[1]))
    found = queries.named(view, edition, limit=page["limit"] + 1, after=place)
    shown, more = pages.cut(list(found), page["limit"])
    asked, cursor = shape(page), None
    if more:
        last = shown[-1]
        cursor = cursors.seal(scope, [view.version, last.sort_key, str(last.subject_id)])
    data: dict[str, Any] = {
        "data": [asked.cut(_named(row)) for row in shown],
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"]:
        data["total"] = queries.count_named(view, edition)
    keys = [name, "posts", *(f"{name[:-1]}-{row.subject_id}" for row in shown)]
    return public_json(
        data, keys=keys, headers=pages.link_next(cursor), is_final=state.is_final(page)
    )


def _get_named(
    kind: str, edition: type[NamedEdition], slug: str, wanted: dict[str, Any]
) -> Response:
    view = state.view(wanted)
    row = queries.one_named(view, edition, slug)
    if row is None:
        return former.answer(view, edition, slug, wanted, kind=kind)
    keys = [f"{kind}-{row.subject_id}", "posts"]
    shown = shape(wanted).cut(_named(row))
    return public_json(shown, keys=keys, is_final=state.is_final(wanted))


def _named(row: Any) -> dict[str, Any]:
    """The document of an author or a tag, with the number of its posts."""
    return {**orjson.loads(row.document), "post_count": row.posts}
