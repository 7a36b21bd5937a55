"""The table of answers that were given to requests with a key."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.database import Base, UtcDateTime


class GivenAnswer(Base):
    """An answer, written in the transaction whose effect it reports."""

    __tablename__ = "given_answers"

    # Of the key and of whoever gave it.
    key_digest: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    # Of all that makes it this request.
    request_digest: Mapped[bytes] = mapped_column(LargeBinary)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    status: Mapped[int]
    headers: Mapped[list[Any]] = mapped_column(JSON)
    # Sealed where it holds a secret; empty for an answer that is too long to keep.
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
