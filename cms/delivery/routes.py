"""The public addresses: what a frontend reads, without logging in."""

import uuid
from datetime import datetime
from typing import Any

import orjson
from flask import Response

from cms.delivery import queries
from cms.delivery.answers import public_json
from cms.delivery.schemas import (
    PublicAuthorFilter,
    PublicAuthorPage,
    PublicPostFilter,
    PublicPostPage,
    PublicTagFilter,
    PublicTagPage,
)
from cms.editions.models import (
    AuthorEdition,
    AuthorListing,
    Listing,
    NamedEdition,
    TagEdition,
    TagListing,
)
from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from cms.foundation.errors import Malformed, NotFound
from cms.foundation.http import Blueprint, cursors, pages, public, session
from cms.foundation.http.edge import site_version

blueprint = Blueprint(
    "public",
    __name__,
    url_prefix="/api/v1",
    description="What readers see: published posts, authors and tags. No login.",
)


@blueprint.get("/posts")
@public
@blueprint.fails(Malformed)
@blueprint.arguments(PublicPostFilter, location="query")
@blueprint.response(200, PublicPostPage)
def list_posts(page: dict[str, Any]) -> Response:
    """List posts.

    Newest first, without the text unless `include=html` asks for it. All pages of one walk along
    `next_cursor` show the site at the version of the first.
    """
    tag, author = page.get("tag"), page.get("author")
    scope = f"posts tag={tag} author={author}"
    version, after = _start(scope, page, 2)
    groups = _groups(version, tag=tag, author=author)
    wanted = page.get("fields_")
    with_html = "html" in [*page.get("include", ()), *(wanted or ())]
    rows = _rows(page, groups, version=version, after=after, with_html=with_html)
    shown, more = pages.cut(rows, page["limit"])
    documents = [_post(row, with_html=with_html) for row in shown]
    queries.fill_in(session(), documents, version=version)
    cursor = None
    if more:
        place = [shown[-1].published_at.isoformat(), str(shown[-1].subject_id)]
        cursor = cursors.seal(scope, [version, *place])
    data: dict[str, Any] = {"data": documents, "next_cursor": cursor, "version": version}
    if page["total"]:
        data["total"] = (
            0 if groups is None else queries.count_posts(session(), version=version, **groups)
        )
    keys = ["posts", *(key for document in documents for key in _keys(document))]
    if wanted is not None:
        data["data"] = [{name: document[name] for name in wanted} for document in documents]
    return public_json(data, keys=keys, headers=pages.link_next(cursor))


@blueprint.get("/posts/<slug:slug>")
@public
@blueprint.response(200, PublicPost)
def get_post(slug: str) -> Response:
    """Read a post.

    With its text as sanitised HTML, its authors and its tags.
    """
    version = site_version()
    row = queries.find_post(session(), slug, version=version)
    if row is None:
        message = f"No post is published at {slug!r}."
        raise NotFound(message)
    document = _post(row, with_html=True)
    queries.fill_in(session(), [document], version=version)
    return public_json(document, keys=_keys(document))


@blueprint.get("/authors")
@public
@blueprint.fails(Malformed)
@blueprint.arguments(PublicAuthorFilter, location="query")
@blueprint.response(200, PublicAuthorPage)
def list_authors(page: dict[str, Any]) -> Response:
    """List authors.

    By name, each with the number of their published posts.
    """
    return _list_named("authors", AuthorEdition, AuthorListing, page)


@blueprint.get("/authors/<slug:slug>")
@public
@blueprint.response(200, PublicAuthor)
def get_author(slug: str) -> Response:
    """Read an author.

    With the number of their published posts.
    """
    return _get_named("author", AuthorEdition, AuthorListing, slug)


@blueprint.get("/tags")
@public
@blueprint.fails(Malformed)
@blueprint.arguments(PublicTagFilter, location="query")
@blueprint.response(200, PublicTagPage)
def list_tags(page: dict[str, Any]) -> Response:
    """List tags.

    By name, each with the number of its published posts.
    """
    return _list_named("tags", TagEdition, TagListing, page)


@blueprint.get("/tags/<slug:slug>")
@public
@blueprint.response(200, PublicTag)
def get_tag(slug: str) -> Response:
    """Read a tag.

    With the number of its published posts.
    """
    return _get_named("tag", TagEdition, TagListing, slug)


def _start(scope: str, page: dict[str, Any], length: int) -> tuple[int, list[Any] | None]:
    """The version that a walk shows, and where this page of it begins."""
    current = site_version()
    if "cursor" not in page:
        return current, None
    version, *after = cursors.unseal(scope, page["cursor"], 1 + length)
    if version > current:
        # The database was put back to an earlier state; that version never happened.
        raise cursors.BadCursor("The cursor is from a later version of the site. Start again.")
    return version, after


def _groups(version: int, *, tag: str | None, author: str | None) -> dict[str, uuid.UUID] | None:
    """The ids behind the slugs of a filter; ``None`` when nobody has one of these slugs."""
    found = {}
    for name, edition, slug in (
        ("tag_id", TagEdition, tag),
        ("author_id", AuthorEdition, author),
    ):
        if slug is not None:
            found[name] = queries.find_group_id(session(), edition, slug, version=version)
    known = {name: group_id for name, group_id in found.items() if group_id is not None}
    return known if len(known) == len(found) else None


def _rows(
    page: dict[str, Any],
    groups: dict[str, uuid.UUID] | None,
    *,
    version: int,
    after: list[Any] | None,
    with_html: bool,
) -> list[Any]:
    """The posts of a page and, if there are more, one of the next."""
    if groups is None:
        return []
    position = None if after is None else (datetime.fromisoformat(after[0]), uuid.UUID(after[1]))
    found = queries.posts(
        session(),
        version=version,
        limit=page["limit"] + 1,
        after=position,
        with_html=with_html,
        **groups,
    )
    return list(found)


def _post(row: Any, *, with_html: bool) -> dict[str, Any]:
    """The document of a row, its HTML after the excerpt where it is wanted."""
    packed: dict[str, Any] = orjson.loads(row.document)
    if not with_html:
        return packed
    document: dict[str, Any] = {}
    for name, value in packed.items():
        document[name] = value
        if name == "excerpt":
            document["html"] = row.html
    return document


def _keys(document: dict[str, Any]) -> list[str]:
    return [
        f"post-{document['id']}",
        *(f"author-{author['id']}" for author in document["authors"]),
        *(f"tag-{tag['id']}" for tag in document["tags"]),
    ]


def _list_named(
    name: str, edition: type[NamedEdition], listing: type[Listing], page: dict[str, Any]
) -> Response:
    version, after = _start(name, page, 2)
    found = queries.named_page(
        session(),
        edition,
        version=version,
        limit=page["limit"] + 1,
        after=None if after is None else (after[0], uuid.UUID(after[1])),
    )
    shown, more = pages.cut(list(found), page["limit"])
    ids = [row.subject_id for row in shown]
    counts = queries.post_counts(session(), listing, ids, version=version)
    cursor = None
    if more:
        cursor = cursors.seal(name, [version, shown[-1].sort_key, str(shown[-1].subject_id)])
    data: dict[str, Any] = {
        "data": [
            {**orjson.loads(row.document), "post_count": counts.get(row.subject_id, 0)}
            for row in shown
        ],
        "next_cursor": cursor,
        "version": version,
    }
    if page["total"]:
        data["total"] = queries.count_named(session(), edition, version=version)
    keys = [name, "posts", *(f"{name[:-1]}-{subject_id}" for subject_id in ids)]
    return public_json(data, keys=keys, headers=pages.link_next(cursor))


def _get_named(
    kind: str, edition: type[NamedEdition], listing: type[Listing], slug: str
) -> Response:
    version = site_version()
    row = queries.find_named(session(), edition, slug, version=version)
    if row is None:
        message = f"There is no {kind} {slug!r}."
        raise NotFound(message)
    counts = queries.post_counts(session(), listing, [row.subject_id], version=version)
    document = {**orjson.loads(row.document), "post_count": counts.get(row.subject_id, 0)}
    return public_json(document, keys=[f"{kind}-{row.subject_id}", "posts"])
