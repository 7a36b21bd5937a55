"""What of an older content still can be: authors, tags and slugs come and go."""

import uuid
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from cms.content.authors import queries as author_queries
from cms.content.posts import queries
from cms.content.posts.content import Content
from cms.content.posts.models import Post
from cms.content.posts.revisions.models import Revision
from cms.content.tags import queries as tag_queries
from cms.editions import queries as editions
from cms.editions.models import AuthorEdition, NamedEdition, TagEdition


@dataclass(frozen=True, slots=True)
class Revived:
    """A content of today, and what had to be left out for it."""

    content: Content
    # The former slug, if another post has it now.
    slug: str | None = None
    author_ids: tuple[uuid.UUID, ...] = ()
    tag_ids: tuple[uuid.UUID, ...] = ()


def revive(session: Session, post: Post, revision: Revision) -> Revived:
    """What ``post`` said, without the authors and tags that were deleted since.

    A slug that another post has by now gives way to the present one.
    """
    content = revision.content
    # What it says now is all there; in the trash, its slug may be another's.
    if revision.number == post.revision and post.trashed_at is None:
        return Revived(content)
    authors = author_queries.by_ids(session, content.author_ids)
    tags = tag_queries.by_ids(session, content.tag_ids)
    is_taken = queries.slug_is_taken(session, content.slug, post.id)
    kept = replace(
        content,
        slug=post.slug if is_taken else content.slug,
        author_ids=tuple(one for one in content.author_ids if one in authors),
        tag_ids=tuple(one for one in content.tag_ids if one in tags),
    )
    return Revived(
        kept,
        slug=content.slug if is_taken else None,
        author_ids=tuple(one for one in content.author_ids if one not in authors),
        tag_ids=tuple(one for one in content.tag_ids if one not in tags),
    )


def followed(session: Session, content: Content) -> Content:
    """The same, naming those into whom its authors and tags were merged.

    One merge after the other, as each was done to the present state of every post.
    """
    return replace(
        content,
        author_ids=_followed(session, AuthorEdition, content.author_ids),
        tag_ids=_followed(session, TagEdition, content.tag_ids),
    )


def _followed(
    session: Session, model: type[NamedEdition], ids: tuple[uuid.UUID, ...]
) -> tuple[uuid.UUID, ...]:
    """Once, in the place of the one merged away unless the other is named already."""
    for old, into in editions.merges(session, model, ids):
        if into in ids:
            ids = tuple(one for one in ids if one != old)
        else:
            ids = tuple(into if one == old else one for one in ids)
    return ids
