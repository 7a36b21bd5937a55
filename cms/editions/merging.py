"""Letting one author or tag take another's place in all that readers see."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, insert, inspect, select, update
from sqlalchemy.orm import Session

from cms.editions import counts, versions
from cms.editions.models import (
    LISTINGS,
    AuthorEdition,
    AuthorListing,
    Listing,
    NamedEdition,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.editions.search import actions as search
from cms.foundation.database import new_id

# Posts whose texts are in memory at a time.
PORTION = 200
# Where a post is listed under it, and where its document names it.
PLACES: dict[type[NamedEdition], tuple[type[Listing], str]] = {
    AuthorEdition: (AuthorListing, "authors"),
    TagEdition: (TagListing, "tags"),
}


def merge(
    session: Session,
    model: type[NamedEdition],
    old: uuid.UUID,
    into: uuid.UUID,
    *,
    kind: str,
    by_id: uuid.UUID | None,
    now: datetime,
) -> None:
    """End the author or tag ``old`` under one version; ``into`` takes its place, once in each post.

    Each post that readers see gets an edition that differs in this alone: what is unpublished
    stays so, and ``updated_at`` stays. Call it last in an action.
    """
    version = versions.take(session)
    listing, _ = PLACES[model]
    of_old = (listing.live(), listing.group_id == old)
    live = select(listing.edition_id).where(*of_old)
    edition_ids = session.scalars(live).all()
    post_ids = session.scalars(select(listing.post_id).where(*of_old)).all()
    named_both = (
        select(func.count())
        .select_from(listing)
        .where(listing.live(), listing.group_id == into, listing.edition_id.in_(live))
    )
    gained = len(edition_ids) - (session.scalar(named_both) or 0)
    for start in range(0, len(edition_ids), PORTION):
        _replace(session, model, edition_ids[start : start + PORTION], (old, into), version)
    counts.change(session, {old: -len(edition_ids), into: gained}, version=version)
    session.execute(
        update(model)
        .where(model.subject_id == old, model.live())
        .values(until_version=version, successor_id=into)
    )
    search.remove_name(session, old)
    versions.move_names(session, version)
    versions.explain(session, version, kind, old, by_id, now)
    for post_id in post_ids:
        versions.explain(session, version, "post.refiled", post_id, by_id, now)
    session.flush()


def _replace(
    session: Session,
    model: type[NamedEdition],
    edition_ids: Sequence[uuid.UUID],
    pair: tuple[uuid.UUID, uuid.UUID],
    version: int,
) -> None:
    """Issue each edition again, with the one in the place of the other, from ``version`` on."""
    listing, name = PLACES[model]
    span = {"from_version": version, "until_version": None}
    ids = {edition_id: new_id() for edition_id in edition_ids}
    found = _rows(session, PostEdition, PostEdition.id.in_(edition_ids))
    editions = [
        {
            **row,
            **span,
            "id": ids[row["id"]],
            "document": _renamed(row["document"], name, pair),
        }
        for row in found
    ]
    listings = {
        one: _relisted(
            _rows(session, one, one.edition_id.in_(edition_ids)),
            ids,
            pair if one is listing else None,
            span,
        )
        for one in LISTINGS
    }
    columns = (PostEdition.id, *(one.edition_id for one in LISTINGS))
    for column in columns:
        ended = update(column.class_).where(column.in_(edition_ids)).values(until_version=version)
        session.execute(ended.execution_options(synchronize_session=False))
    for row in found:
        search.remove(session, row["subject_id"])
    session.execute(insert(PostEdition), editions)
    shown = ("id", "published_at", "document", "html")
    search.add(session, [tuple(row[name] for name in shown) for row in editions])
    for one, rows in listings.items():
        if rows:
            session.execute(insert(one), rows)


def _rows(session: Session, table: Any, condition: Any) -> list[dict[str, Any]]:
    columns = inspect(table).columns
    return [dict(row) for row in session.execute(select(*columns).where(condition)).mappings()]


def _renamed(document: str, name: str, pair: tuple[uuid.UUID, uuid.UUID]) -> str:
    """A post's document with the first of ``pair`` replaced by the second, which is named once."""
    values: dict[str, Any] = orjson.loads(document)
    old, into = map(str, pair)
    if into in values[name]:
        values[name].remove(old)
    else:
        values[name] = [into if one == old else one for one in values[name]]
    return orjson.dumps(values).decode()


def _relisted(
    rows: list[dict[str, Any]],
    ids: dict[uuid.UUID, uuid.UUID],
    pair: tuple[uuid.UUID, uuid.UUID] | None,
    span: dict[str, int | None],
) -> list[dict[str, Any]]:
    """The listings of the editions that took over; each under a group once."""
    moved = dict([pair]) if pair else {}
    listed = {}
    for row in rows:
        group_id = moved.get(row["group_id"], row["group_id"])
        edition_id = ids[row["edition_id"]]
        listed[edition_id, group_id] = {
            **row,
            **span,
            "edition_id": edition_id,
            "group_id": group_id,
        }
    return list(listed.values())
