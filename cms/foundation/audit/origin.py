"""Where a change comes from: said to the session, by whoever makes it."""

import uuid
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

# Where a session has it; in ``Database.info`` for all sessions that are told nothing else.
ORIGIN: Final = "audit_origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who does what, and from where, as far as that is known."""

    # An operation of the API, a command, or the kind of a job.
    action: str
    actor_id: uuid.UUID | None = None
    actor_name: str | None = None
    key_id: uuid.UUID | None = None
    address: str | None = None
    request_id: uuid.UUID | None = None


UNKNOWN: Final = Origin(action="unknown")


def of(session: Session) -> Origin:
    """Where the changes of ``session`` come from."""
    found: Origin = session.info.get(ORIGIN, UNKNOWN)
    return found


def start(session: Session, origin: Origin) -> None:
    """Say where what follows comes from."""
    session.info[ORIGIN] = origin


def sign(session: Session, actor_id: uuid.UUID, name: str) -> None:
    """Say who it is, where only the database could tell."""
    start(session, replace(of(session), actor_id=actor_id, actor_name=name))
