"""How the public record is read by those who write it."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.editions.models import PostEdition


def find_live_post_id(session: Session, slug: str) -> uuid.UUID | None:
    """The post whose live edition has this slug."""
    return session.scalar(
        select(PostEdition.subject_id).where(PostEdition.slug == slug, PostEdition.live())
    )
