"""Which version the site has now: asked before each public answer, so it must cost little."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from cms.foundation.database import Database
from cms.foundation.errors import Unavailable

QUERY = "SELECT version, names_version, oldest_version FROM site"


@dataclass(frozen=True, slots=True)
class Version:
    """The site version, the newest that changed an author or a tag, the oldest still known."""

    number: int
    names: int
    oldest: int = 0


class Present(Protocol):
    """Gives the version that the site has at the moment of the call."""

    def __call__(self) -> Version:
        """The version of the last change acknowledged before the call, or a later one.

        Raises ``Unavailable``.
        """
        ...


def watch(database: Database, *, notified: bool = False) -> Present:
    """How to know the present version of ``database``.

    ``notified``, on PostgreSQL only: be told instead of asking. Cheaper by a round trip, and behind
    for as long as a notification travels.
    """
    # Each driver is imported only where it is used.
    if database.path is not None:
        from cms.editions.present.sqlite import FileVersion  # noqa: PLC0415

        return FileVersion(database.path)
    from cms.editions.present.postgresql import NotifiedVersion, ServerVersion  # noqa: PLC0415

    return NotifiedVersion(database) if notified else ServerVersion(database)


def unavailable(error: Exception) -> Unavailable:
    """The situation behind a driver's error."""
    structlog.get_logger().error("site_version_unknown", error=str(error))
    return Unavailable("Try again in a moment.")
