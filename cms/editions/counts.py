"""How many published posts each author and tag has: kept when posts come and go, not counted."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import Session, aliased

from cms.editions.models import EVERYTHING, PostCount

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
    moved = {group_id: number for group_id, number in differences.items() if number}
    if not moved:
        return
    newer = aliased(PostCount)
    newest = (
        select(func.max(newer.from_version))
        .where(newer.group_id == PostCount.group_id)
        .scalar_subquery()
    )
    found = session.scalars(
        select(PostCount).where(PostCount.group_id.in_(moved), PostCount.from_version == newest)
    )
    known = {count.group_id: count for count in found}
    for group_id, number in moved.items():
        count = known.get(group_id)
        if count is not None and count.from_version == version:
            count.posts += number
            continue
        posts = number + (count.posts if count else 0)
        session.add(PostCount(group_id=group_id, from_version=version, posts=posts))
