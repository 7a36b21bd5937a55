"""Rows that remember which version they are and who made it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from cms.foundation.database import UtcDateTime


class Edited:
    """Mixin: a version that each save raises, and who made the last one."""

    version: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @declared_attr
    @classmethod
    def updated_by_id(cls) -> Mapped[uuid.UUID | None]:
        """The user who saved last; empty when that user was deleted."""
        return mapped_column(Uuid, ForeignKey("users.id", ondelete="SET NULL"))

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """``UPDATE … WHERE version = …``: the last line of defence against lost updates."""
        return {"version_id_col": cls.__dict__.get("version") or cls.version}
