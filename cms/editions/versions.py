"""Taking the next version of the site, and saying why."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, bindparam, cast, func, update
from sqlalchemy.orm import Session

from cms.editions.models import Change, Site
from cms.foundation import bulk
from cms.foundation.prepared import Prepared

# Where PostgreSQL tells who listens that the site has a new version.
CHANNEL = "cms_site_version"
# Where a session remembers the version that it took, and the savepoint that it may take one in.
TAKEN, SAVEPOINT = "site_version", "versioned_savepoint"

_MOVING = Prepared(
    update(Site)
    .values(names_version=bindparam("at_version", type_=BigInteger))
    .returning(Site.version)
)


def take(session: Session) -> int:
    """The number that this transaction publishes under; the same for all it does.

    The row stays locked until the commit, which puts versions in commit order.
    """
    transaction = session.get_transaction() or session.begin()
    if session.get_nested_transaction() is not session.info.get(SAVEPOINT):
        message = "A version taken inside of a savepoint could be rolled back alone"
        raise RuntimeError(message)
    taken: tuple[object, int] | None = session.info.get(TAKEN)
    if taken is not None and taken[0] is transaction:
        return taken[1]
    session.flush()
    # Not through the session, which takes longer than the database.
    connection = session.connection()
    version: int = _taking(connection.dialect.name).rows(connection, {})[0][0]
    session.info[TAKEN] = (transaction, version)
    return version


@cache
def _taking(database: str) -> Prepared:
    wanted: list[ColumnElement[Any]] = [Site.version.expression]
    if database == "postgresql":
        # Sent to who listens at the commit, in the order of commits.
        wanted.append(func.pg_notify(CHANNEL, cast(Site.version, String)))
    return Prepared(update(Site).values(version=Site.version + 1).returning(*wanted))


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """A part that can be rolled back alone: an error takes the version back that it took."""
    taken, around = session.info.get(TAKEN), session.info.get(SAVEPOINT)
    try:
        with session.begin_nested() as nested:
            session.info[SAVEPOINT] = nested
            yield
    except BaseException:
        session.info[TAKEN] = taken
        raise
    finally:
        session.info[SAVEPOINT] = around


def note(session: Session, kind: str, subject_id: uuid.UUID, *, now: datetime) -> None:
    """Take a version for a change that issues and ends no edition."""
    explain(session, take(session), kind, subject_id, None, now)
    session.flush()


def move_names(session: Session, version: int) -> None:
    """Say that authors or tags are others from this version on."""
    _MOVING.first(session.connection(), {"at_version": version})


def explain(
    session: Session,
    version: int,
    kind: str,
    subject_id: uuid.UUID,
    by_id: uuid.UUID | None,
    now: datetime,
) -> None:
    """Record what took the version."""
    session.add(Change(version=version, kind=kind, subject_id=subject_id, by_id=by_id, at=now))


def explain_all(
    session: Session,
    version: int,
    kind: str,
    subject_ids: Iterable[uuid.UUID],
    by_id: uuid.UUID | None,
    now: datetime,
) -> None:
    """Record that the same took the version for many, in few statements."""
    why = {"version": version, "kind": kind, "by_id": by_id, "at": now}
    bulk.add(session, Change, [{**why, "subject_id": one} for one in subject_ids])
