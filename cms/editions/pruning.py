"""Forgetting what readers saw long ago: superseded editions, their listings and counts.

Who had a slug stays known, so that old addresses still lead to where their posts are: the last
edition under each slug loses its content and is kept.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, String, delete, func, inspect, or_, select, update
from sqlalchemy.orm import Session, aliased

from cms.editions import versions
from cms.editions.models import (
    EVERYTHING,
    LISTINGS,
    AuthorEdition,
    Edition,
    PostCount,
    PostEdition,
    Site,
    TagEdition,
)
from cms.editions.search.models import SearchNumber
from cms.foundation.database import Database

FIRST = uuid.UUID(int=0)
KINDS: dict[str, type[Edition]] = {
    "posts": PostEdition,
    "authors": AuthorEdition,
    "tags": TagEdition,
}


def plan(session: Session, horizon: int) -> dict[str, int]:
    """How much nobody can see from version ``horizon`` on: editions by kind, and ``counts``."""
    found = {
        kind: session.scalars(select(func.count()).where(_is_forgettable(model, horizon))).one()
        for kind, model in KINDS.items()
    }
    return {**found, "counts": sum(_former_counts(session, horizon).values())}


def carry_out(
    database: Database,
    horizon: int,
    *,
    now: datetime,
    advance: Callable[[int], object],
    portion: int = 200,
) -> None:
    """Forget it, ``portion`` rows in each transaction, so that nobody waits long to write.

    ``advance`` is told how many more are done. What is stopped halfway, the next time finishes.
    """
    with database.transaction() as session:
        _begin(session, horizon, now=now)
    for model in KINDS.values():
        _repeat(database, advance, portion, partial(_forget_editions, model, horizon), FIRST)
    with database.session(read_only=True) as session:
        groups = _former_counts(session, horizon)
    for group_id in groups:
        _repeat(database, advance, portion, partial(_forget_counts, group_id, horizon), 0)


def erase_post(session: Session, post_id: uuid.UUID) -> None:
    """Forget what an ended post said at any version; that its slugs were its own stays known.

    Whoever calls it has taken a version: answers that caches hold must go.
    """
    ids = select(PostEdition.id).where(PostEdition.subject_id == post_id)
    _forget_finding(session, ids)
    session.execute(
        update(PostEdition)
        .where(PostEdition.subject_id == post_id)
        # Shown at no version.
        .values(from_version=PostEdition.until_version, **_nothing(PostEdition))
    )


def _begin(session: Session, horizon: int, *, now: datetime) -> None:
    """Let the site's past begin at version ``horizon``, if it does not begin later already.

    Before anything is forgotten. Takes a version: what readers can ask for changes, and answers
    that caches hold must go.
    """
    if session.scalars(select(Site.oldest_version)).one() < horizon:
        versions.note(session, "history.pruned", EVERYTHING, now=now)
        later = update(Site).where(Site.oldest_version < horizon)
        session.execute(later.values(oldest_version=horizon))


def _repeat(
    database: Database,
    advance: Callable[[int], object],
    portion: int,
    forget: Callable[..., Sequence[Any]],
    first: Any,
) -> None:
    """Forget portion after portion, each after the last of the one before, until one is short."""
    done, last = portion, first
    while done == portion:
        with database.transaction() as session:
            forgotten = forget(session, last, portion)
        done = len(forgotten)
        last = forgotten[-1] if forgotten else last
        advance(done)


def _forget_editions(
    model: type[Edition], horizon: int, session: Session, after: uuid.UUID, portion: int
) -> Sequence[uuid.UUID]:
    found = session.execute(
        select(model.id, _has_later(model, horizon))
        .where(_is_forgettable(model, horizon), model.id > after)
        .order_by(model.id)
        .limit(portion)
    ).all()
    ids = [edition_id for edition_id, _ in found]
    useless = [edition_id for edition_id, has_later in found if has_later]
    if model is PostEdition:
        _forget_finding(session, ids)
    session.execute(delete(model).where(model.id.in_(useless)))
    session.execute(update(model).where(model.id.in_(ids)).values(_nothing(model)))
    return ids


def _forget_finding(session: Session, edition_ids: Any) -> None:
    """Forget under what editions of posts were found, given their ids or what selects them."""
    for listing in LISTINGS:
        session.execute(delete(listing).where(listing.edition_id.in_(edition_ids)))
    session.execute(delete(SearchNumber).where(SearchNumber.edition_id.in_(edition_ids)))


def _former_counts(session: Session, horizon: int) -> dict[uuid.UUID, int]:
    """How many counts of each group have a later one, ``horizon`` at the latest."""
    found = session.execute(
        select(PostCount.group_id, func.count())
        .where(PostCount.from_version <= horizon)
        .group_by(PostCount.group_id)
        .having(func.count() > 1)
    )
    return {group_id: number - 1 for group_id, number in found}


def _forget_counts(
    group_id: uuid.UUID, horizon: int, session: Session, after: int, portion: int
) -> Sequence[int]:
    of_group = PostCount.group_id == group_id
    newest = select(func.max(PostCount.from_version)).where(
        of_group, PostCount.from_version <= horizon
    )
    former = session.scalars(
        select(PostCount.from_version)
        .where(
            of_group,
            PostCount.from_version > after,
            PostCount.from_version < newest.scalar_subquery(),
        )
        .order_by(PostCount.from_version)
        .limit(portion)
    ).all()
    if former:
        session.execute(delete(PostCount).where(of_group, PostCount.from_version <= former[-1]))
    return former


def _is_forgettable(model: type[Edition], horizon: int) -> ColumnElement[bool]:
    """Superseded by then; and not yet emptied, unless it has become useless as well."""
    has_content = or_(model.document != "", _has_later(model, horizon))
    return (model.until_version <= horizon) & has_content


def _has_later(model: type[Edition], horizon: int) -> ColumnElement[bool]:
    """Whether a later edition tells from ``horizon`` on whose slug it was."""
    later = aliased(model)
    return (
        select(later.id)
        .where(
            later.slug == model.slug,
            later.subject_id == model.subject_id,
            later.from_version > model.from_version,
            later.from_version <= horizon,
        )
        .exists()
    )


def _nothing(model: type[Edition]) -> dict[str, str]:
    """All text of an edition but its slug, emptied."""
    columns = inspect(model).columns
    return {one.name: "" for one in columns if isinstance(one.type, String) and one.name != "slug"}
