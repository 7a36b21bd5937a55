"""The table of files that were loaded, and how far."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.database import Base, UtcDateTime


class Load(Base):
    """A file by its content. Written with the posts themselves, so a line is never loaded twice.

    One that only grew is known by its beginning.
    """

    __tablename__ = "loads"

    file_digest: Mapped[str] = mapped_column(primary_key=True)
    # In bytes; not known of old ones.
    size: Mapped[int | None] = mapped_column(BigInteger)
    # How many of its lines are done, refused ones included.
    lines: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
