"""The public addresses: what a frontend reads, without logging in."""

from typing import Any

from flask import Response

from cms.delivery import moving, queries, state
from cms.delivery.answers import keys_of, public_json
from cms.delivery.listing import listed, listed_named
from cms.delivery.looking import View
from cms.delivery.nearby import queries as nearby
from cms.delivery.schemas import (
    EXACT,
    NOT_COUNTED,
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
from cms.delivery.selecting import queries as selected
from cms.delivery.selecting import question
from cms.delivery.selecting.question import Question
from cms.delivery.shaping import shape
from cms.editions.models import AuthorEdition, NamedEdition, PostEdition, TagEdition
from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from cms.foundation.errors import Gone, Malformed, Pruned
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
@blueprint.fails(Malformed, Pruned)
@blueprint.arguments(PublicPostFilter, location="query")
@blueprint.response(200, PublicPostPage)
def list_posts(page: dict[str, Any]) -> Response:
    """List posts.

    Newest first, without the text unless `include` asks for it. All pages of one walk along
    `next_cursor` show the site at the version of the first.

    `filter` chooses by what a post is (`tag:news+author:-jane+published_at:>2026-01-01`), `sort` by
    which fields it is ordered (`-featured,title`). Text is compared without regard to case. An
    answer to a filter that speaks of `now` holds for the minute.
    """
    asked = question.of_posts(page)
    scope = state.scope(page, "posts", *asked.said)
    view, after = state.continued(scope, page, length=asked.length)
    asked = asked.begun(after)
    names = state.names()
    groups = names.groups(view, tag=asked.tag, author=asked.author)
    wanted = shape(page)
    limit = page["limit"]
    rows = selected.posts(view, asked, limit=limit + 1, groups=groups, texts=wanted.texts)
    shown, more = pages.cut(list(rows), limit)
    documents, keys = listed(view, names, wanted, shown)
    cursor = _cursor(scope, view, asked, shown[-1]) if more else None
    data: dict[str, Any] = {
        "data": documents,
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"] != NOT_COUNTED:
        to_the_end = page["total"] == EXACT
        data |= selected.count_posts(view, asked, groups, to_the_end=to_the_end).members
    return public_json(
        data,
        keys=["posts", *asked.collections, *keys],
        headers=pages.link_next(cursor),
        is_final=state.is_final(page) and not asked.is_passing,
        is_passing=asked.is_passing,
    )


@blueprint.get("/posts/<slug:slug>")
@public
@cacheable
@blueprint.fails(Gone, Pruned)
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
        return moving.answer(
            view, PostEdition, slug, wanted, kind="post", address="/api/v1/posts/{}"
        )
    document = asked.read(row)
    shown, keys = [document], []
    if asked.with_related:
        document["related"] = nearby.related(view, document)
        shown, keys = [document, *document["related"]], ["posts"]
    keys += keys_of(shown)
    state.names().fill_in(view, shown)
    return public_json(asked.cut(document), keys=keys, is_final=state.is_final(wanted))


@blueprint.get("/authors")
@public
@cacheable
@blueprint.fails(Malformed, Pruned)
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
@blueprint.fails(Gone, Pruned)
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
@blueprint.fails(Malformed, Pruned)
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
@blueprint.fails(Gone, Pruned)
@blueprint.arguments(TagItemFilter, location="query")
@blueprint.response(200, PublicTag)
def get_tag(wanted: dict[str, Any], slug: str) -> Response:
    """Read a tag.

    With the number of its published posts. A slug that it had before leads to its present one; a
    tag that was removed is gone.
    """
    return _get_named("tag", TagEdition, slug, wanted)


def _cursor(scope: str, view: View, asked: Question, row: Any) -> str:
    """Where the page after ``row`` begins."""
    return cursors.seal(scope, [view.version, *asked.held(selected.place(row, asked))])


def _list_named(name: str, edition: type[NamedEdition], page: dict[str, Any]) -> Response:
    asked = question.of_named(page)
    scope = state.scope(page, name, *asked.said)
    view, after = state.continued(scope, page, length=asked.length)
    asked = asked.begun(after)
    found = selected.named(view, edition, asked, limit=page["limit"] + 1)
    shown, more = pages.cut(list(found), page["limit"])
    cursor = _cursor(scope, view, asked, shown[-1]) if more else None
    documents, ids = listed_named(shape(page), shown)
    data: dict[str, Any] = {
        "data": documents,
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"] != NOT_COUNTED:
        to_the_end = page["total"] == EXACT
        data |= selected.count_named(view, edition, asked, to_the_end=to_the_end).members
    keys = [name, "posts", *map(f"{name[:-1]}-".__add__, ids)]
    return public_json(
        data, keys=keys, headers=pages.link_next(cursor), is_final=state.is_final(page)
    )


def _get_named(
    kind: str, edition: type[NamedEdition], slug: str, wanted: dict[str, Any]
) -> Response:
    view = state.view(wanted)
    row = queries.one_named(view, edition, slug)
    if row is None:
        return moving.answer(
            view, edition, slug, wanted, kind=kind, address=f"/api/v1/{kind}s/{{}}"
        )
    (document,), (subject_id,) = listed_named(shape(wanted), [row])
    keys = [f"{kind}-{subject_id}", "posts"]
    return public_json(document, keys=keys, is_final=state.is_final(wanted))
