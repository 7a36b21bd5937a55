"""How posts, authors and tags are found that fit a filter, in any order.

What wants no more than the usual lists is left to ``cms.delivery.queries``.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Integer, bindparam, select, union
from sqlalchemy.exc import OperationalError

from cms.delivery import looking, queries
from cms.delivery.counting import Count, enough, number_of
from cms.delivery.looking import View, seen_in, version_seen
from cms.delivery.selecting import fields, question
from cms.delivery.selecting.question import Question
from cms.editions.documents import id_of
from cms.editions.models import NamedEdition, PostEdition
from cms.foundation import filters, sorting
from cms.foundation.database import took_too_long
from cms.foundation.errors import Fault, Unprocessable
from cms.foundation.filters.conditions import Columns
from cms.foundation.filters.tree import Checked
from cms.foundation.prepared import AnyRow, AnySelect

LIMIT = bindparam("limit", type_=Integer)
KEY = "key_"

Order = dict[str, ColumnElement[Any]]


def posts(
    view: View,
    asked: Question,
    *,
    limit: int,
    groups: Mapping[str, uuid.UUID] | None,
    texts: tuple[str, ...] = (),
) -> Sequence[AnyRow]:
    """Posts in order: ``document``, the ``texts``, and the keys of their place.

    ``texts``: columns out of ``queries.TEXTS``.
    ``groups``: only those of the ``tag_id`` and the ``author_id`` in it; none, if ``None``.
    """
    if groups is None:
        return []
    if asked.is_plain:
        after: Any = asked.after
        return queries.posts(view, limit=limit, after=after, groups=groups, texts=texts)
    parted = None if groups else question.spread(asked.condition)
    columns = [queries.TEXTS[name] for name in texts]
    by_date = {by.field for by in asked.order} == {"published_at", "id"}

    def statement(*, live: bool) -> AnySelect:
        if parted is not None and by_date:
            name, slugs, rest = parted
            return _of_any(asked, name, slugs, rest, texts=columns, live=live)
        return _posts(asked, tuple(groups), texts=columns, live=live)

    return _bounded(view, statement, {"limit": limit, **groups})


def count_posts(
    view: View, asked: Question, groups: Mapping[str, uuid.UUID] | None, *, to_the_end: bool
) -> Count:
    """How many posts fit."""
    if groups is None:
        return Count(0)
    if asked.condition is None:
        return queries.count_posts(view, groups, to_the_end=to_the_end)

    parted = None if groups else question.spread(asked.condition)

    def found(*, live: bool) -> AnySelect:
        if parted is not None:
            return _ids_of_any(asked, *parted, to_the_end=to_the_end, live=live)
        found, _lead = queries.of_groups(select(PostEdition.id), groups, live=live)
        return _fitting(found, asked, fields.of_posts())

    return _count(view, found, dict(groups), to_the_end=to_the_end)


def named(
    view: View, edition: type[NamedEdition], asked: Question, *, limit: int
) -> Sequence[AnyRow]:
    """Authors or tags in order: ``document, posts`` and the keys of their place."""
    if asked.is_plain:
        after: Any = asked.after
        return queries.named(view, edition, limit=limit, after=after)
    order = fields.order_of_named(edition)

    def statement(*, live: bool) -> AnySelect:
        shown = (edition.document, order["post_count"].label("posts"))
        found = select(version_seen(), *shown, *_keys(asked, order)).where(
            seen_in(edition, live=live)
        )
        return _page(_fitting(found, asked, fields.of_named(edition)), asked, order)

    return _bounded(view, statement, {"limit": limit})


def count_named(
    view: View, edition: type[NamedEdition], asked: Question, *, to_the_end: bool
) -> Count:
    """How many authors or tags fit."""
    if asked.condition is None:
        return queries.count_named(view, edition, to_the_end=to_the_end)

    def found(*, live: bool) -> AnySelect:
        found = select(edition.id).where(seen_in(edition, live=live))
        return _fitting(found, asked, fields.of_named(edition))

    return _count(view, found, {}, to_the_end=to_the_end)


def place(row: AnyRow, asked: Question) -> list[Any]:
    """Where a row stands in its list."""
    if asked.is_plain and asked.usual == fields.BY_NAME:
        return [row.sort_key, id_of(row.document)]
    if asked.is_plain:
        document = orjson.loads(row.document)
        return [document["published_at"], document["id"]]
    return [getattr(row, f"{KEY}{number}") for number in range(len(asked.order))]


def _posts(
    asked: Question, groups: tuple[str, ...], *, texts: Sequence[ColumnElement[Any]], live: bool
) -> AnySelect:
    found = select(version_seen(), PostEdition.document, *texts)
    found, lead = queries.of_groups(found, groups, live=live)
    order = fields.order_of_posts(lead)
    found = found.add_columns(*_keys(asked, order))
    return _page(_fitting(found, asked, fields.of_posts(lead)), asked, order)


def _of_any(
    asked: Question,
    name: str,
    slugs: tuple[str, ...],
    rest: Checked | None,
    *,
    texts: Sequence[ColumnElement[Any]],
    live: bool,
) -> AnySelect:
    """The first posts of each group, along its own index, and of all these the first."""
    listing, _ = fields.GROUPS[name]
    order = fields.order_of_posts(listing)
    columns = [listing.edition_id, listing.post_id.label("id"), listing.published_at]
    branches = [_of_one(columns, asked, name, slug, rest, live=live) for slug in slugs]
    pages = [select(_page(branch, asked, order).subquery()) for branch in branches]
    first = union(*pages).subquery()
    merged: Order = {"id": first.c.id, "published_at": first.c.published_at}
    return (
        select(version_seen(), PostEdition.document, *texts, *_keys(asked, merged))
        .join(first, first.c.edition_id == PostEdition.id)
        .order_by(*sorting.clauses(asked.order, merged))
        .limit(LIMIT)
    )


def _ids_of_any(
    asked: Question,
    name: str,
    slugs: tuple[str, ...],
    rest: Checked | None,
    *,
    to_the_end: bool,
    live: bool,
) -> AnySelect:
    """The ids of the editions in any of the groups: of each group as many as are counted."""
    columns = [fields.GROUPS[name][0].edition_id]
    branches = [_of_one(columns, asked, name, slug, rest, live=live) for slug in slugs]
    counted = [select(enough(one, to_the_end=to_the_end).subquery()) for one in branches]
    return select(union(*counted).subquery())


def _of_one(
    columns: Sequence[Any],
    asked: Question,
    name: str,
    slug: str,
    rest: Checked | None,
    *,
    live: bool,
) -> AnySelect:
    """What is in one group and fits the rest."""
    listing, edition = fields.GROUPS[name]
    group_id = fields.group_ids(edition, [slug]).scalar_subquery()
    found = select(*columns).where(listing.group_id == group_id, seen_in(listing, live=live))
    if rest is None:
        return found
    condition = filters.condition(rest, fields.of_posts(listing), now=asked.now)
    return found.join(PostEdition, PostEdition.id == listing.edition_id).where(condition)


def _fitting(found: AnySelect, asked: Question, columns: Columns) -> AnySelect:
    if asked.condition is None:
        return found
    return found.where(filters.condition(asked.condition, columns, now=asked.now))


def _keys(asked: Question, order: Order) -> list[ColumnElement[Any]]:
    return [order[by.field].label(f"{KEY}{number}") for number, by in enumerate(asked.order)]


def _page(found: AnySelect, asked: Question, order: Order) -> AnySelect:
    if asked.after is not None:
        found = found.where(sorting.beyond(asked.order, order, asked.after))
    return found.order_by(*sorting.clauses(asked.order, order)).limit(LIMIT)


def _bounded(
    view: View, statement: Callable[..., AnySelect], parameters: dict[str, Any]
) -> Sequence[AnyRow]:
    """What is found within the time that a look may take. Raises ``Unprocessable``."""
    try:
        return looking.read(view, statement, parameters)
    except OperationalError as error:
        if not took_too_long(error):
            raise
        message = (
            "Takes too long on a site of this size. Narrow it by a tag, an author or a date, or "
            "sort by published_at, updated_at or title."
        )
        raise Unprocessable(f"filter: {message}", errors=[Fault("?filter", message)]) from error


def _count(
    view: View, found: Callable[..., AnySelect], parameters: dict[str, Any], *, to_the_end: bool
) -> Count:
    def statement(*, live: bool) -> AnySelect:
        number = number_of(found(live=live), to_the_end=to_the_end)
        return select(version_seen(), number.label("found"))

    (row,) = _bounded(view, statement, parameters)
    return Count.of(row.found, to_the_end=to_the_end)
