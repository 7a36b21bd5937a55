"""How posts are found, and by whom."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from cms.accounts import permissions
from cms.accounts.permissions import Caller, Permission
from cms.content.authors.models import Author
from cms.content.posts.models import Post, PostAuthor, PostTag, Status
from cms.content.posts.scheduling.models import Schedule
from cms.content.tags.models import Tag
from cms.editions.models import PostEdition
from cms.foundation import texts
from cms.foundation.database import Key
from cms.foundation.errors import NotFound
from cms.foundation.filters.conditions import Membership
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked, terms
from cms.foundation.prepared import Prepared

P = TypeVar("P")
# Not in the trash.
KEPT = Post.trashed_at.is_(None)
_SLUG, _POST_ID = bindparam("of_slug", type_=Key), bindparam("of_post", type_=Uuid)
_OTHER_WITH_SLUG = Prepared(
    union_all(
        select(PostEdition.subject_id).where(
            PostEdition.slug == _SLUG, PostEdition.live(), PostEdition.subject_id != _POST_ID
        ),
        select(Post.id).where(Post.slug == _SLUG, KEPT, Post.id != _POST_ID),
    )
)
# What publishing would render: the rest readers see as it is.
UNSEEN = and_(KEPT, or_(Post.status != Status.PUBLISHED, Post.has_unpublished_changes))
_UNSEEN_BODY = select(Post.body).where(Post.id == _POST_ID, UNSEEN)


def _membership(
    link: type[PostAuthor] | type[PostTag], group_id: Any, group: type[Author] | type[Tag]
) -> Membership:
    def belongs(slugs: Sequence[str]) -> ColumnElement[bool]:
        found = select(link.post_id).where(link.post_id == Post.id)
        if slugs:
            ids = select(group.id).where(group.slug.in_(slugs))
            found = found.where(group_id.in_(ids))
        return found.correlate(Post).exists()

    return belongs


# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "id": (Kind.IDENTIFIER, Post.id.expression),
    "slug": (Kind.SLUG, Post.slug.expression),
    "title": (Kind.TEXT, Post.title_key.expression),
    "status": (Kind.WORD, Post.status.expression),
    "featured": (Kind.FLAG, Post.featured.expression),
    "approved": (Kind.FLAG, func.coalesce(Post.approved_revision == Post.revision, false())),
    "has_unpublished_changes": (Kind.FLAG, Post.has_unpublished_changes.expression),
    "published_at": (Kind.MOMENT, Post.published_at.expression),
    "created_at": (Kind.MOMENT, Post.created_at.expression),
    "updated_at": (Kind.MOMENT, Post.updated_at.expression),
    "trashed_at": (Kind.MOMENT, Post.trashed_at.expression),
    "tag": (Kind.GROUP, _membership(PostTag, PostTag.tag_id, Tag)),
    "author": (Kind.GROUP, _membership(PostAuthor, PostAuthor.author_id, Author)),
}


def get(session: Session, post_id: uuid.UUID, *, by: Caller, lock: bool = False) -> Post:
    """One post that ``by`` may see, with its authors and tags. Raises ``NotFound``.

    A post that one may not see does not exist. With ``lock``, nobody else can change it before
    the transaction ends.
    """
    post = session.scalar(visible(_one(lock=lock), by=by), {"of_post": post_id})
    if post is None:
        message = f"There is no post {post_id}."
        raise NotFound(message)
    return post


@cache
def _one(*, lock: bool) -> Select[Post]:
    found = expanded(select(Post).where(Post.id == _POST_ID))
    return locked(found) if lock else found


def locked(found: Select[P]) -> Select[P]:
    """As it is when nobody else can change it any more before the transaction ends."""
    return found.with_for_update(of=Post).execution_options(populate_existing=True)


def find_unpublished_body(session: Session, post_id: uuid.UUID, *, by: Caller) -> str | None:
    """The text that publishing a post would render; ``None`` where it would render nothing."""
    return session.scalar(visible(_UNSEEN_BODY, by=by), {"of_post": post_id})


def visible(found: Select[P], *, by: Caller) -> Select[P]:
    """Only what ``by`` may see: everything for editors, one's own for others.

    Also a published post has a working copy, and that is nobody else's business. To a key that is
    limited to tags, other posts do not exist.
    """
    if by.tag_ids is not None:
        filed = select(PostTag.post_id).where(PostTag.tag_id.in_(by.tag_ids))
        found = found.where(Post.id.in_(filed))
    if permissions.holds(by, Permission.POSTS_ANY):
        return found
    own_bylines = (
        select(PostAuthor.post_id)
        .join(Author, Author.id == PostAuthor.author_id)
        .where(Author.user_id == by.id)
    )
    return found.where(or_(Post.created_by_id == by.id, Post.id.in_(own_bylines)))


def expanded(found: Select[P]) -> Select[P]:
    """With authors, tags and schedules, in three more statements for all posts together.

    Statements of their own also for one post: they see what was committed while this one waited
    for its lock.
    """
    return found.options(
        joinedload(Post.approved_by),
        selectinload(Post.schedule).joinedload(Schedule.job),
        selectinload(Post.bylines).joinedload(PostAuthor.author),
        selectinload(Post.filings).joinedload(PostTag.tag),
    )


def matching(
    *,
    by: Caller,
    status: str | None = None,
    author: str | None = None,
    tag: str | None = None,
    slug: str | None = None,
    q: str | None = None,
    filter_: Checked | None = None,
    now: datetime,
) -> Select[Post]:
    """The posts that ``by`` may see and that fit; ``author`` and ``tag`` are slugs.

    Those in the trash only if they are asked for.
    """
    found = fitting(visible(select(Post), by=by), filter_, LISTED, now=now)
    if status is not None:
        found = found.where(Post.status == status)
    elif not _asks_for_trash(filter_):
        found = found.where(KEPT)
    if author is not None:
        found = found.where(
            Post.id.in_(
                select(PostAuthor.post_id)
                .join(Author, Author.id == PostAuthor.author_id)
                .where(Author.slug == author)
            )
        )
    if tag is not None:
        found = found.where(
            Post.id.in_(
                select(PostTag.post_id).join(Tag, Tag.id == PostTag.tag_id).where(Tag.slug == tag)
            )
        )
    if slug is not None:
        found = found.where(Post.slug == slug)
    if q is not None:
        key = texts.folded(q)
        found = found.where(
            or_(
                Post.title_key.contains(key, autoescape=True),
                Post.slug.contains(key, autoescape=True),
            )
        )
    return found


def _asks_for_trash(filter_: Checked | None) -> bool:
    """Whether a filter names the trash at all; what it says of it is another matter."""
    return filter_ is not None and any(
        term.field == "trashed_at" or (term.field == "status" and Status.TRASHED in term.values)
        for term in terms(filter_)
    )


def slug_is_taken(session: Session, slug: str, post_id: uuid.UUID) -> bool:
    """Whether another post has it: as a working copy, or in what readers still see of it."""
    given = {"of_slug": slug, "of_post": post_id}
    return _OTHER_WITH_SLUG.first(session.connection(), given) is not None
