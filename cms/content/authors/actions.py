"""What can be done to authors. Each change is live at once."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.models import User
from cms.accounts.permissions import Caller, Permission
from cms.content import merging, naming, usage
from cms.content.authors import queries
from cms.content.authors.models import Author
from cms.content.posts.models import PostAuthor
from cms.editions import actions as editions
from cms.editions import documents
from cms.editions.models import AuthorEdition, AuthorListing
from cms.foundation.database import new_id
from cms.foundation.errors import Fault, Unprocessable
from cms.foundation.versions import Expected


def create(session: Session, values: dict[str, Any], *, by: Caller, now: datetime) -> Author:
    """A new author from ``name`` and perhaps the other fields. Raises ``SlugTaken``."""
    permissions.demand(by, Permission.AUTHORS_WRITE)
    _check_user(session, values)
    author = Author(
        id=new_id(),
        name=values["name"],
        bio=values.get("bio"),
        avatar_url=values.get("avatar_url"),
        website_url=values.get("website_url"),
        user_id=values.get("user_id"),
    )
    saving.begin(author, by=by, now=now)
    naming.insert(
        session,
        author,
        slug=values.get("slug"),
        name=author.name,
        fallback="author",
        is_taken=lambda slug: queries.slug_is_taken(session, slug),
    )
    _announce(session, author, by=by, now=now)
    return author


def edit(
    session: Session,
    author: Author,
    values: dict[str, Any],
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Author:
    """Change an author, for all posts at once. Raises ``Stale``, ``SlugTaken``."""
    permissions.demand(by, Permission.AUTHORS_WRITE)
    saving.guard(session, author, expected)
    _check_user(session, values)
    if not saving.change(author, values):
        return author
    saving.touch(author, by=by, now=now)
    naming.save(session, author)
    _announce(session, author, by=by, now=now)
    return author


def delete(
    session: Session, author: Author, *, by: Caller, expected: Expected, now: datetime
) -> None:
    """Delete an author whom no post names. Raises ``Stale``, ``StillInUse``."""
    permissions.demand(by, Permission.AUTHORS_WRITE)
    saving.guard(session, author, expected)
    usage.refuse_if_used(session, author.id, PostAuthor.author_id, AuthorListing)
    usage.take_off_trash(session, author.id, PostAuthor.author_id, by=by, now=now)
    session.delete(author)
    session.flush()
    editions.withdraw(
        session, AuthorEdition, author.id, kind="author.deleted", by_id=by.id, now=now
    )


def merge(
    session: Session,
    author: Author,
    into_id: uuid.UUID,
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
) -> Author:
    """Let another author take their place in all posts, for readers at once; gives the other.

    Who wrote as the one writes as the other, unless that already is another user. Raises
    ``Stale``, ``Unprocessable``.
    """
    permissions.demand(by, Permission.AUTHORS_WRITE)
    saving.guard(session, author, expected)
    into = merging.target(session, Author, author.id, into_id)
    if into.user_id is None and author.user_id is not None:
        into.user_id = author.user_id
        saving.touch(into, by=by, now=now)
    merging.replace(
        session, author, into, link=PostAuthor.author_id, edition=AuthorEdition, by=by, now=now
    )
    return into


def _announce(session: Session, author: Author, *, by: Caller, now: datetime) -> None:
    edition = AuthorEdition(
        subject_id=author.id,
        slug=author.slug,
        document=documents.author(author),
        **documents.named(author.name),
    )
    editions.issue(session, edition, kind="author.saved", by_id=by.id, now=now)


def _check_user(session: Session, values: dict[str, Any]) -> None:
    user_id = values.get("user_id")
    if user_id is not None and session.get(User, user_id) is None:
        message = f"There is no user {user_id}."
        raise Unprocessable(message, errors=[Fault("#/user_id", message)])
