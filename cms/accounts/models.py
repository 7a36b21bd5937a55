"""Users, their logins, and links to a password."""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BindParameter, ColumnElement, ForeignKey, Uuid, and_
from sqlalchemy.orm import Mapped, mapped_column

from cms.accounts.editing import Edited
from cms.foundation.audit import Audited
from cms.foundation.database import Base, Key, UtcDateTime


class Role(StrEnum):
    """What somebody is here for. Each role may do all that the one before it may."""

    CONTRIBUTOR = "contributor"
    AUTHOR = "author"
    EDITOR = "editor"
    ADMIN = "admin"


class UserKind(StrEnum):
    """Whether a user can log in, or exists for a key of the site only."""

    PERSON = "person"
    SERVICE = "service"


class User(Edited, Base):
    """Somebody who changes things. Readers see authors (bylines), never users."""

    __tablename__ = "users"
    audited = Audited(
        "user", ("kind", "email", "name", "role", "is_active"), secrets=("password_hash",)
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    kind: Mapped[str]
    # Empty for a service.
    email: Mapped[str]
    # The address as it is compared: one account for each, however it is written. For a service its
    # id, which is nobody's address.
    email_key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    role: Mapped[str]
    is_active: Mapped[bool]
    # Empty: no password opens it.
    password_hash: Mapped[str]

    @property
    def has_password(self) -> bool:
        """Whether the user can log in: neither a service nor only invited so far."""
        return bool(self.password_hash)


class LoginSession(Base):
    """One login: lives from the password to the logout, across many tokens."""

    __tablename__ = "login_sessions"
    audited = Audited("login", ("user_id", "ended_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    # How often the refresh token was exchanged. Only the newest refresh token carries this number.
    rotation: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    def is_alive(self, now: datetime) -> bool:
        """Whether its tokens still count."""
        return self.ended_at is None and now < self.expires_at

    @classmethod
    def alive(cls, now: BindParameter[datetime]) -> ColumnElement[bool]:
        """The same, as a condition."""
        return and_(cls.ended_at.is_(None), cls.expires_at > now)


class PasswordLink(Base):
    """The one link by which a user may set a password, once."""

    __tablename__ = "password_links"
    audited = Audited("password_link", ("expires_at",), secrets=("digest",))

    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    digest: Mapped[str] = mapped_column(Key, unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
