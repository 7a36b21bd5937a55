"""Carrying out many operations: each by itself, all or none, or only to see what would happen."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.content.posts import queries as post_queries
from cms.content.posts.bulk import queries
from cms.content.posts.bulk.operations import PERFORM, Actor, Operation
from cms.editions import versions
from cms.foundation.errors import CmsError, Conflict


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one operation ended: what the post is afterwards, or why nothing was done."""

    operation: Operation
    # Empty if nothing was done.
    version: int | None = None
    post_status: str | None = None
    failure: CmsError | None = None


class _Rehearsed(Exception):
    """Ends a rehearsal; takes all that it did back."""


def carry_out(session: Session, operations: Sequence[Operation], actor: Actor) -> list[Outcome]:
    """Do one after the other; what fails is taken back alone."""
    queries.lock(session, {operation.post_id for operation in operations})
    return [_attempt(session, operation, actor) for operation in operations]


def rehearse(session: Session, operations: Sequence[Operation], actor: Actor) -> list[Outcome]:
    """What ``carry_out`` would give, with nothing done."""
    outcomes: list[Outcome] = []
    with suppress(_Rehearsed), versions.savepoint(session):
        outcomes = carry_out(session, operations, actor)
        raise _Rehearsed
    return outcomes


def _attempt(session: Session, operation: Operation, actor: Actor) -> Outcome:
    try:
        with versions.savepoint(session):
            return _perform(session, operation, actor)
    except CmsError as error:
        return Outcome(operation, failure=error)
    except IntegrityError:
        message = "Something this depends on changed at the same moment. Try again."
        return Outcome(operation, failure=Conflict(message))
    finally:
        # The next one reads what it needs; hundreds of posts need not be held in memory.
        session.expunge_all()


def _perform(session: Session, operation: Operation, actor: Actor) -> Outcome:
    post = post_queries.get(session, operation.post_id, by=actor.by, lock=True)
    PERFORM[operation.action](session, post, operation, actor)
    session.flush()
    return Outcome(operation, version=post.version, post_status=post.status)
