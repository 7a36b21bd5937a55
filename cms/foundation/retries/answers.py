"""Keeping answers for retries, and finding them again."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.foundation.retries.errors import StillRunning
from cms.foundation.retries.models import GivenAnswer

LIFE = timedelta(hours=24)
# Each new answer takes so many expired ones away at most: more than come, and never a scan.
SWEPT = 10


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and the request that it was given to."""

    request_digest: bytes
    given_at: datetime
    status: int
    headers: list[tuple[str, str]]
    body: bytes | None


def find(connection: Connection, key_digest: bytes, *, now: datetime) -> Given | None:
    """The answer that was given under a key, unless that was too long ago."""
    found = select(
        GivenAnswer.request_digest,
        GivenAnswer.given_at,
        GivenAnswer.status,
        GivenAnswer.headers,
        GivenAnswer.body,
    ).where(GivenAnswer.key_digest == key_digest, GivenAnswer.given_at > now - LIFE)
    row = connection.execute(found).one_or_none()
    if row is None:
        return None
    headers = [(name, value) for name, value in row.headers]
    return Given(row.request_digest, row.given_at, row.status, headers, row.body)


def keep(session: Session, key_digest: bytes, given: Given) -> None:
    """Keep an answer together with its effect. Raises ``StillRunning`` if another was faster."""
    expired = GivenAnswer.given_at <= given.given_at - LIFE
    oldest = (
        select(GivenAnswer.key_digest)
        .where(expired)
        .order_by(GivenAnswer.given_at)
        .limit(SWEPT)
        .with_for_update(skip_locked=True)
        # PostgreSQL may ask a subquery again for each row, and then takes others each time.
        .cte("oldest")
    )
    # What the answer is about is flushed by this: what fails below is about the key.
    session.execute(delete(GivenAnswer).where(GivenAnswer.key_digest == key_digest, expired))
    session.execute(
        delete(GivenAnswer).where(GivenAnswer.key_digest.in_(select(oldest.c.key_digest)))
    )
    try:
        session.execute(insert(GivenAnswer).values(key_digest=key_digest, **asdict(given)))
    except IntegrityError as error:
        raise StillRunning("Another request with this key was faster. Send it again.") from error
