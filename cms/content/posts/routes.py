"""The addresses under which authors and editors work on posts."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission, holds
from cms.content import naming
from cms.content.posts import actions, publishing, queries
from cms.content.posts.checks.actions import ChecksFailed
from cms.content.posts.models import Post, Status
from cms.content.posts.schemas import (
    PostFilter,
    PostIn,
    PostOut,
    PostPage,
    PostPatch,
    SaveOptions,
)
from cms.content.posts.steps import IllegalStep
from cms.foundation import moments
from cms.foundation.errors import Malformed, Stale
from cms.foundation.http import Blueprint, expected, pages, session
from cms.foundation.http.edge import reading

blueprint = Blueprint(
    "managed posts",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="Working copies. Readers see a post only once it is published, as it was then.",
)


@blueprint.get("")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Malformed)
@blueprint.arguments(PostFilter, location="query")
@blueprint.response(200, PostPage)
def list_managed_posts(page: dict[str, Any]) -> Any:
    """List posts as editors see them.

    Newest first. Authors and contributors see their own posts only. What is in the trash is listed
    only where `status` or `filter` names it.
    """
    return pages.managed(
        session(),
        queries.matching(by=caller(), now=moments.now(), **pages.filters(page)),
        Post.id,
        scope="managed posts",
        page=page,
        expand=queries.expanded,
    )


@blueprint.post("")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(naming.SlugTaken, ChecksFailed)
@blueprint.arguments(PostIn)
@blueprint.response(201, PostOut)
def create_post(values: dict[str, Any]) -> Any:
    """Create a post.

    A draft, unless `status` says otherwise; `published` creates and publishes in one step. Without
    a slug, a free one is made from the title. Without authors, the caller's own bylines are set.
    """
    prepared = None
    if values.get("status") == Status.PUBLISHED and holds(caller(), Permission.POSTS_PUBLISH):
        prepared = publishing.prepare(values.get("body", ""))
    post = actions.create(session(), values, by=caller(), now=moments.now(), prepared=prepared)
    return post, {"Location": f"/api/v1/manage/posts/{post.id}"}


@blueprint.get("/<uuid:post_id>")
@requires(Permission.POSTS_WRITE)
@blueprint.response(200, PostOut)
def get_managed_post(post_id: uuid.UUID) -> Post:
    """Read a post as editors see it.

    The working copy, with the version and the ETag that a change needs.
    """
    return queries.get(session(), post_id, by=caller())


@blueprint.patch("/<uuid:post_id>")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Stale, naming.SlugTaken, IllegalStep)
@blueprint.arguments(SaveOptions, location="query")
@blueprint.arguments(PostPatch, content_type="application/merge-patch+json")
@blueprint.response(200, PostOut)
def edit_post(options: dict[str, Any], values: dict[str, Any], post_id: uuid.UUID) -> Post:
    """Change a post.

    Changes the working copy; what readers see stays as it is until the post is published again. A
    change that changes nothing keeps the ETag; one of what the post says makes a revision.

    With `autosave=true`, saves by one person within ten minutes are one revision. It is closed by
    an ordinary save, by one of somebody else, by each step (submitting, publishing), and by what
    refers to its number.
    """
    post = queries.get(session(), post_id, by=caller(), lock=True)
    return actions.edit(
        session(),
        post,
        values,
        by=caller(),
        expected=expected(),
        now=moments.now(),
        **options,
    )


@blueprint.post("/<uuid:post_id>/publish")
@requires(Permission.POSTS_PUBLISH)
@blueprint.fails(Stale, naming.SlugTaken, IllegalStep, ChecksFailed)
@blueprint.response(200, PostOut)
def publish_post(post_id: uuid.UUID) -> Post:
    """Publish a post.

    Shows readers the working copy as it is now, at the next request. Publishing what is published
    already changes nothing.
    """
    with reading() as beside:
        body = queries.find_unpublished_body(beside, post_id, by=caller())
    prepared = None if body is None else publishing.prepare(body)
    post = queries.get(session(), post_id, by=caller(), lock=True)
    return actions.publish(
        session(),
        post,
        by=caller(),
        expected=expected(),
        now=moments.now(),
        prepared=prepared,
    )


@blueprint.post("/<uuid:post_id>/unpublish")
@requires(Permission.POSTS_PUBLISH)
@blueprint.fails(Stale, IllegalStep)
@blueprint.response(200, PostOut)
def unpublish_post(post_id: uuid.UUID) -> Post:
    """Withdraw a post.

    Readers no longer see it, from the next request on. The working copy stays, as a draft.
    """
    post = queries.get(session(), post_id, by=caller(), lock=True)
    return actions.unpublish(session(), post, by=caller(), expected=expected(), now=moments.now())
