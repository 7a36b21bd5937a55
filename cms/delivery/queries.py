"""How readers find posts, authors and tags, as the world saw them at one version of the site."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Uuid,
    bindparam,
    func,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from cms.delivery import looking
from cms.delivery.counting import Count, number_of
from cms.delivery.looking import VERSION, View, once, seen_in, version_seen
from cms.editions import counts
from cms.editions.models import (
    AuthorListing,
    Edition,
    Listing,
    NamedEdition,
    PostEdition,
    TagListing,
)
from cms.foundation.database import Key, UtcDateTime
from cms.foundation.prepared import AnyRow, AnySelect, Prepared

# Where a page of posts begins: after this moment and post. Of authors and tags: this name and id.
PostPosition = tuple[datetime, uuid.UUID]
NamePosition = tuple[str, uuid.UUID]

GROUPS: dict[str, type[Listing]] = {"tag_id": TagListing, "author_id": AuthorListing}
# What lies beside a document and is read only when it is wanted.
TEXTS: dict[str, Any] = {"html": PostEdition.html, "body": PostEdition.body}


def posts(
    view: View,
    *,
    limit: int,
    after: PostPosition | None = None,
    groups: Mapping[str, uuid.UUID] | None = None,
    texts: tuple[str, ...] = (),
) -> Sequence[AnyRow]:
    """Posts, newest first: ``document`` and the ``texts``, columns out of ``TEXTS``.

    ``groups``: only those of the ``tag_id`` and the ``author_id`` in it.
    """
    groups = groups or {}
    parameters: dict[str, Any] = {"limit": limit, **groups}
    if after is not None:
        parameters |= {"published_at": after[0], "post_id": after[1]}
    names, continued = tuple(sorted(groups)), after is not None

    def statement(*, live: bool) -> Prepared:
        return _posts(names, continued=continued, texts=texts, live=live)

    return looking.read(view, statement, parameters)


def post(view: View, slug: str, *, texts: tuple[str, ...] = ()) -> AnyRow | None:
    """The ``document`` of one post and the ``texts``, columns out of ``TEXTS``."""

    def statement(*, live: bool) -> Prepared:
        return _post(texts=texts, live=live)

    found = looking.read(view, statement, {"slug": slug})
    return found[0] if found else None


def named(
    view: View, edition: type[NamedEdition], *, limit: int, after: NamePosition | None = None
) -> Sequence[AnyRow]:
    """Authors or tags by name: ``sort_key, document, posts``."""
    parameters: dict[str, Any] = {"limit": limit}
    if after is not None:
        parameters |= {"sort_key": after[0], "subject_id": after[1]}
    continued = after is not None

    def statement(*, live: bool) -> Prepared:
        return _named(edition, continued=continued, live=live)

    return looking.read(view, statement, parameters)


def one_named(view: View, edition: type[NamedEdition], slug: str) -> AnyRow | None:
    """The ``subject_id``, ``document`` and ``posts`` of one author or tag."""

    def statement(*, live: bool) -> Prepared:
        return _one_named(edition, live=live)

    found = looking.read(view, statement, {"slug": slug})
    return found[0] if found else None


def several_named(
    view: View, edition: type[NamedEdition], ids: list[uuid.UUID]
) -> Sequence[AnyRow]:
    """The ``subject_id`` and ``document`` of some authors or tags."""
    return looking.at_version(view, _several_named(edition), {"ids": ids})


def group_id(view: View, edition: type[NamedEdition], slug: str) -> uuid.UUID | None:
    """The author or tag with this slug."""
    found: uuid.UUID | None = looking.value(view, _group_id(edition), {"slug": slug})
    return found


def formerly(view: View, edition: type[Edition], slug: str) -> tuple[uuid.UUID, str | None] | None:
    """Who had a slug last, up to the version, and their slug then; ``None``: they were withdrawn.

    Whoever was merged away is stood for by who took their place. For a slug that nobody has at the
    version.
    """
    subject_id = looking.value(view, _last_with(edition), {"slug": slug})
    if subject_id is None:
        return None
    while (today := looking.value(view, _slug_of(edition), {"subject_id": subject_id})) is None:
        successor = None
        if issubclass(edition, NamedEdition):
            successor = looking.value(view, _successor_of(edition), {"subject_id": subject_id})
        if successor is None:
            break
        # Whoever was merged away never comes back, so this ends.
        subject_id = successor
    return subject_id, today


def count_posts(view: View, groups: Mapping[str, uuid.UUID], *, to_the_end: bool = False) -> Count:
    """How many posts a list has: kept for an author or a tag, counted for both at once."""
    if len(groups) < len(GROUPS):
        group = next(iter(groups.values()), counts.EVERYTHING)
        return Count(looking.value(view, _kept(), {"group_id": group}) or 0)
    found = looking.value(view, _counted(to_the_end=to_the_end), dict(groups))
    return Count.of(found, to_the_end=to_the_end)


def count_named(view: View, edition: type[NamedEdition], *, to_the_end: bool = False) -> Count:
    """How many authors or tags there are."""

    def statement(*, live: bool) -> Prepared:
        return _count_named(edition, to_the_end=to_the_end, live=live)

    return Count.of(looking.read(view, statement, {})[0].found, to_the_end=to_the_end)


@once
def _posts(
    groups: tuple[str, ...], *, continued: bool, texts: tuple[str, ...], live: bool
) -> AnySelect:
    found = select(version_seen(), PostEdition.document, *map(TEXTS.__getitem__, texts))
    found, lead = of_groups(found, groups, live=live)
    key = place_of(lead)
    if continued:
        # A row value, not "a < x or (a = x and b < y)": only this walks the index.
        place = (bindparam("published_at", type_=UtcDateTime), bindparam("post_id", type_=Uuid))
        found = found.where(tuple_(*key) < tuple_(*place))
    return found.order_by(*(column.desc() for column in key)).limit(_limit())


@once
def _post(*, texts: tuple[str, ...], live: bool) -> AnySelect:
    return select(version_seen(), PostEdition.document, *map(TEXTS.__getitem__, texts)).where(
        PostEdition.slug == bindparam("slug", type_=Key), seen_in(PostEdition, live=live)
    )


@once
def _named(edition: type[NamedEdition], *, continued: bool, live: bool) -> AnySelect:
    key: tuple[InstrumentedAttribute[Any], ...] = (edition.sort_key, edition.subject_id)
    # The id is in the document; as a column, reading a hundred of them takes longer than finding.
    columns = (edition.sort_key, edition.document, post_count_of(edition))
    found = select(version_seen(), *columns).where(seen_in(edition, live=live))
    if continued:
        place = (bindparam("sort_key", type_=Key), bindparam("subject_id", type_=Uuid))
        found = found.where(tuple_(*key) > tuple_(*place))
    return found.order_by(*key).limit(_limit())


@once
def _one_named(edition: type[NamedEdition], *, live: bool) -> AnySelect:
    return select(
        version_seen(), edition.subject_id, edition.document, post_count_of(edition)
    ).where(edition.slug == bindparam("slug", type_=Key), seen_in(edition, live=live))


@once
def _several_named(edition: type[NamedEdition]) -> AnySelect:
    return select(edition.subject_id, edition.document).where(
        edition.subject_id.in_(bindparam("ids", expanding=True)), edition.at(VERSION)
    )


@once
def _group_id(edition: type[NamedEdition]) -> AnySelect:
    return select(edition.subject_id).where(
        edition.slug == bindparam("slug", type_=Key), edition.at(VERSION)
    )


@once
def _last_with(edition: type[Edition]) -> AnySelect:
    return (
        select(edition.subject_id)
        .where(edition.slug == bindparam("slug", type_=Key), edition.from_version <= VERSION)
        .order_by(edition.from_version.desc())
        .limit(1)
    )


@once
def _slug_of(edition: type[Edition]) -> AnySelect:
    return select(edition.slug).where(
        edition.subject_id == bindparam("subject_id", type_=Uuid), edition.at(VERSION)
    )


@once
def _successor_of(edition: type[NamedEdition]) -> AnySelect:
    return (
        select(edition.successor_id)
        .where(
            edition.subject_id == bindparam("subject_id", type_=Uuid),
            edition.from_version <= VERSION,
        )
        .order_by(edition.from_version.desc())
        .limit(1)
    )


@once
def _counted(*, to_the_end: bool) -> AnySelect:
    found, _lead = of_groups(select(PostEdition.id), GROUPS, live=False)
    return select(number_of(found, to_the_end=to_the_end))


@once
def _kept() -> AnySelect:
    return select(counts.at(bindparam("group_id", type_=Uuid), VERSION))


@once
def _count_named(edition: type[NamedEdition], *, to_the_end: bool, live: bool) -> AnySelect:
    # In the order of an index, or the whole table would be read.
    found = select(edition.subject_id).order_by(edition.sort_key, edition.subject_id)
    found = found.where(seen_in(edition, live=live))
    return select(version_seen(), number_of(found, to_the_end=to_the_end).label("found"))


def of_groups(
    found: AnySelect, groups: Iterable[str], *, live: bool
) -> tuple[AnySelect, type[Listing] | None]:
    """Posts of all the groups, and the listing that leads: that of the last group."""
    found, lead = found.select_from(PostEdition), None
    for name in groups:
        lead = GROUPS[name]
        found = found.join(lead, lead.edition_id == PostEdition.id).where(
            lead.group_id == bindparam(name, type_=Uuid), seen_in(lead, live=live)
        )
    if lead is None:
        found = found.where(seen_in(PostEdition, live=live))
    return found, lead


def place_of(lead: type[Listing] | None) -> tuple[InstrumentedAttribute[Any], ...]:
    """Where posts stand in time; listings repeat it, so that along one there is nothing to sort."""
    if lead is None:
        return PostEdition.published_at, PostEdition.subject_id
    return lead.published_at, lead.post_id


def post_count_of(edition: type[NamedEdition]) -> ColumnElement[int]:
    """How many posts an author or a tag has, as a column ``posts``."""
    kept = counts.at(edition.subject_id.expression, VERSION)
    return func.coalesce(kept, 0).label("posts")


def _limit() -> ColumnElement[int]:
    return bindparam("limit", type_=Integer)
