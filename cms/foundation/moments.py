"""Moments in time: aware, UTC, whole milliseconds, one spelling."""

from datetime import UTC, datetime

EARLIEST = datetime(1, 1, 2, tzinfo=UTC)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)


def now() -> datetime:
    """The present moment, cut to the millisecond that answers show."""
    return cut(datetime.now(UTC))


def cut(moment: datetime) -> datetime:
    """The same moment in UTC without the part below a millisecond.

    A client that reads a moment and sends it back must not change it.
    """
    moment = moment.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def spell(moment: datetime) -> str:
    """RFC 3339 with milliseconds and ``Z``: ``2026-03-01T09:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
