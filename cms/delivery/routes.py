"""The public addresses: what a frontend reads, without logging in."""

import uuid
from datetime import datetime
from typing import Any, cast

import orjson
from flask import Response, current_app

from cms.delivery import former, queries, state
from cms.delivery.answers import keys_of, moved, public_json
from cms.delivery.names import Names
from cms.delivery.queries import View
from cms.delivery.schemas import (
    ItemFilter,
    PublicAuthorFilter,
    PublicAuthorPage,
    PublicPostFilter,
    PublicPostPage,
    PublicTagFilter,
    PublicTagPage,
)
from cms.editions.models import (
    AuthorEdition,
    Edition,
    NamedEdition,
    PostEdition,
    TagEdition,
)
from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from cms.foundation.errors import Gone, Malformed
from cms.foundation.http import Blueprint, cacheable, cursors, pages, public

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

    Newest first, without the text unless `include=html` asks for it. All pages of one walk along
    `next_cursor` show the site at the version of the first.
    """
    tag, author = page.get("tag"), page.get("author")
    scope = state.scope(f"posts tag={tag} author={author}", page)
    view, after = state.continued(scope, page)
    groups = _groups(view, tag=tag, author=author)
    wanted = page.get("fields_")
    with_html = "html" in [*page.get("include", ()), *(wanted or ())]
    rows = _rows(view, page["limit"] + 1, after, groups, with_html=with_html)
    shown, more = pages.cut(rows, page["limit"])
    documents = [_post(row, with_html=with_html) for row in shown]
    keys = ["posts", *keys_of(documents)]
    cursor = None
    if more:
        last = documents[-1]
        cursor = cursors.seal(scope, [view.version, last["published_at"], last["id"]])
    _names().fill_in(view, documents)
    data: dict[str, Any] = {"data": documents, "next_cursor": cursor, "version": view.version}
    if page["total"]:
        data["total"] = 0 if groups is None else queries.count_posts(view, groups)
    if wanted is not None:
        data["data"] = [{name: document[name] for name in wanted} for document in documents]
    return public_json(
        data, keys=keys, headers=pages.link_next(cursor), is_final=state.is_final(page)
    )


@blueprint.get("/posts/<slug:slug>")
@public
@cacheable
@blueprint.fails(Gone)
@blueprint.arguments(ItemFilter, location="query")
@blueprint.response(200, PublicPost)
def get_post(wanted: dict[str, Any], slug: str) -> Response:
    """Read a post.

    With its text as sanitised HTML, its authors and its tags. A slug that it had before leads to
    its present one; a post that was withdrawn is gone.
    """
    view = state.view(wanted)
    row = queries.post(view, slug)
    if row is None:
        return _moved(view, "post", PostEdition, slug, wanted)
    document = _post(row, with_html=True)
    keys = keys_of([document])
    _names().fill_in(view, [document])
    return public_json(document, keys=keys, is_final=state.is_final(wanted))


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
@blueprint.arguments(ItemFilter, location="query")
@blueprint.response(200, PublicAuthor)
def get_author(wanted: dict[str, Any], slug: str) -> Response:
    """Read an author.

    With the number of their published posts.
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
@blueprint.arguments(ItemFilter, location="query")
@blueprint.response(200, PublicTag)
def get_tag(wanted: dict[str, Any], slug: str) -> Response:
    """Read a tag.

    With the number of its published posts.
    """
    return _get_named("tag", TagEdition, slug, wanted)


def _names() -> Names:
    return cast(Names, current_app.extensions["cms.names"])


def _groups(view: View, *, tag: str | None, author: str | None) -> dict[str, uuid.UUID] | None:
    """The ids behind the slugs of a filter; ``None`` when nobody has one of these slugs."""
    found = {}
    for name, edition, slug in (
        ("tag_id", TagEdition, tag),
        ("author_id", AuthorEdition, author),
    ):
        if slug is not None:
            group_id = _names().group_id(view, edition, slug)
            if group_id is None:
                return None
            found[name] = group_id
    return found


def _rows(
    view: View,
    limit: int,
    after: list[Any] | None,
    groups: dict[str, uuid.UUID] | None,
    *,
    with_html: bool,
) -> list[Any]:
    """The posts of a page and, if there are more, one of the next."""
    if groups is None:
        return []
    place = None if after is None else (datetime.fromisoformat(after[0]), uuid.UUID(after[1]))
    found = queries.posts(view, limit=limit, after=place, groups=groups, with_html=with_html)
    return list(found)


def _post(row: Any, *, with_html: bool) -> dict[str, Any]:
    """The document of a row, its HTML after the excerpt where it is wanted."""
    document: dict[str, Any] = orjson.loads(row.document)
    if not with_html:
        return document
    packed, document = document, {}
    for name, value in packed.items():
        document[name] = value
        if name == "excerpt":
            document["html"] = row.html
    return document


def _list_named(name: str, edition: type[NamedEdition], page: dict[str, Any]) -> Response:
    scope = state.scope(name, page)
    view, after = state.continued(scope, page)
    place = None if after is None else (after[0], uuid.UUID(after[1]))
    found = queries.named(view, edition, limit=page["limit"] + 1, after=place)
    shown, more = pages.cut(list(found), page["limit"])
    cursor = None
    if more:
        last = shown[-1]
        cursor = cursors.seal(scope, [view.version, last.sort_key, str(last.subject_id)])
    data: dict[str, Any] = {
        "data": [_named(row) for row in shown],
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
        return _moved(view, kind, edition, slug, wanted)
    keys = [f"{kind}-{row.subject_id}", "posts"]
    return public_json(_named(row), keys=keys, is_final=state.is_final(wanted))


def _moved(
    view: View, kind: str, edition: type[Edition], slug: str, wanted: dict[str, Any]
) -> Response:
    """Where that went which had ``slug`` before."""
    subject_id, today = former.present_slug(view, kind, edition, slug)
    query = f"?as_of={view.version}" if "as_of" in wanted else ""
    return moved(f"/api/v1/{kind}s/{today}{query}", key=f"{kind}-{subject_id}")


def _named(row: Any) -> dict[str, Any]:
    """The document of an author or a tag, with the number of its posts."""
    return {**orjson.loads(row.document), "post_count": row.posts}
