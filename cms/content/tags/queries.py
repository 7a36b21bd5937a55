"""How tags are found."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from cms.content.tags.models import Tag
from cms.foundation import texts
from cms.foundation.database import Key
from cms.foundation.errors import NotFound
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "id": (Kind.IDENTIFIER, Tag.id.expression),
    "slug": (Kind.SLUG, Tag.slug.expression),
    "name": (Kind.TEXT, Tag.name_key.expression),
    "created_at": (Kind.MOMENT, Tag.created_at.expression),
    "updated_at": (Kind.MOMENT, Tag.updated_at.expression),
}
# Built once, as most publications ask it.
_NAMED = select(Tag).where(Tag.name_key == bindparam("key", type_=Key))


def get(session: Session, tag_id: uuid.UUID, *, lock: bool = False) -> Tag:
    """One tag. Raises ``NotFound``."""
    tag = session.get(Tag, tag_id, with_for_update=lock or None, populate_existing=lock)
    if tag is None:
        message = f"There is no tag {tag_id}."
        raise NotFound(message)
    return tag


def slug_is_taken(session: Session, slug: str) -> bool:
    """Whether any tag has this slug."""
    return session.scalar(select(Tag.id).where(Tag.slug == slug)) is not None


def by_ids(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Tag]:
    """Those of ``ids`` that exist."""
    found = session.scalars(select(Tag).where(Tag.id.in_(ids))) if ids else ()
    return {tag.id: tag for tag in found}


def by_slugs(session: Session, slugs: Collection[str]) -> dict[str, Tag]:
    """Those of ``slugs`` that exist."""
    found = session.scalars(select(Tag).where(Tag.slug.in_(slugs))) if slugs else ()
    return {tag.slug: tag for tag in found}


def matching(*, q: str | None = None, filter_: Checked | None = None, now: datetime) -> Select[Tag]:
    """All tags, or those whose name or slug contains ``q`` and that fit."""
    found = fitting(select(Tag), filter_, LISTED, now=now)
    if q is not None:
        found = found.where(
            Tag.name.icontains(q, autoescape=True) | Tag.slug.icontains(q, autoescape=True)
        )
    return found


def find_named(session: Session, name: str) -> Tag | None:
    """The tag with this name."""
    return session.scalar(_NAMED, {"key": texts.folded(name)})
