"""Turning a working copy into what the world sees: rendered once, issued as an edition."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts import saving
from cms.accounts.permissions import Caller
from cms.content import markdown, naming
from cms.content.markdown import Rendered
from cms.content.markdown.parts import Parts
from cms.content.posts.checks import actions as checks
from cms.content.posts.content import Content
from cms.content.posts.models import Post, Status
from cms.content.posts.revisions import queries as revisions
from cms.content.posts.revisions import reviving
from cms.content.posts.revisions.models import Revision
from cms.editions import actions as editions
from cms.editions import documents
from cms.editions import queries as edition_queries
from cms.editions.actions import Issued
from cms.editions.models import PostEdition
from cms.editions.search import entries
from cms.editions.search.entries import Text


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rendering, the source that it was made from, the parts of that, and its words."""

    source: str
    rendered: Rendered
    parts: Parts
    text: Text


def prepare(source: str) -> Prepared:
    """Render before the transaction begins: it takes long, and needs nothing from there."""
    rendered, parts = markdown.render_and_read(source)
    return Prepared(source, rendered, parts, entries.read(rendered.html))


def publish(
    session: Session,
    post: Post,
    *,
    by: Caller | None,
    now: datetime,
    revision: Revision | None = None,
    prepared: Prepared | None = None,
) -> None:
    """Issue an edition of the working copy, or of an older ``revision``.

    Raises ``SlugTaken``, ``ChecksFailed``.

    Who may, and from which version, was asked before. ``prepared`` saves rendering, if the text is
    still the same. Of an older revision that is published which still exists (``reviving``); the
    working copy stays as it is.
    """
    wanted = revision or revisions.present(post)
    content = reviving.revive(session, post, wanted).content
    ready = _rendered(content, prepared)
    if revision is None:
        # One that was approved passed the checks then, and is not stopped by what others do since.
        checks.demand(session, content, post_id=post.id, by=by, parts=ready.parts)
    if edition_queries.find_live_post_id(session, content.slug) not in (None, post.id):
        raise naming.taken(content.slug)
    content = mark(post, content, now=now)
    saving.touch(post, by=by, now=now)
    session.flush()
    _issue(session, post, content, ready, revision=wanted.number, by=by, now=now)


def publish_new(
    session: Session, post: Post, *, by: Caller, now: datetime, prepared: Prepared | None = None
) -> None:
    """Issue the first edition of a post that was saved with ``mark``.

    Raises ``ChecksFailed``. That the slug is free was asked before it was saved.
    """
    content = replace(post.content(), published_at=post.published_at)
    ready = _rendered(content, prepared)
    checks.demand(session, content, post_id=post.id, by=by, parts=ready.parts)
    _issue(session, post, content, ready, revision=post.revision, by=by, now=now)


def mark(post: Post, content: Content, *, now: datetime) -> Content:
    """Let ``post`` be published with ``content``; gives that, with the moment of it."""
    first = post.first_published_at = post.first_published_at or now
    post.published_at = post.published_at or first
    content = replace(content, published_at=content.published_at or first)
    post.status = Status.PUBLISHED
    post.published_fingerprint = content.fingerprint
    post.compare_with_edition()
    post.revision_is_fixed = True
    return content


def _rendered(content: Content, prepared: Prepared | None) -> Prepared:
    if prepared is None or prepared.source != content.body:
        return prepare(content.body)
    return prepared


def _issue(
    session: Session,
    post: Post,
    content: Content,
    ready: Prepared,
    *,
    revision: int,
    by: Caller | None,
    now: datetime,
) -> None:
    columns = edition(post.id, content, ready.rendered, revision=revision, now=now)
    issued = Issued(columns, list(content.author_ids), list(content.tag_ids), ready.text)
    editions.issue_post(session, issued, by_id=by.id if by else None, now=now)


def edition(
    post_id: uuid.UUID, content: Content, rendered: Rendered, *, revision: int, now: datetime
) -> dict[str, Any]:
    """The columns of an edition of ``content``, which states when it was published."""
    shown = shape(post_id, content, rendered, updated_at=now)
    return {
        "subject_id": post_id,
        "slug": content.slug,
        "document": documents.post(
            shown, author_ids=list(content.author_ids), tag_ids=list(content.tag_ids)
        ),
        "html": rendered.html,
        "body": content.body,
        "revision": revision,
        **documents.listed(shown),
    }


def shape(
    post_id: uuid.UUID, content: Content, rendered: Rendered, *, updated_at: datetime
) -> dict[str, Any]:
    """What readers are shown of ``content``, which states when it was published."""
    return {
        "id": post_id,
        "slug": content.slug,
        "title": content.title,
        "excerpt": rendered.excerpt if content.excerpt is None else content.excerpt,
        "cover": content.cover,
        "published_at": content.published_at,
        "updated_at": updated_at,
        "reading_minutes": rendered.reading_minutes,
        "word_count": rendered.word_count,
        "featured": content.featured,
        "seo": content.seo,
    }


def unpublish(session: Session, post: Post, *, by: Caller | None, now: datetime) -> None:
    """Close the live edition; the post is a draft again."""
    post.move_to(Status.DRAFT)
    post.forget_edition()
    saving.touch(post, by=by, now=now)
    session.flush()
    withdraw(session, post.id, kind="post.unpublished", by=by, now=now)


def withdraw(
    session: Session, post_id: uuid.UUID, *, kind: str, by: Caller | None, now: datetime
) -> None:
    """Close the live edition of a post; ``kind`` says why."""
    by_id = by.id if by else None
    editions.withdraw(session, PostEdition, post_id, kind=kind, by_id=by_id, now=now)
