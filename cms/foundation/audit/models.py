"""The table of the audit log. A trigger refuses whatever would change or remove a row."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.database import Base, Key, UtcDateTime

_HAS_KEY = text("key_id IS NOT NULL")
_WITH_KEY: dict[str, Any] = {"sqlite_where": _HAS_KEY, "postgresql_where": _HAS_KEY}


class AuditEntry(Base):
    """What one transaction did to one thing. No foreign keys: it outlives all that it names."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        # The order of the list: newest first; of all, and of each value that a filter may name.
        Index("ix_audit_entries_at", "at", "id"),
        Index("ix_audit_entries_action", "action", "at", "id"),
        Index("ix_audit_entries_actor", "actor_id", "at", "id"),
        Index("ix_audit_entries_key", "key_id", "at", "id"),
        # What keys did, whichever: few entries perhaps, and far from each other.
        Index("ix_audit_entries_keyed", "at", "id", **_WITH_KEY),
        Index("ix_audit_entries_address", "address", "at", "id"),
        Index("ix_audit_entries_kind", "subject_kind", "at", "id"),
        Index("ix_audit_entries_subject", "subject_id", "at", "id"),
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
