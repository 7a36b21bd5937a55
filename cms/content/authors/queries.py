"""How authors are found."""

import uuid
from collections.abc import Collection

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.content.authors.models import Author
from cms.foundation.errors import NotFound


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


def matching(*, q: str | None = None) -> Select[Author]:
    """All authors, or those whose name or slug contains ``q``."""
    found = select(Author)
    if q is not None:
        found = found.where(
            Author.name.icontains(q, autoescape=True) | Author.slug.icontains(q, autoescape=True)
        )
    return found


def of_user(session: Session, user_id: uuid.UUID) -> list[Author]:
    """The bylines that belong to a user."""
    return list(
        session.scalars(select(Author).where(Author.user_id == user_id).order_by(Author.id))
    )
