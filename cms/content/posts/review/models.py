"""The table of comments on posts."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User
from cms.foundation.audit import Audited
from cms.foundation.database import Base, UtcDateTime


class StepTaken(StrEnum):
    """The step that a comment came with."""

    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"
    APPROVED = "approved"


class Comment(Base):
    """What somebody said about a post, on its own or with a step. Never changed."""

    __tablename__ = "post_comments"
    audited = Audited("comment", ("post_id", "revision", "step"), texts=("text",))
    __table_args__ = (Index("ix_post_comments_newest", "post_id", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    post_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("posts.id", ondelete="CASCADE"))
    # What the post said then.
    revision: Mapped[int]
    step: Mapped[str | None]
    text: Mapped[str] = mapped_column(Text)
    by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    by: Mapped[User | None] = relationship(lazy="raise")
