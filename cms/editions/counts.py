"""How many published posts each author, tag and month has: kept as posts come and go."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    ScalarSelect,
    Select,
    Update,
    Uuid,
    bindparam,
    column,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from cms.editions.models import EVERYTHING, PostCount
from cms.foundation import bulk
from cms.foundation.prepared import AnyRow, Prepared

__all__ = ["EVERYTHING", "at", "change", "month", "months", "of_post", "year_and_month"]

# Months stand among the groups under a number that no author or tag has: 202603.
_LAST_MONTH = uuid.UUID(int=999912)


def of_post(published_at: datetime, group_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """All that a post with these authors and tags counts for."""
    return [EVERYTHING, month(published_at), *group_ids]


def month(moment: datetime) -> uuid.UUID:
    """What stands for the month of a moment, in UTC."""
    utc = moment.astimezone(UTC)
    return uuid.UUID(int=utc.year * 100 + utc.month)


def year_and_month(group_id: uuid.UUID) -> tuple[int, int]:
    """Which month a group stands for."""
    return divmod(group_id.int, 100)


def months(version: Any) -> Select[uuid.UUID, int | None]:
    """The months that ever had a post, with the number of their posts at a version.

    From one month of the primary key to the next, however often their numbers have changed.
    """
    first = _next_month(bindparam(None, EVERYTHING, Uuid)).label("group_id")
    walk = select(first).cte("months", recursive=True)
    walk = walk.union_all(select(_next_month(walk.c.group_id)).where(walk.c.group_id.is_not(None)))
    found = select(walk.c.group_id, at(walk.c.group_id, version).label("posts"))
    return found.where(walk.c.group_id.is_not(None))


def _next_month(group_id: ColumnElement[uuid.UUID]) -> ScalarSelect[uuid.UUID]:
    later = aliased(PostCount)
    return (
        select(later.group_id)
        .where(later.group_id > group_id, later.group_id <= bindparam(None, _LAST_MONTH, Uuid))
        .order_by(later.group_id)
        .limit(1)
        .scalar_subquery()
    )


def at(group_id: ColumnElement[uuid.UUID], version: Any) -> ScalarSelect[int]:
    """The number of posts of a group at a version, as part of a statement; empty if it had none.

    One step into the primary key, however often the number has changed.
    """
    return (
        select(PostCount.posts)
        .where(PostCount.group_id == group_id, PostCount.from_version <= version)
        .order_by(PostCount.from_version.desc())
        .limit(1)
        .scalar_subquery()
    )


def change(session: Session, differences: Mapping[uuid.UUID, int], *, version: int) -> None:
    """Add ``differences`` to the counts, from ``version`` on.

    Only while the transaction holds the version: that is what makes reading and writing one step.
    """
    changed = []
    differences = {group_id: number for group_id, number in differences.items() if number}
    # Not through the session, which takes longer than the database for each of many groups.
    connection = session.connection()
    newest = _newest(connection, list(differences))
    for group_id, number in differences.items():
        found = newest.get(group_id)
        if found is not None and found.from_version == version:
            connection.execute(
                _again(), {"of_group": group_id, "of_version": version, "by": number}
            )
            continue
        posts = number + (found.posts if found else 0)
        changed.append({"group_id": group_id, "from_version": version, "posts": posts})
    bulk.add(session, PostCount, changed)


def _newest(connection: Connection, group_ids: list[uuid.UUID]) -> dict[uuid.UUID, AnyRow]:
    """The newest count of each group that has one: for each one step into the primary key."""
    if connection.dialect.name == "postgresql":
        rows = _NEWEST_OF_MANY.rows(connection, {"group_ids": group_ids})
        return {row.group_id: row for row in rows}
    # One by one, which costs no more where the database is in the same process.
    found = ((one, _NEWEST.first(connection, {"of_group": one})) for one in group_ids)
    return {one: row for one, row in found if row is not None}


def _newest_count(group_id: ColumnElement[uuid.UUID]) -> Select[int, int]:
    return (
        select(PostCount.from_version, PostCount.posts)
        .where(PostCount.group_id == group_id)
        .order_by(PostCount.from_version.desc())
        .limit(1)
    )


_NEWEST = Prepared(_newest_count(bindparam("of_group", type_=Uuid)))


def _newest_of_many() -> Prepared:
    asked = (
        func.unnest(bindparam("group_ids", type_=ARRAY(Uuid)))
        .table_valued(column("group_id", Uuid))
        .render_derived("asked")
    )
    newest = _newest_count(asked.c.group_id).lateral("newest")
    return Prepared(
        select(asked.c.group_id, newest.c.from_version, newest.c.posts).join_from(
            asked, newest, true()
        )
    )


_NEWEST_OF_MANY = _newest_of_many()


@cache
def _again() -> Update:
    return (
        update(PostCount)
        .where(
            PostCount.group_id == bindparam("of_group", type_=Uuid),
            PostCount.from_version == bindparam("of_version", type_=BigInteger),
        )
        .values(posts=PostCount.posts + bindparam("by", type_=Integer))
    )
