"""Turning a working copy into what the world sees: rendered once, issued as an edition."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts import saving
from cms.accounts.permissions import Caller
from cms.content import markdown, naming
from cms.content.markdown import Rendered
from cms.content.posts.models import Post, Status
from cms.editions import actions as editions
from cms.editions import documents
from cms.editions import queries as edition_queries
from cms.editions.models import PostEdition


@dataclass(frozen=True, slots=True)
class Prepared:
    """A rendering and the source that it was made from."""

    source: str
    rendered: Rendered


def prepare(source: str) -> Prepared:
    """Render before the transaction begins: it takes long, and needs nothing from there."""
    return Prepared(source, markdown.render(source))


def publish(
    session: Session, post: Post, *, by: Caller, now: datetime, prepared: Prepared | None = None
) -> None:
    """Issue an edition of the working copy. Raises ``SlugTaken``.

    Who may, and from which version, was asked before. ``prepared`` saves rendering, if the text is
    still the same.
    """
    if prepared is None or prepared.source != post.body:
        prepared = prepare(post.body)
    rendered = prepared.rendered
    if edition_queries.find_live_post_id(session, post.slug) not in (None, post.id):
        raise naming.taken(post.slug)
    post.first_published_at = post.first_published_at or now
    post.published_at = post.published_at or post.first_published_at
    post.status = Status.PUBLISHED
    post.published_fingerprint = post.fingerprint()
    post.has_unpublished_changes = False
    saving.touch(post, by=by, now=now)
    session.flush()
    shown = {
        "id": post.id,
        "slug": post.slug,
        "title": post.title,
        "excerpt": rendered.excerpt if post.excerpt is None else post.excerpt,
        "cover": post.cover,
        "published_at": post.published_at,
        "updated_at": now,
        "reading_minutes": rendered.reading_minutes,
        "word_count": rendered.word_count,
        "featured": post.featured,
        "seo": post.seo,
    }
    edition = PostEdition(
        subject_id=post.id,
        slug=post.slug,
        document=documents.post(shown, author_ids=post.author_ids, tag_ids=post.tag_ids),
        html=rendered.html,
        body=post.body,
        **documents.listed(shown),
    )
    editions.issue_post(
        session,
        edition,
        author_ids=post.author_ids,
        tag_ids=post.tag_ids,
        by_id=by.id,
        now=now,
    )


def unpublish(session: Session, post: Post, *, by: Caller, now: datetime) -> None:
    """Close the live edition; the post is a draft again."""
    post.status = Status.DRAFT
    post.forget_edition()
    saving.touch(post, by=by, now=now)
    session.flush()
    withdraw(session, post.id, kind="post.unpublished", by=by, now=now)


def withdraw(session: Session, post_id: uuid.UUID, *, kind: str, by: Caller, now: datetime) -> None:
    """Close the live edition of a post; ``kind`` says why."""
    editions.withdraw(session, PostEdition, post_id, kind=kind, by_id=by.id, now=now)
