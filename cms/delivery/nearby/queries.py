"""How the posts around a post are found, as the world saw them at one version of the site."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Integer, ScalarSelect, Select, Uuid, bindparam, select, tuple_, union_all
from sqlalchemy.orm import aliased

from cms.delivery import looking
from cms.delivery.looking import VERSION, View, once, seen_in, version_seen
from cms.delivery.nearby import likeness
from cms.delivery.nearby.likeness import Document
from cms.delivery.queries import of_groups, place_of, post_count_of
from cms.editions.models import PostEdition, Site, TagEdition, TagListing
from cms.foundation.database import UtcDateTime
from cms.foundation.prepared import AnyRow, AnySelect, Prepared

# How many of the newest posts of each tag, and of the site, are looked at.
NEWEST = 40
# How many related posts there are, if nobody says.
USUAL = 5


def beside(view: View, post: Document, groups: Mapping[str, uuid.UUID]) -> AnyRow:
    """The documents ``previous`` and ``next`` to a post in time; empty where there is none.

    Of the ``tag_id`` and the ``author_id`` in ``groups``, whether or not the post is one of them.
    """
    names = tuple(sorted(groups))
    place = {
        "published_at": datetime.fromisoformat(post["published_at"]),
        "post_id": uuid.UUID(post["id"]),
    }

    def statement(*, live: bool) -> Prepared:
        return _beside(names, live=live)

    return looking.read(view, statement, {**place, **groups})[0]


def related(view: View, post: Document, *, limit: int = USUAL) -> list[Document]:
    """The posts most like ``post``, best first; their authors and tags, like its own, are ids."""
    known = sizes(view, post["tags"])
    rows = candidates(view, likeness.rarest(known))
    # Several lists name the same ones.
    documents = map(orjson.loads, dict.fromkeys(row.document for row in rows))
    return likeness.ranked(post, documents, known, limit=limit)


def sizes(view: View, tags: Iterable[str]) -> dict[str, int]:
    """How many posts each of some tags has, by their ids."""
    wanted = [uuid.UUID(one) for one in tags]
    if not wanted:
        return {}
    rows = looking.at_version(view, _sizes(), {"ids": wanted})
    return {str(row.subject_id): row.posts for row in rows}


def candidates(view: View, tags: Sequence[str]) -> Sequence[AnyRow]:
    """The ``document`` of the newest posts of each of ``tags``, by their ids, and of the site.

    One that is among the newest of several is there several times.
    """
    groups = {f"tag_{number}": uuid.UUID(one) for number, one in enumerate(tags)}

    def statement(*, live: bool) -> Prepared:
        return _candidates(len(tags), live=live)

    return looking.read(view, statement, {"newest": NEWEST, **groups})


@once
def _beside(groups: tuple[str, ...], *, live: bool) -> AnySelect:
    previous, following = aliased(PostEdition), aliased(PostEdition)
    return (
        select(Site.version, previous.document.label("previous"), following.document.label("next"))
        .select_from(Site)
        .outerjoin(previous, previous.id == _next_to(groups, forward=False, live=live))
        .outerjoin(following, following.id == _next_to(groups, forward=True, live=live))
    )


def _next_to(groups: tuple[str, ...], *, forward: bool, live: bool) -> ScalarSelect[uuid.UUID]:
    """The edition right after a place in time, or right before it."""
    found, lead = of_groups(select(PostEdition.id), groups, live=live)
    key = place_of(lead)
    # Row values: only they walk the index.
    here = tuple_(*key)
    place = tuple_(bindparam("published_at", type_=UtcDateTime), bindparam("post_id", type_=Uuid))
    order = [column.asc() if forward else column.desc() for column in key]
    return (
        found.where(here > place if forward else here < place)
        .order_by(*order)
        .limit(1)
        .scalar_subquery()
    )


@once
def _sizes() -> AnySelect:
    return select(TagEdition.subject_id, post_count_of(TagEdition)).where(
        TagEdition.subject_id.in_(bindparam("ids", expanding=True)), TagEdition.at(VERSION)
    )


@once
def _candidates(tags: int, *, live: bool) -> AnySelect:
    newest = (
        select(PostEdition.document)
        .where(seen_in(PostEdition, live=live))
        .order_by(PostEdition.published_at.desc(), PostEdition.subject_id.desc())
        .limit(bindparam("newest", type_=Integer))
    )
    parts = [newest, *(_newest_of(f"tag_{number}", live=live) for number in range(tags))]
    together = union_all(*(select(part.subquery()) for part in parts)).subquery()
    return select(version_seen(), together.c.document)


def _newest_of(tag: str, *, live: bool) -> Select[str]:
    return (
        select(PostEdition.document)
        .join(TagListing, TagListing.edition_id == PostEdition.id)
        .where(TagListing.group_id == bindparam(tag, type_=Uuid), seen_in(TagListing, live=live))
        .order_by(TagListing.published_at.desc(), TagListing.post_id.desc())
        .limit(bindparam("newest", type_=Integer))
    )
