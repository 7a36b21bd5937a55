"""The table of schedules: what is to become of a post, and when."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.foundation.audit import Audited
from cms.foundation.database import Base, UtcDateTime
from cms.foundation.jobs.models import Job


class Schedule(Base):
    """What is still to be done; gone when all of it is done or taken back."""

    __tablename__ = "post_schedules"
    audited = Audited("schedule", ("publish_at", "unpublish_at", "revision"))

    post_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    publish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    unpublish_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The state that is published, as it was approved; empty: the one of that moment.
    revision: Mapped[int | None]
    # Where the post stands again when it is taken back.
    former_status: Mapped[str]
    scheduled_by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    # A worker that comes with another job comes for a schedule that was replaced.
    job_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("jobs.id", ondelete="SET NULL"), index=True
    )
    job: Mapped[Job | None] = relationship(lazy="raise")

    @property
    def follow_draft(self) -> bool:
        """Whether the state of that moment is published, whatever it is then."""
        return self.publish_at is not None and self.revision is None

    @property
    def due_at(self) -> datetime:
        """When the next part of it is due."""
        due_at = self.publish_at or self.unpublish_at
        assert due_at is not None  # noqa: S101 - an empty schedule is never kept
        return due_at

    @property
    def error(self) -> str | None:
        """Why it could not be carried out, should it be overdue."""
        return None if self.job is None else self.job.error
