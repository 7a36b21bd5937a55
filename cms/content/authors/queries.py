"""How authors are found."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.orm import Session

from cms.content.authors.models import Author
from cms.editions.models import AuthorEdition
from cms.foundation import texts
from cms.foundation.errors import NotFound
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "id": (Kind.IDENTIFIER, Author.id.expression),
    "slug": (Kind.SLUG, Author.slug.expression),
    "user_id": (Kind.IDENTIFIER, Author.user_id.expression),
    "created_at": (Kind.MOMENT, Author.created_at.expression),
    "updated_at": (Kind.MOMENT, Author.updated_at.expression),
}
# Built once, as most publications ask it.
_OF_USER = (
    select(Author).where(Author.user_id == bindparam("of_user", type_=Uuid)).order_by(Author.id)
)


def get(session: Session, author_id: uuid.UUID, *, lock: bool = False) -> Author:
    """One author. Raises ``NotFound``."""
    author = session.get(Author, author_id, with_for_update=lock or None, populate_existing=lock)
    if author is None:
        message = f"There is no author {author_id}."
        raise NotFound(message)
    return author


def slug_is_taken(session: Session, slug: str) -> bool:
    """Whether any author has this slug."""
    return session.scalar(select(Author.id).where(Author.slug == slug)) is not None


def by_ids(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Author]:
    """Those of ``ids`` that exist."""
    found = session.scalars(select(Author).where(Author.id.in_(ids))) if ids else ()
    return {author.id: author for author in found}


def by_slugs(session: Session, slugs: Collection[str]) -> dict[str, Author]:
    """Those of ``slugs`` that exist."""
    found = session.scalars(select(Author).where(Author.slug.in_(slugs))) if slugs else ()
    return {author.slug: author for author in found}


def find_named(session: Session, name: str) -> Author | None:
    """The author with this name; of several, the oldest."""
    # By way of what readers see of them, since that is indexed.
    shown = select(AuthorEdition.subject_id).where(
        AuthorEdition.sort_key == texts.sort_key(name), AuthorEdition.live()
    )
    return session.scalar(
        select(Author).where(Author.id.in_(shown), Author.name == name).order_by(Author.id).limit(1)
    )


def matching(
    *, q: str | None = None, filter_: Checked | None = None, now: datetime
) -> Select[Author]:
    """All authors, or those whose name or slug contains ``q`` and that fit."""
    found = fitting(select(Author), filter_, LISTED, now=now)
    if q is not None:
        found = found.where(
            Author.name.icontains(q, autoescape=True) | Author.slug.icontains(q, autoescape=True)
        )
    return found


def of_user(session: Session, user_id: uuid.UUID) -> list[Author]:
    """The bylines that belong to a user."""
    return list(session.scalars(_OF_USER, {"of_user": user_id}))
