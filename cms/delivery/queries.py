"""How readers find posts, authors and tags, as the world saw them at one version of the site."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Row, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from cms.editions.models import (
    AuthorEdition,
    AuthorListing,
    Listing,
    NamedEdition,
    PostEdition,
    TagEdition,
    TagListing,
)

Document = dict[str, Any]
AnyRow = Row[*tuple[Any, ...]]
# Where a page of posts begins: after this moment and post.
Position = tuple[datetime, uuid.UUID]


def posts(
    session: Session,
    *,
    version: int,
    limit: int,
    after: Position | None = None,
    tag_id: uuid.UUID | None = None,
    author_id: uuid.UUID | None = None,
    with_html: bool = False,
) -> Sequence[AnyRow]:
    """Posts, newest first: ``published_at, subject_id, document`` and, if asked for, ``html``."""
    driving: type[PostEdition | TagListing | AuthorListing] = PostEdition
    columns: list[Any] = [PostEdition.published_at, PostEdition.subject_id, PostEdition.document]
    if with_html:
        columns.append(PostEdition.html)
    found = select(*columns)
    groups: tuple[tuple[type[TagListing | AuthorListing], uuid.UUID | None], ...] = (
        (TagListing, tag_id),
        (AuthorListing, author_id),
    )
    for listing, group_id in groups:
        if group_id is None:
            continue
        found = found.join(listing, listing.edition_id == PostEdition.id).where(
            listing.group_id == group_id, listing.at(version)
        )
        driving = listing if driving is PostEdition else driving
    if driving is PostEdition:
        found = found.where(PostEdition.at(version))
    key = _key(driving)
    if after is not None:
        # A row value, not "a < x or (a = x and b < y)": only this walks the index.
        found = found.where(tuple_(*key) < tuple_(*after))
    found = found.order_by(*(column.desc() for column in key)).limit(limit)
    return session.execute(found).all()


def count_posts(
    session: Session,
    *,
    version: int,
    tag_id: uuid.UUID | None = None,
    author_id: uuid.UUID | None = None,
) -> int:
    """How many posts a list has, exactly."""
    found = select(func.count()).select_from(PostEdition).where(PostEdition.at(version))
    for listing, group_id in ((TagListing, tag_id), (AuthorListing, author_id)):
        if group_id is not None:
            found = found.join(listing, listing.edition_id == PostEdition.id).where(
                listing.group_id == group_id
            )
    return session.scalars(found).one()


def find_post(session: Session, slug: str, *, version: int) -> AnyRow | None:
    """The ``document`` and ``html`` of one post."""
    return session.execute(
        select(PostEdition.document, PostEdition.html).where(
            PostEdition.slug == slug, PostEdition.at(version)
        )
    ).first()


def find_group_id(
    session: Session, edition: type[NamedEdition], slug: str, *, version: int
) -> uuid.UUID | None:
    """The author or tag with this slug."""
    return session.scalar(
        select(edition.subject_id).where(edition.slug == slug, edition.at(version))
    )


def fill_in(session: Session, documents: Iterable[Document], *, version: int) -> None:
    """Replace the ids of authors and tags by what posts say of them, in two statements."""
    documents = list(documents)
    for name, edition, shown in (
        ("authors", AuthorEdition, ("id", "slug", "name", "avatar_url")),
        ("tags", TagEdition, ("id", "slug", "name")),
    ):
        wanted = {uuid.UUID(one) for document in documents for one in document[name]}
        known = _named(session, edition, wanted, shown, version) if wanted else {}
        for document in documents:
            document[name] = [known[one] for one in document[name]]


def named_page(
    session: Session,
    edition: type[NamedEdition],
    *,
    version: int,
    limit: int,
    after: tuple[str, uuid.UUID] | None = None,
) -> Sequence[AnyRow]:
    """Authors or tags by name: ``sort_key, subject_id, document``."""
    key = (edition.sort_key, edition.subject_id)
    found = select(*key, edition.document).where(edition.at(version))
    if after is not None:
        found = found.where(tuple_(*key) > tuple_(*after))
    return session.execute(found.order_by(*key).limit(limit)).all()


def count_named(session: Session, edition: type[NamedEdition], *, version: int) -> int:
    """How many authors or tags there are."""
    return session.scalars(
        select(func.count()).select_from(edition).where(edition.at(version))
    ).one()


def find_named(
    session: Session, edition: type[NamedEdition], slug: str, *, version: int
) -> AnyRow | None:
    """The ``subject_id`` and ``document`` of one author or tag."""
    return session.execute(
        select(edition.subject_id, edition.document).where(
            edition.slug == slug, edition.at(version)
        )
    ).first()


def post_counts(
    session: Session, listing: type[Listing], group_ids: list[uuid.UUID], *, version: int
) -> dict[uuid.UUID, int]:
    """How many published posts each author or tag has."""
    counted = session.execute(
        select(listing.group_id, func.count().label("posts"))
        .where(listing.group_id.in_(group_ids), listing.at(version))
        .group_by(listing.group_id)
    )
    return {row.group_id: row.posts for row in counted}


def _named(
    session: Session,
    edition: type[NamedEdition],
    ids: set[uuid.UUID],
    shown: tuple[str, ...],
    version: int,
) -> dict[str, Document]:
    found = session.execute(
        select(edition.subject_id, edition.document).where(
            edition.subject_id.in_(ids), edition.at(version)
        )
    )
    known = {}
    for subject_id, packed in found:
        document = orjson.loads(packed)
        known[str(subject_id)] = {name: document[name] for name in shown}
    return known


def _key(
    table: type[PostEdition | TagListing | AuthorListing],
) -> tuple[InstrumentedAttribute[datetime], InstrumentedAttribute[uuid.UUID]]:
    post_id = table.subject_id if issubclass(table, PostEdition) else table.post_id
    return table.published_at, post_id
