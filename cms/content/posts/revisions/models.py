"""The table of superseded states of posts; the present state of a post is its own row."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cms.content.posts.content import Content
from cms.foundation.database import Base, UtcDateTime


class PostRevision(Base):
    """A state that another save has replaced. Never changed."""

    __tablename__ = "post_revisions"

    post_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    # The fields in which it differs from the revision before it.
    changed: Mapped[list[str]] = mapped_column(JSON)
    is_autosave: Mapped[bool]
    content: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Saved:
    """A state of a post, superseded or present: how it came about."""

    number: int
    saved_at: datetime
    saved_by_id: uuid.UUID | None
    changed: list[str]
    is_autosave: bool


@dataclass(frozen=True, slots=True)
class Revision(Saved):
    """The same with what it says."""

    content: Content
