"""The public addresses: what a frontend reads, without logging in."""

import uuid
from typing import Any, cast

import orjson
from flask import Response, current_app

from cms.delivery import queries, state
from cms.delivery.answers import moved, public_json
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
from cms.delivery.selecting import queries as selected
from cms.delivery.selecting import question
from cms.delivery.selecting.question import Question
from cms.editions.models import (
    AuthorEdition,
    Edition,
    NamedEdition,
    PostEdition,
    TagEdition,
)
from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from cms.foundation.errors import Gone, Malformed, NotFound, Pruned
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

    Newest first, without the text unless `include=html` asks for it. All pages of one walk along
    `next_cursor` show the site at the version of the first.

    `filter` chooses by what a post is (`tag:news+author:-jane+published_at:>2026-01-01`), `sort` by
    which fields it is ordered (`-featured,title`). Text is compared without regard to case. An
    answer to a filter that speaks of `now` holds for the minute.
    """
    asked = question.of_posts(page)
    scope = state.scope(f"posts tag={asked.tag} author={asked.author}{asked.scope}", page)
    view, after = state.continued(scope, page, length=asked.length)
    asked = asked.begun(after)
    groups = _groups(view, tag=asked.tag, author=asked.author)
    wanted = page.get("fields_")
    with_html = "html" in [*page.get("include", ()), *(wanted or ())]
    rows = _rows(view, page["limit"] + 1, asked, groups, with_html=with_html)
    shown, more = pages.cut(rows, page["limit"])
    documents = [_post(row, with_html=with_html) for row in shown]
    keys = ["posts", *_keys(documents)]
    cursor = None
    if more:
        last = documents[-1]
        usual = [last["published_at"], last["id"]]
        cursor = _cursor(scope, view, asked, shown[-1], usual=usual)
    _names().fill_in(view, documents)
    data: dict[str, Any] = {"data": documents, "next_cursor": cursor, "version": view.version}
    if page["total"]:
        data["total"] = _total(view, asked, groups)
    if wanted is not None:
        data["data"] = [{name: document[name] for name in wanted} for document in documents]
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
    keys = _keys([document])
    _names().fill_in(view, [document])
    return public_json(document, keys=keys, is_final=state.is_final(wanted))


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
    asked: Question,
    groups: dict[str, uuid.UUID] | None,
    *,
    with_html: bool,
) -> list[Any]:
    """The posts of a page and, if there are more, one of the next."""
    if groups is None:
        return []
    if asked.is_plain:
        after: Any = asked.after
        found = queries.posts(view, limit=limit, after=after, groups=groups, with_html=with_html)
    else:
        texts = [PostEdition.html.expression] if with_html else []
        found = selected.posts(view, asked, limit=limit, groups=groups, texts=texts)
    return list(found)


def _cursor(scope: str, view: View, asked: Question, row: Any, *, usual: list[Any]) -> str:
    """Where the page after ``row`` begins; ``usual`` is its place in the list as usually given."""
    place = usual if asked.is_plain else asked.held(selected.place(row, asked))
    return cursors.seal(scope, [view.version, *place])


def _total(view: View, asked: Question, groups: dict[str, uuid.UUID] | None) -> int:
    if groups is None:
        return 0
    if asked.condition is None:
        return queries.count_posts(view, groups)
    return selected.count_posts(view, asked, groups)


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


def _keys(documents: list[dict[str, Any]]) -> list[str]:
    """What ``documents``, whose authors and tags are ids yet, show."""
    posts = [document["id"] for document in documents]
    authors = dict.fromkeys(one for document in documents for one in document["authors"])
    tags = dict.fromkeys(one for document in documents for one in document["tags"])
    return [
        *map("post-".__add__, posts),
        *map("author-".__add__, authors),
        *map("tag-".__add__, tags),
    ]


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
    cursor = None
    if more:
        last = shown[-1]
        usual = [last.sort_key, last.subject_id] if asked.is_plain else []
        cursor = _cursor(scope, view, asked, last, usual=usual)
    data: dict[str, Any] = {
        "data": [_named(row) for row in shown],
        "next_cursor": cursor,
        "version": view.version,
    }
    if page["total"]:
        if asked.condition is None:
            data["total"] = queries.count_named(view, edition)
        else:
            data["total"] = selected.count_named(view, edition, asked)
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
    """Where that went which had ``slug`` before. Raises ``Gone``, or ``NotFound`` for a new one."""
    before = queries.formerly(view, edition, slug)
    if before is None:
        message = f"There is no {kind} {slug!r}."
        raise NotFound(message)
    subject_id, today = before
    if today is None:
        message = f"The {kind} {slug!r} was withdrawn."
        raise Gone(message)
    query = f"?as_of={view.version}" if "as_of" in wanted else ""
    return moved(f"/api/v1/{kind}s/{today}{query}", key=f"{kind}-{subject_id}")


def _named(row: Any) -> dict[str, Any]:
    """The document of an author or a tag, with the number of its posts."""
    return {**orjson.loads(row.document), "post_count": row.posts}
