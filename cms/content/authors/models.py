"""The table of authors."""

import uuid

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cms.accounts.editing import Edited
from cms.foundation.audit import Audited
from cms.foundation.database import Base, Key


class Author(Edited, Base):
    """A byline: a person readers see. May belong to a user. Live as soon as it exists."""

    __tablename__ = "authors"
    audited = Audited("author", ("slug", "name", "bio", "avatar_url", "website_url", "user_id"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str]
    bio: Mapped[str | None]
    avatar_url: Mapped[str | None]
    website_url: Mapped[str | None]
    user_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
