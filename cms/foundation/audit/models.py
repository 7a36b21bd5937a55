"""The table of the audit log. A trigger refuses whatever would change or remove a row."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.database import Base, Key, UtcDateTime


class AuditEntry(Base):
    """What one transaction did to one thing. No foreign keys: it outlives all that it names."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        # Newest first, of one thing, one person or one action.
        Index("ix_audit_entries_subject", "subject_id", "id"),
        Index("ix_audit_entries_actor", "actor_id", "id"),
        Index("ix_audit_entries_action", "action", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(Key)
    actor_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    # As it was then.
    actor_name: Mapped[str | None]
    key_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    address: Mapped[str | None]
    request_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    subject_kind: Mapped[str]
    # Empty: many at once, and only how many is known.
    subject_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    changes: Mapped[dict[str, Any]] = mapped_column(JSON)
