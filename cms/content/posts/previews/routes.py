"""The addresses under which editors give out previews, and the one that shows them."""

import uuid
from datetime import timedelta
from typing import Any

from flask import current_app

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission
from cms.content.posts import queries as posts
from cms.content.posts.previews import actions, queries
from cms.content.posts.previews.models import PreviewLink
from cms.content.posts.previews.schemas import (
    DAY,
    NewPreviewLink,
    PreviewLinkIn,
    PreviewLinkPage,
)
from cms.editions.schemas import PublicPost
from cms.foundation import moments
from cms.foundation.errors import Malformed
from cms.foundation.http import Blueprint, pages, public, session
from cms.foundation.http.access import secret_address
from cms.foundation.http.pages import PageFilter
from cms.foundation.http.retries import holds_secrets

HEADERS = {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"}

blueprint = Blueprint(
    "previews",
    __name__,
    url_prefix="/api/v1",
    description="A post as it would be seen if it was published, for whoever has the link.",
)


@blueprint.post("/manage/posts/<uuid:post_id>/preview-links")
@requires(Permission.POSTS_WRITE)
@holds_secrets
@blueprint.fails(actions.TooManyLinks)
@blueprint.arguments(PreviewLinkIn)
@blueprint.response(201, NewPreviewLink)
def create_preview_link(asked: dict[str, Any], post_id: uuid.UUID) -> Any:
    """Give out a preview of a post.

    `url` needs no login: a frontend's draft mode can fetch it. It shows the draft as it is at that
    moment, or with `revision` that one whatever happens. It ends when it expires, when it is
    revoked, and when its maker may no longer see the post; while the post is in the trash, it leads
    nowhere. The token cannot be read again, but for a retry with the same `Idempotency-Key`.
    """
    post = posts.get(session(), post_id, by=caller(), lock=True)
    link, token = actions.create(
        session(),
        post,
        revision=asked.get("revision"),
        lifetime=timedelta(seconds=asked.get("expires_in", DAY)),
        by=caller(),
        now=moments.now(),
    )
    site = current_app.extensions["cms.settings"].site_url
    shown = NewPreviewLink.of(link, url=f"{site}/api/v1/preview/{token}", token=token)
    return shown, {"Location": f"/api/v1/manage/posts/{post_id}/preview-links/{link.id}"}


@blueprint.get("/manage/posts/<uuid:post_id>/preview-links")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(Malformed)
@blueprint.arguments(PageFilter, location="query")
@blueprint.response(200, PreviewLinkPage)
def list_preview_links(page: dict[str, Any], post_id: uuid.UUID) -> Any:
    """List the preview links of a post.

    Those that have not expired, newest first. Their tokens are not kept.
    """
    post = posts.get(session(), post_id, by=caller())
    return pages.managed(
        session(),
        queries.live(post.id, now=moments.now()),
        PreviewLink.id,
        scope=f"preview links {post_id}",
        page=page,
    )


@blueprint.delete("/manage/posts/<uuid:post_id>/preview-links/<uuid:link_id>")
@requires(Permission.POSTS_WRITE)
@blueprint.response(204)
def revoke_preview_link(post_id: uuid.UUID, link_id: uuid.UUID) -> None:
    """Revoke a preview link.

    From the next request on it leads nowhere.
    """
    post = posts.get(session(), post_id, by=caller())
    actions.revoke(session(), post, link_id, now=moments.now())


@blueprint.get("/preview/<token>")
@public
@secret_address
@blueprint.response(200, PublicPost)
def get_preview(token: str) -> Any:
    """Read a post that is not published yet.

    In the shape of `GET /posts/{slug}`: what readers would get if it was published. What is not
    known before, when it was published and last changed, is when it was saved. Nobody may keep the
    answer (`no-store`, and so it is never a 304) or list it (`X-Robots-Tag`).
    """
    shown = queries.shown(session(), token, now=moments.now())
    return shown, HEADERS
