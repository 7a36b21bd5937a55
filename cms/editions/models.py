"""The site version, the changes that took it, and the editions of posts, authors and tags."""

import uuid
from datetime import datetime
from typing import Any, Self

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, Text, Uuid, and_, or_, text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from cms.foundation.database import Base, Key, UtcDateTime

# SQLite numbers rows only in a column of exactly this type.
RowNumber = BigInteger().with_variant(Integer, "sqlite")
# For indexes over what is live: what was superseded, however often, costs today's readers nothing.
_LIVE = text("until_version IS NULL")
ONLY_LIVE: dict[str, Any] = {"sqlite_where": _LIVE, "postgresql_where": _LIVE}
_ENDED = text("until_version IS NOT NULL")
ONLY_ENDED: dict[str, Any] = {"sqlite_where": _ENDED, "postgresql_where": _ENDED}
# Stands for the whole site among the authors and tags that posts are counted for.
EVERYTHING = uuid.UUID(int=0)


class Site(Base):
    """One row: the counter. Raised inside the writing transaction, so in commit order."""

    __tablename__ = "site"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(BigInteger)
    # The newest version that changed an author or a tag; posts do not move it.
    names_version: Mapped[int] = mapped_column(BigInteger)
    # What the world saw before it was pruned; 0 while all is known.
    oldest_version: Mapped[int] = mapped_column(BigInteger)


class Change(Base):
    """Why the site took a version. Written in the same transaction; never changed."""

    __tablename__ = "changes"
    __table_args__ = (
        # What was changed since a version, in order.
        Index("ix_changes_version", "version", "number"),
        # Which version was there at a moment.
        Index("ix_changes_at", "at", "version"),
    )

    number: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=True)
    version: Mapped[int] = mapped_column(BigInteger)
    # "post.published", "post.unpublished", "post.trashed", "tag.saved", "history.pruned", …
    kind: Mapped[str]
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Spanning:
    """Mixin: live from one version until another; live today while the end is empty."""

    from_version: Mapped[int] = mapped_column(BigInteger)
    until_version: Mapped[int | None] = mapped_column(BigInteger)

    @classmethod
    def at(cls, version: Any) -> ColumnElement[bool]:
        """What the world saw at ``version``."""
        return and_(
            cls.from_version <= version,
            or_(cls.until_version.is_(None), cls.until_version > version),
        )

    @classmethod
    def live(cls) -> ColumnElement[bool]:
        """What the world sees now."""
        return cls.until_version.is_(None)


class Edition(Spanning):
    """Mixin: a published, immutable state of something with a slug."""

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    slug: Mapped[str] = mapped_column(Key)
    # The public JSON, rendered when the edition was issued.
    document: Mapped[str] = mapped_column(Text)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """One live edition of each subject, one live subject for each slug."""
        table = cls.__tablename__  # type: ignore[attr-defined]
        return (
            Index(f"uq_{table}_live_subject", "subject_id", unique=True, **ONLY_LIVE),
            Index(f"uq_{table}_live_slug", "slug", unique=True, **ONLY_LIVE),
            Index(f"ix_{table}_slug", "slug", "from_version", "until_version"),
            # Which slugs may be former ones; what is live costs nothing here.
            Index(f"ix_{table}_ended_slug", "slug", "until_version", **ONLY_ENDED),
            Index(f"ix_{table}_subject", "subject_id", "from_version", "until_version"),
            *cls.further_indexes(),
        )

    @classmethod
    def further_indexes(cls) -> tuple[Index, ...]:
        """What the lists of this kind need."""
        return ()


class PostEdition(Edition, Base):
    """What readers see of a post. ``document`` names authors and tags by id only."""

    __tablename__ = "post_editions"

    published_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # What lists are filtered and sorted by, out of the document.
    title_key: Mapped[str] = mapped_column(Key)
    title_sort: Mapped[str] = mapped_column(Key)
    excerpt_key: Mapped[str] = mapped_column(Key)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    featured: Mapped[bool]
    reading_minutes: Mapped[int]
    word_count: Mapped[int]
    html: Mapped[str] = mapped_column(Text)
    # The source it was rendered from.
    body: Mapped[str] = mapped_column(Text)
    # Which revision of the post it was made from; not known of old ones.
    revision: Mapped[int | None]

    @classmethod
    def further_indexes(cls) -> tuple[Index, ...]:
        """Newest first, now and as of any version; now by other orders as well."""
        return (
            Index("ix_post_editions_live_newest", "published_at", "subject_id", **ONLY_LIVE),
            Index("ix_post_editions_live_updated", "updated_at", "subject_id", **ONLY_LIVE),
            Index("ix_post_editions_live_title", "title_sort", "subject_id", **ONLY_LIVE),
            # Few are, and a site asks for them all the time; what is not costs nothing here.
            Index(
                "ix_post_editions_live_featured",
                "featured",
                "published_at",
                "subject_id",
                sqlite_where=text("until_version IS NULL AND featured = 1"),
                postgresql_where=text("until_version IS NULL AND featured"),
            ),
            Index(
                "ix_post_editions_newest",
                "published_at",
                "subject_id",
                "from_version",
                "until_version",
            ),
        )


class Listing(Spanning):
    """Mixin: a post edition under one of its tags or authors.

    Repeats the sort key, so that a filtered list needs no sort either.
    """

    edition_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    group_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    post_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    published_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Index, ...]:
        """Newest first within the group, now and as of any version."""
        table = cls.__tablename__  # type: ignore[attr-defined]
        return (
            Index(
                f"ix_{table}_live_newest",
                "group_id",
                "published_at",
                "post_id",
                "edition_id",
                **ONLY_LIVE,
            ),
            Index(
                f"ix_{table}_newest",
                "group_id",
                "published_at",
                "post_id",
                "from_version",
                "until_version",
            ),
        )

    @classmethod
    def of(cls, edition: PostEdition, group_id: uuid.UUID) -> Self:
        """The row that lists ``edition`` under a group."""
        return cls(  # type: ignore[call-arg]
            edition_id=edition.id,
            group_id=group_id,
            post_id=edition.subject_id,
            published_at=edition.published_at,
            from_version=edition.from_version,
            until_version=None,
        )


class TagListing(Listing, Base):
    """Posts under a tag."""

    __tablename__ = "tag_listings"


class AuthorListing(Listing, Base):
    """Posts of an author."""

    __tablename__ = "author_listings"


LISTINGS: tuple[type[Listing], ...] = (AuthorListing, TagListing)


class NamedEdition(Edition):
    """Mixin: an edition of something that lists are sorted by the name of."""

    sort_key: Mapped[str] = mapped_column(Key)
    # The name as filters compare it.
    name_key: Mapped[str] = mapped_column(Key)
    # Who took its place when it was merged away: readers are sent there.
    successor_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)

    @classmethod
    def further_indexes(cls) -> tuple[Index, ...]:
        """By name, now and as of any version."""
        table = cls.__tablename__  # type: ignore[attr-defined]
        return (
            Index(f"ix_{table}_live_name", "sort_key", "subject_id", **ONLY_LIVE),
            Index(f"ix_{table}_name", "sort_key", "subject_id", "from_version", "until_version"),
        )


class AuthorEdition(NamedEdition, Base):
    """What readers see of an author."""

    __tablename__ = "author_editions"


class TagEdition(NamedEdition, Base):
    """What readers see of a tag."""

    __tablename__ = "tag_editions"


class PostCount(Base):
    """How many published posts a tag, an author, a month or ``EVERYTHING`` has, from a version on.

    The count at a version is in the newest row that is not later: one step into the primary key.
    """

    __tablename__ = "post_counts"
    # Whose count has changed since a version.
    __table_args__ = (Index("ix_post_counts_version", "from_version", "group_id"),)

    # An id; of a month, what `counts.month` makes of it.
    group_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    from_version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    posts: Mapped[int]
