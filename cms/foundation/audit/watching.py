"""Seeing what sessions change, and writing it down with them.

What was seen is kept with the session until it commits: one entry for each thing, however often it
was saved on the way, and nothing of what a savepoint took back.
"""

import uuid
from functools import cache
from typing import Any, Final, TypeAlias, cast
from weakref import WeakKeyDictionary

from sqlalchemy import CursorResult, Result, event, insert
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, object_mapper
from sqlalchemy.orm.unitofwork import UOWTransaction

from cms.foundation import moments
from cms.foundation.audit import origin
from cms.foundation.audit.audited import Audited, Changes, is_change
from cms.foundation.audit.models import AuditEntry
from cms.foundation.database import Base, new_id

# Kind and id; no id for many at once.
Subject: TypeAlias = tuple[str, uuid.UUID | None]
# For a statement that changes nothing that the log would show.
UNAUDITED: Final = {"is_unaudited": True}
_SEEN, _SAVED = "audit_seen", "audit_saved"


def note(session: Session, kind: str, subject_id: uuid.UUID, changes: Changes) -> None:
    """Say what no row says by itself."""
    _add(session, (kind, subject_id), changes)


def _seen(session: Session) -> dict[Subject, Changes]:
    found: dict[Subject, Changes] = session.info.setdefault(_SEEN, {})
    return found


def _add(session: Session, subject: Subject, changes: Changes) -> None:
    """Put ``changes`` after those that were seen before. What is back as it was is no change."""
    if not changes:
        return
    seen = _seen(session)
    # A new one: savepoints hold on to the old.
    whole = dict(seen.get(subject, {}))
    for name, (before, after) in changes.items():
        pair = (whole[name][0] if name in whole else before, after)
        if is_change(*pair):
            whole[name] = pair
        else:
            whole.pop(name, None)
    seen[subject] = whole


@event.listens_for(Session, "after_flush")
def _see_rows(session: Session, _context: UOWTransaction) -> None:
    for row in session.new:
        _see(session, row, is_new=True)
    for row in session.dirty:
        _see(session, row)


@event.listens_for(Session, "persistent_to_deleted")
def _see_deleted(session: Session, row: object) -> None:
    # Told of orphans too, which are not among those that the session was asked to delete.
    _see(session, row, is_deleted=True)


def _see(session: Session, row: object, *, is_new: bool = False, is_deleted: bool = False) -> None:
    audited: Audited | None = getattr(row, "audited", None)
    if audited is not None:
        subject_id = object_mapper(row).primary_key_from_instance(row)[0]
        changes = audited.changes(row, is_new=is_new, is_deleted=is_deleted)
        _add(session, (audited.kind, subject_id), changes)


@event.listens_for(Session, "do_orm_execute")
def _see_statement(state: ORMExecuteState) -> Result[Any] | None:
    """Note how many rows a statement changed past the objects: nobody knows what they were."""
    if not (state.is_update or state.is_delete or state.is_insert):
        return None
    statement: Any = state.statement
    table = statement.entity_description["table"].name
    kind = _kinds().get(table)
    if kind is None or state.execution_options.get("is_unaudited"):
        return None
    result: Any = state.invoke_statement()
    if isinstance(state.parameters, list):
        rows = len(state.parameters)
    elif isinstance(result, CursorResult) and not result.returns_rows:
        rows = result.rowcount
    else:
        frozen = result.freeze()
        result, rows = frozen(), len(frozen.data)
    verb = "inserted" if state.is_insert else "updated" if state.is_update else "deleted"
    _count(state.session, kind, f"{table}.{verb}", rows)
    return cast(Result[Any], result)


def count_inserted(session: Session, table: str, rows: int) -> None:
    """Say how many rows went into a table past the session."""
    kind = _kinds().get(table)
    if kind is not None:
        _count(session, kind, f"{table}.inserted", rows)


def _count(session: Session, kind: str, name: str, rows: int) -> None:
    if rows:
        _, before = _seen(session).get((kind, None), {}).get(name, (None, 0))
        _add(session, (kind, None), {name: (None, before + rows)})


@event.listens_for(Session, "before_commit")
def _write(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    seen = session.info.pop(_SEEN, {})
    by, at = origin.of(session), moments.now()
    rows = [
        {
            "id": new_id(),
            "at": at,
            **{name: getattr(by, name) for name in origin.Origin.__slots__},
            "subject_kind": kind,
            "subject_id": subject_id,
            "changes": changes,
        }
        for (kind, subject_id), changes in seen.items()
        if changes
    ]
    if rows:
        # Not through the session, which takes longer than the database.
        session.connection().execute(insert(AuditEntry), rows)


@event.listens_for(Session, "after_transaction_create")
def _remember(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        # It ends before one is told that it was rolled back.
        saved = session.info.setdefault(_SAVED, WeakKeyDictionary())
        saved[transaction] = dict(_seen(session))


@event.listens_for(Session, "after_soft_rollback")
def _take_back(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info[_SEEN] = session.info[_SAVED][transaction]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop(_SEEN, None)


@cache
def _kinds() -> dict[str, str]:
    """What the log calls the things of each audited table."""
    classes = [mapper.class_ for mapper in Base.registry.mappers]
    return {one.__tablename__: one.audited.kind for one in classes if hasattr(one, "audited")}
