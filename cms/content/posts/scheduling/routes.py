"""The addresses under which posts are scheduled."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.posts import queries
from cms.content.posts.checks.actions import ChecksFailed
from cms.content.posts.models import Post
from cms.content.posts.scheduling import actions
from cms.content.posts.scheduling.schemas import ScheduleIn
from cms.content.posts.schemas import PostOut
from cms.content.posts.steps import IllegalStep
from cms.foundation import moments
from cms.foundation.errors import Stale
from cms.foundation.http import Blueprint, expected, session

blueprint = Blueprint(
    "scheduling",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="Posts are published and withdrawn by themselves at a moment to come.",
)


@blueprint.post("/<uuid:post_id>/schedule")
@requires(Permission.POSTS_PUBLISH)
@blueprint.fails(Stale, IllegalStep, ChecksFailed)
@blueprint.arguments(ScheduleIn)
@blueprint.response(200, PostOut)
def schedule_post(values: dict[str, Any], post_id: uuid.UUID) -> Post:
    """Schedule a post.

    What it says now is published at `publish_at`, however it is edited until then, unless
    `follow_draft` is true; it is withdrawn at `unpublish_at`. A published post can be withdrawn in
    time, and its unpublished changes be published in time; what readers see stays until then.
    Replaces a former schedule. Whoever scheduled it may leave: it is carried out.
    """
    post = queries.get(session(), post_id, by=caller(), lock=True)
    return actions.schedule(
        session(), post, values, by=caller(), expected=expected(), now=moments.now()
    )


@blueprint.post("/<uuid:post_id>/unschedule")
@requires(Permission.POSTS_PUBLISH)
@blueprint.fails(Stale, IllegalStep)
@blueprint.response(200, PostOut)
def unschedule_post(post_id: uuid.UUID) -> Post:
    """Take a schedule back.

    The post has the status again that it had before.
    """
    post = queries.get(session(), post_id, by=caller(), lock=True)
    return actions.unschedule(session(), post, by=caller(), expected=expected(), now=moments.now())
