"""What has changed since a version, and was there then: of bounded size."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, Integer, bindparam, select

from cms.delivery import looking
from cms.delivery.looking import VERSION, View, once
from cms.editions.models import Change, PostEdition
from cms.editions.search.models import SearchEntry, SearchNumber
from cms.foundation.prepared import AnyRow, AnySelect

_IDS: BindParameter[Any] = bindparam("ids", expanding=True)


def changes(view: View, most: int) -> Sequence[AnyRow]:
    """The first changes after the version: ``kind, subject_id``."""
    return looking.at_version(view, _changes(), {"limit": most})


def posts(view: View, ids: list[uuid.UUID]) -> Sequence[AnyRow]:
    """Those that were there and have ended since: edition ``id``, ``number`` and ``word_count``."""
    return looking.at_version(view, _posts(), {"ids": ids})


def numbers(view: View, ids: list[uuid.UUID]) -> list[int]:
    """Which numbers posts have in the index of today."""
    return [row.number for row in looking.at_version(view, _numbers(), {"ids": ids})]


@once
def _changes() -> AnySelect:
    return (
        select(Change.kind, Change.subject_id)
        .where(Change.version > VERSION)
        .order_by(Change.version, Change.number)
        .limit(bindparam("limit", type_=Integer))
    )


@once
def _posts() -> AnySelect:
    return (
        select(PostEdition.id, PostEdition.word_count, SearchNumber.number)
        .join(SearchNumber, SearchNumber.edition_id == PostEdition.id)
        .where(PostEdition.subject_id.in_(_IDS), PostEdition.at(VERSION))
    )


@once
def _numbers() -> AnySelect:
    return select(SearchEntry.number).where(SearchEntry.post_id.in_(_IDS))
