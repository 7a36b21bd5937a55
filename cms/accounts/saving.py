"""Saving a row on top of the version that the caller knows: nobody's change is lost."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from cms.accounts.editing import Edited
from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.foundation import moments
from cms.foundation.errors import ExpectationMissing, Stale
from cms.foundation.versions import Expected


def begin(subject: Edited, *, by: Caller | None, now: datetime) -> None:
    """Mark a new row as created by ``by``."""
    subject.created_at = subject.updated_at = now
    subject.updated_by_id = by.id if by else None


def touch(subject: Edited, *, by: Caller | None, now: datetime) -> None:
    """Mark a row as changed, also when only rows that belong to it were."""
    subject.updated_at = now
    subject.updated_by_id = by.id if by else None
    flag_modified(subject, "updated_at")


def change(subject: object, values: dict[str, Any]) -> bool:
    """Set attributes; say whether any of them was another before."""
    different = {name: value for name, value in values.items() if getattr(subject, name) != value}
    for name, value in different.items():
        setattr(subject, name, value)
    return bool(different)


def guard(session: Session, subject: Edited, expected: Expected) -> None:
    """Refuse a change that was made from another version.

    Call it on a row that was read with a lock, after the permission was checked: whoever may not
    act learns nothing from it. Raises ``ExpectationMissing`` or ``Stale``.
    """
    if not expected.is_stated:
        message = "Send If-Match with the ETag of the state that your change was made from."
        raise ExpectationMissing(message)
    if expected.admits(subject.version):
        return
    who = _name(session, subject.updated_by_id)
    when = moments.spell(subject.updated_at)
    message = f"Version {subject.version} was saved by {who or 'somebody'} at {when}."
    raise Stale(
        f"{message} Read it again, merge your change, and send it with the new ETag.",
        current_version=subject.version,
        changed_by=who and {"id": str(subject.updated_by_id), "name": who},
        changed_at=when,
    )


def _name(session: Session, user_id: uuid.UUID | None) -> str | None:
    return session.scalar(select(User.name).where(User.id == user_id)) if user_id else None
