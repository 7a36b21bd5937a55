"""What was changed after one version and up to another, in pieces of bounded size."""

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sqlalchemy import BigInteger, Integer, Uuid, bindparam, exists, select, tuple_
from sqlalchemy.orm import aliased

from cms.delivery import looking
from cms.delivery.looking import VERSION, View, once, seen_in, version_seen
from cms.delivery.queries import GROUPS, PostPosition, post_count_of
from cms.editions.models import Change, Edition, NamedEdition, PostCount, PostEdition
from cms.foundation.database import UtcDateTime
from cms.foundation.prepared import AnyRow, AnySelect, Prepared

Rows = list[AnyRow]


def log(view: View, *, after: tuple[int, int], limit: int) -> Rows:
    """Changes after a version and number, oldest first: ``version, number, kind, subject_id``."""
    version, number = after
    parameters = {"of_version": version, "number": number, "limit": limit}
    return list(looking.at_version(view, _log(), parameters))


def editions(view: View, edition: type[Edition], ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Any]:
    """What the world sees of some subjects at the version; nothing of who is withdrawn.

    Each with ``from_version`` and ``document``; posts with ``html``, others with ``posts``.
    """
    wanted = list(ids)
    if not wanted:
        return {}

    def statement(*, live: bool) -> Prepared:
        return _editions(edition, live=live)

    return {row.subject_id: row for row in looking.read(view, statement, {"ids": wanted})}


def before(
    view: View, edition: type[Edition], ids: Iterable[uuid.UUID], since: int
) -> dict[uuid.UUID, str]:
    """The documents that some subjects had at an earlier version."""
    wanted = list(ids)
    if not wanted or not since:
        return {}
    found = looking.at_version(replace(view, version=since), _before(edition), {"ids": wanted})
    return {row.subject_id: row.document for row in found}


def posts_of(
    view: View, group: str, group_id: uuid.UUID, *, after: PostPosition | None, limit: int
) -> Rows:
    """The posts of a ``tag_id`` or an ``author_id``, newest first."""
    parameters: dict[str, Any] = {"group_id": group_id, "limit": limit}
    if after is not None:
        parameters |= {"published_at": after[0], "post_id": after[1]}
    continued = after is not None

    def statement(*, live: bool) -> Prepared:
        return _posts_of_group(group, continued=continued, live=live)

    return list(looking.read(view, statement, parameters))


def recounted(view: View, *, after: tuple[int, uuid.UUID], limit: int) -> Rows:
    """Counts of posts that changed after a version and group: ``from_version, group_id``.

    ``is_newest``: it did not change again up to the version.
    """
    of_version, group_id = after
    parameters = {"of_version": of_version, "group_id": group_id, "limit": limit}
    return list(looking.at_version(view, _recounted(), parameters))


@once
def _log() -> AnySelect:
    key = (Change.version, Change.number)
    place = (bindparam("of_version", type_=BigInteger), bindparam("number", type_=BigInteger))
    return (
        select(*key, Change.kind, Change.subject_id)
        .where(tuple_(*key) > tuple_(*place), Change.version <= VERSION)
        .order_by(*key)
        .limit(_limit())
    )


@once
def _editions(edition: type[Edition], *, live: bool) -> AnySelect:
    columns: list[Any] = [
        version_seen(),
        edition.subject_id,
        edition.from_version,
        edition.document,
    ]
    if issubclass(edition, PostEdition):
        columns.append(edition.html)
    elif issubclass(edition, NamedEdition):
        columns.append(post_count_of(edition))
    return select(*columns).where(_is_one_of(edition), seen_in(edition, live=live))


@once
def _before(edition: type[Edition]) -> AnySelect:
    return select(edition.subject_id, edition.document).where(
        _is_one_of(edition), edition.at(VERSION)
    )


@once
def _posts_of_group(group: str, *, continued: bool, live: bool) -> AnySelect:
    listing = GROUPS[group]
    key = (listing.published_at, listing.post_id)
    found = (
        select(
            version_seen(),
            *key,
            PostEdition.from_version,
            PostEdition.document,
            PostEdition.html,
        )
        .join(listing, listing.edition_id == PostEdition.id)
        .where(
            listing.group_id == bindparam("group_id", type_=Uuid),
            seen_in(listing, live=live),
        )
    )
    if continued:
        place = (bindparam("published_at", type_=UtcDateTime), bindparam("post_id", type_=Uuid))
        found = found.where(tuple_(*key) < tuple_(*place))
    return found.order_by(*(column.desc() for column in key)).limit(_limit())


@once
def _recounted() -> AnySelect:
    key = (PostCount.from_version, PostCount.group_id)
    place = (bindparam("of_version", type_=BigInteger), bindparam("group_id", type_=Uuid))
    later = aliased(PostCount)
    is_newest = ~exists().where(
        later.group_id == PostCount.group_id,
        later.from_version > PostCount.from_version,
        later.from_version <= VERSION,
    )
    return (
        # A condition of the statement would let it pass over any number of rows.
        select(*key, is_newest.label("is_newest"))
        .where(tuple_(*key) > tuple_(*place), PostCount.from_version <= VERSION)
        .order_by(*key)
        .limit(_limit())
    )


def _is_one_of(edition: type[Edition]) -> Any:
    return edition.subject_id.in_(bindparam("ids", expanding=True))


def _limit() -> Any:
    return bindparam("limit", type_=Integer)
