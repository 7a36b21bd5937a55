"""Telling anew whether posts have unpublished changes, after both sides were changed for them."""

import uuid
from collections.abc import Collection
from dataclasses import replace
from typing import Any

import orjson
from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session, selectinload

from cms.content.posts.content import Content
from cms.content.posts.models import Post
from cms.content.posts.revisions.models import PostRevision
from cms.editions.models import PostEdition
from cms.foundation.audit import UNAUDITED


def compare(session: Session, post_ids: Collection[uuid.UUID]) -> None:
    """Hold what these posts say against what readers see of them by now.

    Only those with unpublished changes: the others were changed on both sides alike. It is no
    change of a post: its version stays.
    """
    ahead = session.scalars(
        select(Post)
        .where(Post.id.in_(post_ids), Post.has_unpublished_changes)
        .options(selectinload(Post.bylines), selectinload(Post.filings))
    ).all()
    shown = _shown(session, [post.id for post in ahead])
    for post in ahead:
        if post.id not in shown:
            continue
        values = {
            "published_fingerprint": shown[post.id],
            "has_unpublished_changes": shown[post.id] != post.fingerprint(),
        }
        statement = update(Post).where(Post.id == post.id).values(values)
        # Not by way of the object, which would raise the version.
        session.execute(statement, execution_options={**UNAUDITED, "synchronize_session": False})
        session.expunge(post)


def _shown(session: Session, post_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The fingerprints of what readers see; of posts whose revision they see is superseded."""
    revision = and_(
        PostRevision.post_id == PostEdition.subject_id, PostRevision.number == PostEdition.revision
    )
    rows = session.execute(
        select(
            PostEdition.subject_id,
            PostEdition.slug,
            PostEdition.published_at,
            PostEdition.document,
            PostRevision.content,
        )
        .join(PostRevision, revision)
        .where(PostEdition.live(), PostEdition.subject_id.in_(post_ids))
    )
    return {row.subject_id: _content(row).fingerprint for row in rows}


def _content(row: Any) -> Content:
    """What an edition was made from: its revision, with what publishing or a merge put in place."""
    document: dict[str, Any] = orjson.loads(row.document)
    return replace(
        Content.unpacked(row.content),
        slug=row.slug,
        published_at=row.published_at,
        author_ids=tuple(uuid.UUID(one) for one in document["authors"]),
        tag_ids=tuple(uuid.UUID(one) for one in document["tags"]),
    )
