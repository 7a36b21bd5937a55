"""What both who write the public record and who read it ask of it."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import Session

from cms.editions.models import Change, NamedEdition, PostEdition
from cms.foundation.database import Key
from cms.foundation.prepared import Prepared

_LIVE_POST_ID = Prepared(
    select(PostEdition.subject_id).where(
        PostEdition.slug == bindparam("of_slug", type_=Key), PostEdition.live()
    )
)


def find_live_post_id(session: Session, slug: str) -> uuid.UUID | None:
    """The post whose live edition has this slug."""
    found = _LIVE_POST_ID.first(session.connection(), {"of_slug": slug})
    return None if found is None else found.subject_id


def find_live_revision(session: Session, post_id: uuid.UUID) -> int | None:
    """Which revision of a post readers see, if they see one and it is known."""
    return session.scalar(
        select(PostEdition.revision).where(PostEdition.subject_id == post_id, PostEdition.live())
    )


def merges(
    session: Session, model: type[NamedEdition], ids: Collection[uuid.UUID]
) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """How those of ``ids`` that were merged away became those of today: each who, and into whom.

    In the order in which it happened.
    """
    found, asked = dict[uuid.UUID, tuple[int | None, uuid.UUID, uuid.UUID]](), set(ids)
    while asked:
        merged = select(model.until_version, model.subject_id, model.successor_id).where(
            model.subject_id.in_(asked), model.successor_id.is_not(None)
        )
        step = {old: (at, old, into) for at, old, into in session.execute(merged) if into}
        found |= step
        asked = {into for _, _, into in step.values()} - found.keys()
    return [(old, into) for _, old, into in sorted(found.values())]


def moment_of(connection: Connection, version: int) -> datetime | None:
    """When the site took a version; ``None`` for one that it never had."""
    # Any change of it will do: they were made at once.
    return connection.scalar(select(Change.at).where(Change.version == version).limit(1))


def version_at(connection: Connection, moment: datetime) -> int:
    """The version of the newest change made by then; 0 before the first.

    By the clocks of the servers that made the changes.
    """
    newest = select(Change.version).where(Change.at <= moment)
    newest = newest.order_by(Change.at.desc(), Change.version.desc()).limit(1)
    return connection.scalar(newest) or 0
