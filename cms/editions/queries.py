"""What both who write the public record and who read it ask of it."""

import uuid
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from cms.editions.models import Change, PostEdition


def find_live_post_id(session: Session, slug: str) -> uuid.UUID | None:
    """The post whose live edition has this slug."""
    return session.scalar(
        select(PostEdition.subject_id).where(PostEdition.slug == slug, PostEdition.live())
    )


def version_at(connection: Connection, moment: datetime) -> int:
    """The version of the newest change made by then; 0 before the first.

    By the clocks of the servers that made the changes.
    """
    newest = select(Change.version).where(Change.at <= moment)
    newest = newest.order_by(Change.at.desc(), Change.version.desc()).limit(1)
    return connection.scalar(newest) or 0
