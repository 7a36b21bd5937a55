"""Letting one author or tag take another's place in all that readers see."""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Select, inspect, select, update
from sqlalchemy.orm import Session

from cms.editions import actions, counts, versions
from cms.editions.actions import Issued
from cms.editions.models import (
    AuthorEdition,
    AuthorListing,
    Listing,
    NamedEdition,
    PostEdition,
    TagEdition,
    TagListing,
)
from cms.editions.search import actions as search
from cms.editions.search import entries

# Posts whose texts are in memory at a time.
PORTION = 200
# What an edition says, whichever it is and whenever it begins and ends.
_COLUMNS = [
    column
    for column in inspect(PostEdition).columns
    if column.key not in ("id", "from_version", "until_version")
]
# Where a post is listed under it, and where its document names it.
PLACES: dict[type[NamedEdition], tuple[type[Listing], str]] = {
    AuthorEdition: (AuthorListing, "authors"),
    TagEdition: (TagListing, "tags"),
}


def seen_with(model: type[NamedEdition], group_id: uuid.UUID) -> Select[uuid.UUID]:
    """The posts that readers find under an author or a tag."""
    listing, _ = PLACES[model]
    return select(listing.post_id).where(listing.live(), listing.group_id == group_id)


def merge(
    session: Session,
    model: type[NamedEdition],
    old: uuid.UUID,
    into: uuid.UUID,
    *,
    kind: str,
    by_id: uuid.UUID | None,
    now: datetime,
) -> None:
    """End the author or tag ``old`` under one version; ``into`` takes its place, once in each post.

    Each post that readers see gets an edition that differs in this alone: what is unpublished
    stays so, and ``updated_at`` stays. From here to the commit, nobody else can take a version:
    lock nothing after it.
    """
    version = versions.take(session)
    post_ids = session.scalars(seen_with(model, old)).all()
    for start in range(0, len(post_ids), PORTION):
        _refile(session, model, post_ids[start : start + PORTION], (str(old), str(into)), version)
    # Before it ends: it is found as what is live.
    session.execute(
        update(model).where(model.subject_id == old, model.live()).values(successor_id=into)
    )
    actions.close(session, model, old, version)
    versions.explain(session, version, kind, old, by_id, now)
    versions.explain_all(session, version, "post.refiled", post_ids, by_id, now)
    session.flush()


def _refile(
    session: Session,
    model: type[NamedEdition],
    post_ids: Sequence[uuid.UUID],
    pair: tuple[str, str],
    version: int,
) -> None:
    """Issue the live edition of each post again, with the second of ``pair`` for the first."""
    live = PostEdition.subject_id.in_(post_ids) & PostEdition.live()
    rows = session.execute(select(*_COLUMNS).where(live)).mappings().all()
    issued = [_refiled(dict(row), PLACES[model][1], pair) for row in rows]
    entered = Counter[uuid.UUID]()
    for post in issued:
        entered.update(post.counted())
        entered.subtract(actions.end_post(session, post.columns["subject_id"], version))
    search.replace(session, actions.add_posts(session, issued, version=version), version=version)
    counts.change(session, entered, version=version)


def _refiled(columns: dict[str, Any], name: str, pair: tuple[str, str]) -> Issued:
    """An edition under the second of ``pair`` in the place of the first, once."""
    document: dict[str, Any] = orjson.loads(columns["document"])
    old, into = pair
    if into in document[name]:
        document[name].remove(old)
    else:
        document[name] = [into if one == old else one for one in document[name]]
    author_ids, tag_ids = ([uuid.UUID(one) for one in document[key]] for key in ("authors", "tags"))
    columns = {**columns, "document": orjson.dumps(document).decode()}
    return Issued(columns, author_ids, tag_ids, entries.read(columns["html"]))
