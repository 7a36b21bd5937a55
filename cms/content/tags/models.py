"""The table of tags."""

import uuid

from sqlalchemy import Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cms.accounts.editing import Edited
from cms.foundation.audit import Audited
from cms.foundation.database import Base, Key


class Tag(Edited, Base):
    """A subject. Live as soon as it exists."""

    __tablename__ = "tags"
    audited = Audited("tag", ("slug", "name", "description"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(Key, unique=True)
    name: Mapped[str]
    # The name as it is compared: NFC and case folded.
    name_key: Mapped[str] = mapped_column(Key, unique=True)
    description: Mapped[str | None]
