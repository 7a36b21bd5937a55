"""How sitemaps walk through the site: in the order in which things were created.

That order never changes, so a new post comes last, and only the last part of the map with it.
"""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    ScalarSelect,
    String,
    Uuid,
    bindparam,
    case,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import InstrumentedAttribute

from cms.delivery import looking
from cms.delivery.looking import VERSION, View, once, seen_in, version_seen
from cms.editions.models import (
    AuthorEdition,
    AuthorListing,
    Change,
    Edition,
    Listing,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.foundation.prepared import AnyRow, AnySelect, Prepared

# Rows that are in memory at a time.
BATCH = 1000
LISTINGS: dict[type[Edition], type[Listing]] = {
    TagEdition: TagListing,
    AuthorEdition: AuthorListing,
}
FIRST_ID, LAST_ID = uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)


def parts(view: View, edition: type[Edition], size: int) -> list[datetime | None]:
    """When anything in each part changed last, as far as is known; the oldest part first.

    Each has ``size`` things, the last one fewer. Reads an index from end to end: all ids there are.
    """

    def statement(*, live: bool) -> Prepared:
        return _parts(edition, live=live)

    bounds = {"size": size, "lowest": FIRST_ID, "highest": LAST_ID}
    found = looking.read(view, statement, bounds)
    return [row.changed for row in sorted(found, key=lambda row: row.first_id)]


def part(view: View, edition: type[Edition], number: int, size: int) -> Iterator[AnyRow]:
    """What is in a part, counted from 1: the ``slug``, and the ``document`` of a post.

    Of a tag or an author ``newest``, when their newest post was published. A batch at a time;
    nothing for a part that is not there.
    """
    first = FIRST_ID
    if number > 1:
        skipped = {"skipped": (number - 1) * size}
        found = looking.read(view, lambda *, live: _start(edition, live=live), skipped)
        if not found:
            return
        first = found[0].subject_id
    while size > 0:
        rows = _batch(view, edition, first, min(size, BATCH))
        yield from rows
        if len(rows) < min(size, BATCH):
            return
        size -= len(rows)
        first = uuid.UUID(int=uuid.UUID(str(rows[-1].subject_id)).int + 1)


def _batch(view: View, edition: type[Edition], first: uuid.UUID, limit: int) -> list[AnyRow]:
    parameters: dict[str, Any] = {"limit": limit, "first": first}
    return list(looking.read(view, lambda *, live: _rows(edition, live=live), parameters))


@once
def _parts(edition: type[Edition], *, live: bool) -> AnySelect:
    def id_behind(first: ColumnElement[uuid.UUID]) -> ScalarSelect[uuid.UUID]:
        """Where the part after the one that begins with ``first`` begins."""
        return (
            select(edition.subject_id)
            .where(edition.subject_id >= first, seen_in(edition, live=live))
            .order_by(edition.subject_id)
            .offset(bindparam("size", type_=Integer))
            .limit(1)
            .scalar_subquery()
        )

    lowest = bindparam("lowest", type_=Uuid)
    any_id = select(edition.subject_id).where(seen_in(edition, live=live)).exists()
    starts = (
        select(lowest.label("first_id"), id_behind(lowest).label("next_id"))
        .where(any_id)
        .cte("starts", recursive=True)
    )
    starts = starts.union_all(
        select(starts.c.next_id, id_behind(starts.c.next_id).correlate(starts)).where(
            starts.c.next_id.is_not(None)
        )
    )
    end = func.coalesce(starts.c.next_id, bindparam("highest", type_=Uuid))
    # When any of them was issued or withdrawn.
    withdrawn = edition.until_version
    newest = (
        select(func.max(case((withdrawn <= VERSION, withdrawn), else_=edition.from_version)))
        .where(edition.subject_id >= starts.c.first_id, edition.subject_id < end)
        .where(edition.from_version <= VERSION)
        .correlate(starts)
        .scalar_subquery()
    )
    # Any change of a version will do: they were made at once.
    changed = select(Change.at).where(Change.version == newest).limit(1).correlate(starts)
    return select(version_seen(), starts.c.first_id, changed.scalar_subquery().label("changed"))


@once
def _start(edition: type[Edition], *, live: bool) -> AnySelect:
    return (
        select(version_seen(), edition.subject_id)
        .where(seen_in(edition, live=live))
        .order_by(edition.subject_id)
        .offset(bindparam("skipped", type_=Integer))
        .limit(1)
    )


@once
def _rows(edition: type[Edition], *, live: bool) -> AnySelect:
    # As the driver gives it: making an object of each takes as long as reading its row.
    columns: list[Any] = [type_coerce(edition.subject_id, String), edition.slug]
    if edition is PostEdition:
        columns.append(edition.document)
    else:
        columns.append(_newest_post(LISTINGS[edition], edition.subject_id, live=live))
    return (
        select(version_seen(), *columns)
        .where(edition.subject_id >= bindparam("first", type_=Uuid), seen_in(edition, live=live))
        .order_by(edition.subject_id)
        .limit(bindparam("limit", type_=Integer))
    )


def _newest_post(
    listing: type[Listing], group_id: InstrumentedAttribute[uuid.UUID], *, live: bool
) -> ColumnElement[datetime]:
    return (
        select(listing.published_at)
        .where(listing.group_id == group_id, seen_in(listing, live=live))
        .order_by(listing.published_at.desc(), listing.post_id.desc())
        .limit(1)
        .scalar_subquery()
        .label("newest")
    )
