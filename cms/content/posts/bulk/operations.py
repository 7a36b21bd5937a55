"""What one operation of a bulk does to its post: the same actions as one request for it alone."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content.posts import actions, filling, steps
from cms.content.posts.models import MOST_TAGS, Post
from cms.content.posts.publishing import Prepared
from cms.content.posts.steps import Step
from cms.content.posts.trash import actions as trashing
from cms.content.tags import queries as tag_queries
from cms.foundation.errors import Fault, Unprocessable
from cms.foundation.versions import Expected


class Action(StrEnum):
    """What can be done in bulk."""

    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    TAG = "tag"
    UNTAG = "untag"
    ASSIGN_AUTHORS = "assign_authors"
    PATCH = "patch"
    TRASH = "trash"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing to do to one post; ``values`` as the action needs them."""

    action: Action
    post_id: uuid.UUID
    expected: Expected
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does all of it, when, and what was rendered for it beforehand."""

    by: Caller
    now: datetime
    prepared: dict[uuid.UUID, Prepared]


Perform = Callable[[Session, Post, Operation, Actor], None]


def publish(session: Session, post: Post, operation: Operation, actor: Actor) -> None:
    """As ``POST /publish``."""
    actions.publish(
        session,
        post,
        by=actor.by,
        expected=operation.expected,
        now=actor.now,
        prepared=actor.prepared.get(post.id),
    )


def unpublish(session: Session, post: Post, operation: Operation, actor: Actor) -> None:
    """As ``POST /unpublish``."""
    actions.unpublish(session, post, by=actor.by, expected=operation.expected, now=actor.now)


def trash(session: Session, post: Post, operation: Operation, actor: Actor) -> None:
    """As ``DELETE``."""
    trashing.trash(session, post, by=actor.by, expected=operation.expected, now=actor.now)


def edit(session: Session, post: Post, operation: Operation, actor: Actor) -> None:
    """As ``PATCH`` with the values of the operation."""
    _edit(session, post, operation, actor, operation.values)


def tag(session: Session, post: Post, operation: Operation, actor: Actor) -> None:
    """File the post under more tags, behind those that it has."""
    named = _tag_ids(session, post, operation, actor)
    wanted = list(dict.fromkeys([*post.tag_ids, *named]))
    if len(wanted) > MOST_TAGS:
        message = f"A post can have {MOST_TAGS} tags."
        raise Unprocessable(message, errors=[Fault("#/tags", message)])
    _edit(session, post, operation, actor, {"tag_ids": wanted})


def untag(session: Session, post: Post, operation: Operation, actor: Actor) -> None:
    """Take tags from the post, those of them that it has."""
    gone = _tag_ids(session, post, operation, actor)
    kept = [tag_id for tag_id in post.tag_ids if tag_id not in gone]
    _edit(session, post, operation, actor, {"tag_ids": kept})


PERFORM: dict[Action, Perform] = {
    Action.PUBLISH: publish,
    Action.UNPUBLISH: unpublish,
    Action.TAG: tag,
    Action.UNTAG: untag,
    Action.ASSIGN_AUTHORS: edit,
    Action.PATCH: edit,
    Action.TRASH: trash,
}


def _edit(
    session: Session, post: Post, operation: Operation, actor: Actor, values: dict[str, Any]
) -> None:
    actions.edit(session, post, values, by=actor.by, expected=operation.expected, now=actor.now)


def _tag_ids(session: Session, post: Post, operation: Operation, actor: Actor) -> list[uuid.UUID]:
    # As in one request alone: what the change is comes after whether there may be one.
    steps.allow(session, post, Step.EDIT, by=actor.by, expected=operation.expected)
    found = tag_queries.by_slugs(session, operation.values["tags"])
    return [tag.id for tag in filling.known(operation.values, "tags", found)]
