"""The table of preview links."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.audit import Audited
from cms.foundation.database import Base, UtcDateTime


class PreviewLink(Base):
    """Whoever has its token sees the post until it expires. Revoking deletes it."""

    __tablename__ = "preview_links"
    audited = Audited("preview_link", ("post_id", "revision", "expires_at"))

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    post_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), index=True
    )
    token_hash: Mapped[str] = mapped_column(unique=True)
    # Empty: it shows the working copy as it is.
    revision: Mapped[int | None]
    created_by_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    # It may show no more than the key with which it was made, and goes with that.
    key_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("access_keys.id", ondelete="CASCADE"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
