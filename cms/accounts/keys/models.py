"""The table of keys."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, Uuid, or_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User, UserKind
from cms.foundation.audit import Audited
from cms.foundation.database import Base, Key, UtcDateTime


class AccessKey(Base):
    """Acts for its user: for a person, or for a user that exists for this key only."""

    __tablename__ = "access_keys"
    audited = Audited("key", ("user_id", "name", "permissions", "tag_ids", "expires_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str]
    hint: Mapped[str]
    digest: Mapped[str] = mapped_column(Key, unique=True)
    permissions: Mapped[list[str]] = mapped_column(JSON)
    # Ids, not links: a tag that is deleted must close the key further, never open it.
    tag_ids: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    user: Mapped[User] = relationship(lazy="raise")

    @classmethod
    def unexpired(cls, now: Any) -> ColumnElement[bool]:
        """Whether it has not ended yet at ``now``; so too where there is no key."""
        return or_(cls.expires_at.is_(None), cls.expires_at > now)

    @property
    def is_service(self) -> bool:
        """Whether it belongs to the site, and not to a person."""
        return self.user.kind == UserKind.SERVICE
