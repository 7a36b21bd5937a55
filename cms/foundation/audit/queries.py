"""How entries are found."""

import uuid
from datetime import datetime

from sqlalchemy import Select, Uuid, literal, select, tuple_, union
from sqlalchemy.orm import Session

from cms.foundation.audit.models import AuditEntry
from cms.foundation.database import UtcDateTime
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.listed import Listed, fitting
from cms.foundation.filters.tree import Checked, alternatives

# What `filter` reaches; nothing else can be named.
LISTED: Listed = {
    "at": (Kind.MOMENT, AuditEntry.at.expression),
    "action": (Kind.WORD, AuditEntry.action.expression),
    "actor_id": (Kind.IDENTIFIER, AuditEntry.actor_id.expression),
    "key_id": (Kind.IDENTIFIER, AuditEntry.key_id.expression),
    "address": (Kind.WORD, AuditEntry.address.expression),
    "subject_kind": (Kind.WORD, AuditEntry.subject_kind.expression),
    "subject_id": (Kind.IDENTIFIER, AuditEntry.subject_id.expression),
}
_NEWEST_FIRST = (AuditEntry.at.desc(), AuditEntry.id.desc())


def newest(
    session: Session,
    *,
    limit: int,
    after: tuple[datetime, uuid.UUID] | None = None,
    filter_: Checked | None = None,
    now: datetime,
) -> list[AuditEntry]:
    """The newest entries that fit; those behind the one which is ``after``.

    A filter that is met in several ways takes the newest of each, along the index of each, and then
    the newest of these. So neither database sorts more than that, however long the log is.
    """
    ways: list[Checked | None] = [*alternatives(filter_)] if filter_ else [None]
    found = [_newest(fitting(_behind(after), way, LISTED, now=now), limit) for way in ways]
    if len(found) == 1:
        return list(session.scalars(found[0]))
    places = (one.with_only_columns(AuditEntry.at, AuditEntry.id).subquery() for one in found)
    each = union(*(select(place) for place in places)).subquery()
    merged = select(AuditEntry).join(each, each.c.id == AuditEntry.id)
    # By what the pages gave: no planner may think of walking the whole log for that order.
    in_order = merged.order_by(each.c.at.desc(), each.c.id.desc()).limit(limit)
    return list(session.scalars(in_order))


def _behind(after: tuple[datetime, uuid.UUID] | None) -> Select[AuditEntry]:
    found = select(AuditEntry)
    if after is None:
        return found
    place = (literal(after[0], UtcDateTime), literal(after[1], Uuid))
    return found.where(tuple_(AuditEntry.at, AuditEntry.id) < tuple_(*place))


def _newest(found: Select[AuditEntry], limit: int) -> Select[AuditEntry]:
    return found.order_by(*_NEWEST_FIRST).limit(limit)
