"""What a check asks of the rest of the site."""

import uuid
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content.posts import queries
from cms.content.posts.models import Post
from cms.editions import queries as editions
from cms.editions.models import AuthorEdition, Edition, NamedEdition, PostEdition, TagEdition
from cms.foundation import texts

EDITIONS: dict[str, type[Edition]] = {
    "post": PostEdition,
    "tag": TagEdition,
    "author": AuthorEdition,
}
# Enough to say that a title is not the only one.
MOST_NAMESAKES = 3


def present_slugs(session: Session, kind: str, wanted: Collection[str]) -> dict[str, str | None]:
    """For each of ``wanted`` that anybody ever had, what readers find it under today.

    ``None``: it was withdrawn. Some four statements, however many are wanted.
    """
    edition = EDITIONS[kind]
    live = session.scalars(select(edition.slug).where(edition.slug.in_(wanted), edition.live()))
    found: dict[str, str | None] = {slug: slug for slug in live}
    missing = [slug for slug in wanted if slug not in found]
    if missing:
        owners = _last_owners(session, edition, missing)
        today = _today(session, edition, set(owners.values()))
        found |= {slug: today.get(subject_id) for slug, subject_id in owners.items()}
    return found


def namesakes(session: Session, post_id: uuid.UUID, title: str, *, by: Caller | None) -> list[str]:
    """Slugs of other posts with this title: those that readers see, and drafts that ``by`` may."""
    key = texts.folded(title)
    live = select(PostEdition.slug).where(
        PostEdition.live(),
        # Indexed; what has the same title has the same place among all titles.
        PostEdition.title_sort == texts.sort_key(title),
        PostEdition.title_key == key,
        PostEdition.subject_id != post_id,
    )
    statements = [live]
    if by is not None:
        others = Post.title_key == key, Post.id != post_id, queries.KEPT
        drafts = select(Post.slug).where(*others)
        statements.append(queries.visible(drafts, by=by))
    found = {
        slug
        for statement in statements
        for slug in session.scalars(statement.limit(MOST_NAMESAKES))
    }
    return sorted(found)[:MOST_NAMESAKES]


def _last_owners(
    session: Session, edition: type[Edition], wanted: Collection[str]
) -> dict[str, uuid.UUID]:
    """Who had each slug last."""
    since = func.max(edition.from_version)
    rows = session.execute(
        select(edition.slug, edition.subject_id)
        .where(edition.slug.in_(wanted))
        .group_by(edition.slug, edition.subject_id)
        .order_by(since)
    )
    return dict(rows.all())


def _today(
    session: Session, edition: type[Edition], subject_ids: set[uuid.UUID]
) -> dict[uuid.UUID, str]:
    """The slugs that subjects have today, or those who took their places."""
    present = {one: one for one in subject_ids}
    if issubclass(edition, NamedEdition):
        for old, into in editions.merges(session, edition, subject_ids):
            present = {one: into if at == old else at for one, at in present.items()}
    rows = session.execute(
        select(edition.subject_id, edition.slug).where(
            edition.subject_id.in_(set(present.values())), edition.live()
        )
    )
    slugs = dict(rows.all())
    return {one: slugs[at] for one, at in present.items() if at in slugs}
