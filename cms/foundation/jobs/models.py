"""The table of jobs, and where one stands."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.database import Base, UtcDateTime


class Status(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    DUE = "due"
    RETRYING = "retrying"
    DEAD = "dead"


class Job(Base):
    """Something to be done. It is gone as soon as it is done."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_next_at", "next_at", "id"),)

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str]
    # What it is about: an id in a table that only the kind knows.
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When a worker may take it; empty once it has failed too often.
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    def status(self, now: datetime) -> Status:
        """Where it stands at ``now``."""
        if self.next_at is None:
            return Status.DEAD
        if self.failed_at is not None:
            return Status.RETRYING
        return Status.DUE if self.next_at <= now else Status.WAITING
