"""The address under which a post is checked."""

import uuid
from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.posts import queries
from cms.content.posts.checks import actions
from cms.content.posts.checks.schemas import Checked
from cms.foundation.http import Blueprint, session

blueprint = Blueprint(
    "post checks",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="What a careful editor would look at before readers do.",
)


@blueprint.get("/<uuid:post_id>/checks")
@requires(Permission.POSTS_WRITE)
@blueprint.response(200, Checked)
def check_post(post_id: uuid.UUID) -> Any:
    """Check a post.

    Looks at the working copy: alternative texts, links to the blog's own pages and within the text,
    levels of headings, lengths of title and description, titles that are there already, excerpt.
    The worst comes first. Nothing is fetched from elsewhere. Where the server demands it, what is
    found here stops a publication with `checks_failed`.
    """
    post = queries.get(session(), post_id, by=caller())
    return {"data": actions.check(session(), post.content(), post_id=post.id, by=caller())}
