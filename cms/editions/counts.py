"""How many published posts each author and tag has: kept when posts come and go, not counted."""

import uuid
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    Update,
    Uuid,
    bindparam,
    select,
    update,
)
from sqlalchemy.orm import Session

from cms.editions.models import EVERYTHING, PostCount
from cms.foundation import bulk

__all__ = ["EVERYTHING", "at", "change"]


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
    session.flush()
    # Not through the session, which takes longer than the database for each of many groups.
    connection = session.connection()
    # One by one: asked for together, the newest of each is found by reading all of its history.
    for group_id, number in differences.items():
        if not number:
            continue
        found = connection.execute(_newest(), {"group_id": group_id}).first()
        if found is not None and found.from_version == version:
            connection.execute(
                _again(), {"of_group": group_id, "of_version": version, "by": number}
            )
            continue
        posts = number + (found.posts if found else 0)
        changed.append({"group_id": group_id, "from_version": version, "posts": posts})
    bulk.add(session, PostCount, changed)


@cache
def _newest() -> Select[int, int]:
    return (
        select(PostCount.from_version, PostCount.posts)
        .where(PostCount.group_id == bindparam("group_id", type_=Uuid))
        .order_by(PostCount.from_version.desc())
        .limit(1)
    )


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
