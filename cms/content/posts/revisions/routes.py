"""The addresses under which editors look at what a post said before, and bring it back."""

import uuid
from typing import Any

from flask import Response

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.naming import SlugTaken
from cms.content.posts import queries as post_queries
from cms.content.posts.models import Post
from cms.content.posts.revisions import actions, queries, reviving
from cms.content.posts.revisions.comparing import Comparison
from cms.content.posts.revisions.models import Revision
from cms.content.posts.revisions.schemas import (
    ContentOut,
    DiffQuestion,
    RevisionDiff,
    RevisionPage,
    WholeRevision,
)
from cms.content.posts.schemas import PostOut
from cms.content.posts.steps import IllegalStep
from cms.foundation import moments
from cms.foundation.errors import Malformed, Stale
from cms.foundation.http import Blueprint, cursors, expected, pages, session
from cms.foundation.http.edge import site_version
from cms.foundation.http.output import json_response
from cms.foundation.http.pages import PageFilter

CONTENT = ContentOut()

blueprint = Blueprint(
    "revisions",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="The states that a post was saved in. Whoever may see the post may see them all.",
)


@blueprint.get("/<uuid:post_id>/revisions")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Malformed)
@blueprint.arguments(PageFilter, location="query")
@blueprint.response(200, RevisionPage)
def list_revisions(page: dict[str, Any], post_id: uuid.UUID) -> Any:
    """List the revisions of a post.

    Newest first: the first is what the post says now. Each save that changes what a post says makes
    one; submitting, publishing and withdrawing do not, nor does merging authors or tags.
    """
    post = post_queries.get(session(), post_id, by=caller())
    scope = f"revisions {post_id}"
    before = cursors.unseal(scope, page["cursor"], 1)[0] if "cursor" in page else None
    found = queries.listed(session(), post, before=before, limit=page["limit"] + 1)
    shown, more = pages.cut(found, page["limit"])
    cursor = cursors.seal(scope, [shown[-1].number]) if more else None
    body = {
        "data": queries.described(session(), post, shown),
        "next_cursor": cursor,
        "version": site_version(),
    }
    return body, pages.link_next(cursor)


@blueprint.get("/<uuid:post_id>/revisions/<number:number>")
@requires(Permission.POSTS_WRITE)
@blueprint.response(200, WholeRevision)
def get_revision(post_id: uuid.UUID, number: int) -> Any:
    """Read a revision.

    All that the post said, and what of it could not come back today. Authors and tags that were
    merged since are named by those they were merged into.
    """
    post = post_queries.get(session(), post_id, by=caller())
    revision = queries.get(session(), post, number)
    (described,) = queries.described(session(), post, [revision])
    left_out = reviving.revive(session(), post, revision)
    return {**described, "content": revision.content, "left_out": left_out}


@blueprint.get("/<uuid:post_id>/revisions/<number:number>/diff")
@requires(Permission.POSTS_WRITE)
@blueprint.arguments(DiffQuestion, location="query")
@blueprint.response(200, RevisionDiff)
def compare_revisions(asked: dict[str, Any], post_id: uuid.UUID, number: int) -> Response:
    """Compare two revisions.

    Field by field, from the one at the address to the one in `to`, which may be older; the body
    line by line and word by word.
    """
    post = post_queries.get(session(), post_id, by=caller())
    former = queries.get(session(), post, number)
    latter = queries.get(session(), post, asked.get("to", post.revision))
    # Not through the schema: it would take seconds for the many parts of a long text.
    return json_response(_difference(former, latter))


@blueprint.post("/<uuid:post_id>/revisions/<number:number>/restore")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Stale, SlugTaken, IllegalStep)
@blueprint.response(200, PostOut)
def restore_revision(post_id: uuid.UUID, number: int) -> Post:
    """Bring a revision back.

    As a new revision; none is ever rewritten. Readers see it when the post is published again. What
    the revision shows under `left_out` stays away. Restoring what the post says already changes
    nothing.
    """
    post = post_queries.get(session(), post_id, by=caller(), lock=True)
    return actions.restore(
        session(), post, number, by=caller(), expected=expected(), now=moments.now()
    )


def _difference(former: Revision, latter: Revision) -> dict[str, Any]:
    changed = latter.content.changed_from(former.content)
    before, after = CONTENT.dump(former.content), CONTENT.dump(latter.content)
    body = None
    if "body" in changed:
        texts = Comparison(former.content.body, latter.content.body)
        names = (f"revision {former.number}", f"revision {latter.number}")
        body = {
            "unified": texts.unified(names=names),
            "words": [part._asdict() for part in texts.words()],
        }
    return {
        "from": former.number,
        "to": latter.number,
        "fields": [
            {"field": name, "from": before[name], "to": after[name]}
            for name in changed
            if name != "body"
        ],
        "body": body,
    }
