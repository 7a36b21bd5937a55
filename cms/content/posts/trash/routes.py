"""The addresses under which posts go into the trash and come back."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.posts import queries
from cms.content.posts.models import Post
from cms.content.posts.schemas import PostOut
from cms.content.posts.steps import IllegalStep
from cms.content.posts.trash import actions
from cms.content.posts.trash.schemas import Deletion
from cms.foundation import moments
from cms.foundation.errors import Stale
from cms.foundation.http import Blueprint, expected, session

blueprint = Blueprint(
    "trash",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="Deleted posts lie in the trash for a while, and can be brought back from there.",
)


@blueprint.delete("/<uuid:post_id>")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Stale, IllegalStep)
@blueprint.arguments(Deletion, location="query")
@blueprint.response(204)
def delete_post(asked: dict[str, Any], post_id: uuid.UUID) -> None:
    """Delete a post.

    It goes into the trash; a published post is withdrawn from readers in the same step. Its slug is
    free for others. After the days that the operator has set, it is deleted for good. `purge=true`
    does so at once, and needs the permission posts:purge.
    """
    post = queries.get(session(), post_id, by=caller(), lock=True)
    act = actions.purge if asked["purge"] else actions.trash
    act(session(), post, by=caller(), expected=expected(), now=moments.now())


@blueprint.post("/<uuid:post_id>/restore")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Stale, IllegalStep)
@blueprint.response(200, PostOut)
def restore_post(post_id: uuid.UUID) -> Post:
    """Restore a post from the trash.

    It is a draft again, whatever it was before; with another slug if its own was taken meanwhile.
    """
    post = queries.get(session(), post_id, by=caller(), lock=True)
    return actions.restore(session(), post, by=caller(), expected=expected(), now=moments.now())
