"""The public addresses: what a frontend reads, without logging in."""

import uuid
from typing import Any

from flask import Response

from cms.delivery import moving, queries, state
from cms.delivery.answers import keys_of, public_json
from cms.delivery.counting import Count
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
from cms.delivery.shaping import named, shape
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
    scope = state.scope(f"posts tag={asked.tag} author={asked.author}{asked.scope}", page)
    view, after = state.continued(scope, page, length=asked.length)
    asked = asked.begun(after)
    groups = state.names().groups(view, tag=asked.tag, author=asked.author)
    wanted = shape(page)
    rows = _rows(view, page["limit"] + 1, asked, groups, texts=wanted.texts)
    shown, more = pages.cut(rows, page["limit"])
    documents = [wanted.read(row) for row in shown]
    keys = ["posts", *keys_of(documents)]
    cursor = None
    if more:
        last = documents[-1]
        usual = [last["published_at"], last["id"]]
        cursor = _cursor(scope, view, asked, shown[-1], usual=usual)
    state.names().fill_in(view, documents)
    data: dict[str, Any] = {
        "data": [wanted.cut(document) for document in documents],
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"] != NOT_COUNTED:
        data |= _total(view, asked, groups, to_the_end=page["total"] == EXACT).members
    return public_json(
        data,
        keys=keys,
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


def _rows(
    view: View,
    limit: int,
    asked: Question,
    groups: dict[str, uuid.UUID] | None,
    *,
    texts: tuple[str, ...],
) -> list[Any]:
    """The posts of a page and, if there are more, one of the next."""
    if groups is None:
        return []
    if asked.is_plain:
        after: Any = asked.after
        found = queries.posts(view, limit=limit, after=after, groups=groups, texts=texts)
    else:
        found = selected.posts(view, asked, limit=limit, groups=groups, texts=texts)
    return list(found)


def _cursor(scope: str, view: View, asked: Question, row: Any, *, usual: list[Any]) -> str:
    """Where the page after ``row`` begins; ``usual`` is its place in the list as usually given."""
    place = usual if asked.is_plain else asked.held(selected.place(row, asked))
    return cursors.seal(scope, [view.version, *place])


def _total(
    view: View, asked: Question, groups: dict[str, uuid.UUID] | None, *, to_the_end: bool
) -> Count:
    if groups is None:
        return Count(0)
    if asked.condition is None:
        return queries.count_posts(view, groups, to_the_end=to_the_end)
    return selected.count_posts(view, asked, groups, to_the_end=to_the_end)


def _list_named(name: str, edition: type[NamedEdition], page: dict[str, Any]) -> Response:
    asked = question.of_named(page)
    scope = state.scope(f"{name}{asked.scope}", page)
    view, after = state.continued(scope, page, length=asked.length)
    asked, limit = asked.begun(after), page["limit"] + 1
    if asked.is_plain:
        place: Any = asked.after
        found = queries.named(view, edition, limit=limit, after=place)
    else:
        found = selected.named(view, edition, asked, limit=limit)
    shown, more = pages.cut(list(found), page["limit"])
    wanted, cursor = shape(page), None
    if more:
        last = shown[-1]
        usual = [last.sort_key, last.subject_id] if asked.is_plain else []
        cursor = _cursor(scope, view, asked, last, usual=usual)
    data: dict[str, Any] = {
        "data": [wanted.cut(named(row)) for row in shown],
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"] != NOT_COUNTED:
        to_the_end = page["total"] == EXACT
        if asked.condition is None:
            total = queries.count_named(view, edition, to_the_end=to_the_end)
        else:
            total = selected.count_named(view, edition, asked, to_the_end=to_the_end)
        data |= total.members
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
        return moving.answer(
            view, edition, slug, wanted, kind=kind, address=f"/api/v1/{kind}s/{{}}"
        )
    keys = [f"{kind}-{row.subject_id}", "posts"]
    shown = shape(wanted).cut(named(row))
    return public_json(shown, keys=keys, is_final=state.is_final(wanted))
