"""How former slugs are found."""

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Integer, ScalarSelect, bindparam, exists, false, select
from sqlalchemy.orm import aliased

from cms.delivery import looking
from cms.delivery.looking import VERSION, View, once
from cms.editions.models import Edition, NamedEdition
from cms.foundation.database import Key
from cms.foundation.prepared import AnyRow, AnySelect

# Ended editions that one statement looks at; most have the slug that is live still.
MOST = 1000


def former(view: View, edition: type[Edition], *, after: str) -> list[AnyRow]:
    """The slugs of the next ``MOST`` ended editions, in order; one that ended twice comes twice.

    ``today`` is the slug then of who had it last, up to the version; ``is_merged`` says whether
    somebody took their place.
    """
    rows = looking.at_version(view, _former(edition), {"after": after, "most": MOST})
    return sorted(rows, key=lambda row: row.slug)


@once
def _former(edition: type[Edition]) -> AnySelect:
    ended = (
        select(edition.slug)
        .where(edition.until_version <= VERSION, edition.slug > bindparam("after", type_=Key))
        .order_by(edition.slug)
        .limit(bindparam("most", type_=Integer))
        .subquery()
    )
    last: Any = aliased(edition)
    holder = (
        select(last.subject_id)
        .where(last.slug == ended.c.slug, last.from_version <= VERSION)
        .order_by(last.from_version.desc())
        .limit(1)
        # Named, since it stands inside of another one.
        .correlate(ended)
        .scalar_subquery()
    )
    present: Any = aliased(edition)
    today = (
        select(present.slug)
        .where(present.subject_id == holder, present.at(VERSION))
        .scalar_subquery()
    )
    return select(ended.c.slug, today.label("today"), _is_merged(edition, holder))


def _is_merged(edition: type[Edition], holder: ScalarSelect[uuid.UUID]) -> ColumnElement[bool]:
    """Whether somebody took the place of ``holder``, then or since."""
    if not issubclass(edition, NamedEdition):
        return false().label("is_merged")
    own = aliased(edition)
    found = exists().where(own.subject_id == holder, own.successor_id.is_not(None))
    return found.label("is_merged")
