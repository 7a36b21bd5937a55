"""The addresses under which posts are submitted, reviewed and commented on."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.posts import queries as post_queries
from cms.content.posts.models import Post
from cms.content.posts.review import actions, queries
from cms.content.posts.review.models import Comment
from cms.content.posts.review.schemas import (
    CommentIn,
    CommentOut,
    CommentPage,
    SendBackIn,
    StepIn,
)
from cms.content.posts.schemas import PostOut
from cms.content.posts.steps import IllegalStep
from cms.foundation import moments
from cms.foundation.errors import Malformed, Stale
from cms.foundation.http import Blueprint, expected, pages, session
from cms.foundation.http.pages import PageFilter

blueprint = Blueprint(
    "review",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="Posts are submitted, commented on, sent back and approved.",
)


@blueprint.post("/<uuid:post_id>/submit")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Stale, IllegalStep)
@blueprint.arguments(StepIn, required=False)
@blueprint.response(200, PostOut)
def submit_post(said: dict[str, Any], post_id: uuid.UUID) -> Post:
    """Submit a post for review.

    `"status": "in_review"` in a change does the same without a comment.
    """
    post = post_queries.get(session(), post_id, by=caller(), lock=True)
    return actions.submit(
        session(),
        post,
        comment=said["comment"],
        by=caller(),
        expected=expected(),
        now=moments.now(),
    )


@blueprint.post("/<uuid:post_id>/send-back")
@requires(Permission.POSTS_ANY)
@blueprint.fails(Stale, IllegalStep)
@blueprint.arguments(SendBackIn)
@blueprint.response(200, PostOut)
def send_back_post(said: dict[str, Any], post_id: uuid.UUID) -> Post:
    """Send a post back to its author.

    It is a draft again; an approval is void. Authors take back their own by `"status": "draft"` in
    a change.
    """
    post = post_queries.get(session(), post_id, by=caller(), lock=True)
    return actions.send_back(
        session(),
        post,
        comment=said["comment"],
        by=caller(),
        expected=expected(),
        now=moments.now(),
    )


@blueprint.post("/<uuid:post_id>/approve")
@requires(Permission.POSTS_ANY)
@blueprint.fails(Stale, IllegalStep)
@blueprint.arguments(StepIn, required=False)
@blueprint.response(200, PostOut)
def approve_post(said: dict[str, Any], post_id: uuid.UUID) -> Post:
    """Approve a post.

    Says who finds which revision good, in `approval`; publishing or scheduling it is another step.
    Whatever changes what the post says voids it, and so does whatever makes it a draft again. One's
    own posts may be approved too.
    """
    post = post_queries.get(session(), post_id, by=caller(), lock=True)
    return actions.approve(
        session(),
        post,
        comment=said["comment"],
        by=caller(),
        expected=expected(),
        now=moments.now(),
    )


@blueprint.get("/<uuid:post_id>/comments")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Malformed)
@blueprint.arguments(PageFilter, location="query")
@blueprint.response(200, CommentPage)
def list_comments(page: dict[str, Any], post_id: uuid.UUID) -> Any:
    """List the comments on a post.

    Newest first, those that came with a step included. Whoever may see the post may see them.
    """
    post = post_queries.get(session(), post_id, by=caller())
    return pages.managed(
        session(), queries.on(post), Comment.id, scope=f"comments {post_id}", page=page
    )


@blueprint.post("/<uuid:post_id>/comments")
@requires(Permission.POSTS_WRITE)
@blueprint.arguments(CommentIn)
@blueprint.response(201, CommentOut)
def create_comment(values: dict[str, Any], post_id: uuid.UUID) -> Any:
    """Comment on a post.

    The post and its ETag stay as they are. Comments are never changed, only deleted.
    """
    post = post_queries.get(session(), post_id, by=caller(), lock=True)
    said = actions.comment(session(), post, values["text"], by=caller(), now=moments.now())
    address = f"/api/v1/manage/posts/{post_id}/comments/{said.id}"
    return queries.get(session(), post, said.id), {"Location": address}


@blueprint.get("/<uuid:post_id>/comments/<uuid:comment_id>")
@requires(Permission.POSTS_WRITE)
@blueprint.response(200, CommentOut)
def get_comment(post_id: uuid.UUID, comment_id: uuid.UUID) -> Comment:
    """Read a comment.

    Who wrote it, when, and the step that it came with, if it did.
    """
    post = post_queries.get(session(), post_id, by=caller())
    return queries.get(session(), post, comment_id)


@blueprint.delete("/<uuid:post_id>/comments/<uuid:comment_id>")
@requires(Permission.POSTS_WRITE)
@blueprint.response(204)
def delete_comment(post_id: uuid.UUID, comment_id: uuid.UUID) -> None:
    """Delete a comment.

    One's own; editors also those of others. A step that it came with is not taken back.
    """
    post = post_queries.get(session(), post_id, by=caller(), lock=True)
    comment = queries.get(session(), post, comment_id)
    actions.delete_comment(session(), comment, by=caller())
