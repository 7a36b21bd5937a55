"""What must hold in the database at every moment, whatever happened to the server."""

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.content.authors.models import Author
from cms.content.posts.models import Post, PostAuthor, PostTag, Status
from cms.content.tags.models import Tag
from cms.editions import counts
from cms.editions.models import (
    AuthorEdition,
    AuthorListing,
    Change,
    Edition,
    Listing,
    PostCount,
    PostEdition,
    Site,
    TagEdition,
    TagListing,
)
from cms.foundation.database import Database


def is_whole(url: str) -> None:
    """Fail unless working copies, editions, listings, changes and versions agree."""
    database = Database(url)
    try:
        with database.session(read_only=True) as session:
            _posts_and_editions_agree(session)
            for listing in (TagListing, AuthorListing):
                _listings_follow_their_edition(session, listing)
            _names_are_live(session, Tag, TagEdition)
            _names_are_live(session, Author, AuthorEdition)
            _versions_are_without_gap(session)
            _counts_are_those_of_the_listings(session)
    finally:
        database.dispose()


def _posts_and_editions_agree(session: Session) -> None:
    published = set(session.scalars(select(Post.id).where(Post.status == Status.PUBLISHED)))
    live = list(
        session.scalars(select(PostEdition.subject_id).where(PostEdition.until_version.is_(None)))
    )
    assert sorted(published) == sorted(live), "a post without its edition, or the other way round"
    for link, listing in ((PostTag, TagListing), (PostAuthor, AuthorListing)):
        for post_id in _posts_without_unpublished_changes(session):
            links = set(session.scalars(_column(link).where(link.post_id == post_id)))
            listed = set(
                session.scalars(
                    select(listing.group_id).where(
                        listing.post_id == post_id, listing.until_version.is_(None)
                    )
                )
            )
            assert links == listed, f"{listing.__tablename__} of {post_id}"


def _posts_without_unpublished_changes(session: Session) -> list[Any]:
    return list(
        session.scalars(
            select(Post.id).where(
                Post.status == Status.PUBLISHED, Post.has_unpublished_changes.is_(False)
            )
        )
    )


def _column(link: type[PostTag | PostAuthor]) -> Any:
    return select(link.tag_id if issubclass(link, PostTag) else link.author_id)


def _listings_follow_their_edition(session: Session, listing: type[Listing]) -> None:
    rows = session.execute(
        select(
            listing.edition_id,
            listing.from_version,
            listing.until_version,
            PostEdition.from_version,
            PostEdition.until_version,
        ).outerjoin(PostEdition, PostEdition.id == listing.edition_id)
    )
    for edition_id, *span, begun, ended in rows:
        assert span == [begun, ended], f"{listing.__name__} of edition {edition_id}"


def _counts_are_those_of_the_listings(session: Session) -> None:
    kept = {}
    newest_last = select(PostCount).order_by(PostCount.from_version)
    for count in session.scalars(newest_last):
        kept[count.group_id] = count.posts
    counted = Counter(session.scalars(select(TagListing.group_id).where(TagListing.live())))
    counted.update(session.scalars(select(AuthorListing.group_id).where(AuthorListing.live())))
    for moment in session.scalars(select(PostEdition.published_at).where(PostEdition.live())):
        counted.update(counts.of_post(moment, []))
    assert {one: number for one, number in kept.items() if number} == +counted


def _names_are_live(session: Session, model: Any, edition: type[Edition]) -> None:
    existing = sorted(session.scalars(select(model.id)))
    live = sorted(
        session.scalars(select(edition.subject_id).where(edition.until_version.is_(None)))
    )
    assert existing == live, f"{model.__name__} and {edition.__name__} differ"


def _versions_are_without_gap(session: Session) -> None:
    version = session.scalars(select(Site.version)).one()
    explained = list(session.scalars(select(Change.version).distinct().order_by(Change.version)))
    assert explained == list(range(1, version + 1)), "a version that no change explains"
    for edition in (PostEdition, TagEdition, AuthorEdition):
        highest = session.scalar(
            select(func.max(func.coalesce(edition.until_version, edition.from_version)))
        )
        assert (highest or 0) <= version
        overlapping = session.execute(
            select(edition.subject_id, func.count())
            .where(edition.until_version.is_(None))
            .group_by(edition.subject_id)
            .having(func.count() > 1)
        ).all()
        assert not overlapping, "two live editions of one subject"
