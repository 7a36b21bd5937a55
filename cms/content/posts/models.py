"""The table of posts, their states, and the rules that need only the post itself."""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from cms.accounts.editing import Edited
from cms.accounts.models import User
from cms.content.authors.models import Author
from cms.content.posts.content import FIELDS, Content
from cms.content.posts.scheduling.models import Schedule
from cms.content.tags.models import Tag
from cms.foundation.audit import Audited
from cms.foundation.database import Base, Key, UtcDateTime


class Status(StrEnum):
    """Where a post stands."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    TRASHED = "trashed"


MOST_TAGS = 50
_KEPT, _TRASHED = text("trashed_at IS NULL"), text("trashed_at IS NOT NULL")
ONLY_KEPT: dict[str, Any] = {"sqlite_where": _KEPT, "postgresql_where": _KEPT}
ONLY_TRASHED: dict[str, Any] = {"sqlite_where": _TRASHED, "postgresql_where": _TRASHED}


class PostAuthor(Base):
    """An author of a post, in order."""

    __tablename__ = "post_authors"
    # The log shows it with the post.
    audited = Audited("post")

    post_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    author_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("authors.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int]
    author: Mapped[Author] = relationship(lazy="raise")


class PostTag(Base):
    """A tag of a post, in order."""

    __tablename__ = "post_tags"
    audited = Audited("post")

    post_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("posts.id", ondelete="CASCADE"), primary_key=True
    )
    tag_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("tags.id", ondelete="RESTRICT"), primary_key=True, index=True
    )
    position: Mapped[int]
    tag: Mapped[Tag] = relationship(lazy="raise")


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which revision; nobody by name where that user was deleted."""

    by: User | None
    at: datetime
    revision: int


class Post(Edited, Base):
    """The working copy. Readers never see it; they see its editions."""

    __tablename__ = "posts"
    audited = Audited(
        "post",
        (
            *("slug", "title", "excerpt", "cover", "seo", "featured", "status", "published_at"),
            *("has_unpublished_changes", "revision", "trashed_at"),
            *("approved_by_id", "approved_revision"),
        ),
        texts=("body",),
        links={"author_ids": ("bylines", "author_id"), "tag_ids": ("filings", "tag_id")},
    )
    __table_args__ = (
        # A slug is taken while its post is not in the trash. Named as a unique column would be.
        Index("uq_posts_slug", "slug", unique=True, **ONLY_KEPT),
        # What has been in the trash for long. Without all that is not in it: SQLite would look for
        # many slugs among these, and read every post.
        Index("ix_posts_trashed_at", "trashed_at", "id", **ONLY_TRASHED),
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(Key)
    title: Mapped[str]
    # The title as `q` searches it, and as two of them are the same.
    title_key: Mapped[str] = mapped_column(index=True)
    excerpt: Mapped[str | None]
    body: Mapped[str] = mapped_column(Text)
    cover: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    seo: Mapped[dict[str, Any]] = mapped_column(JSON)
    featured: Mapped[bool]
    status: Mapped[str] = mapped_column(index=True)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # What the live edition was made from, to see whether the working copy has moved on.
    published_fingerprint: Mapped[str | None]
    has_unpublished_changes: Mapped[bool]
    # Which revision the working copy is; those before it are rows of their own.
    revision: Mapped[int]
    revised_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # No foreign key: whoever is deleted has saved it nevertheless.
    revised_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    revised_fields: Mapped[list[str]] = mapped_column(JSON)
    # When the run of autosaves began that this revision is; empty: it was saved in one step.
    autosaves_began_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Somebody stands on it: the next autosave makes another.
    revision_is_fixed: Mapped[bool]
    # Since when it has been in the trash.
    trashed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[uuid.UUID | None] = mapped_column(
        ForeignKey("users.id", ondelete="SET NULL"), index=True
    )
    # The last approval; whether it still counts, `approval` says. No foreign key: whoever is
    # deleted has approved it nevertheless.
    approved_by_id: Mapped[uuid.UUID | None] = mapped_column(Uuid)
    approved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    approved_revision: Mapped[int | None]

    bylines: Mapped[list[PostAuthor]] = relationship(
        lazy="raise", order_by=PostAuthor.position, cascade="all, delete-orphan"
    )
    filings: Mapped[list[PostTag]] = relationship(
        lazy="raise", order_by=PostTag.position, cascade="all, delete-orphan"
    )

    approved_by: Mapped[User | None] = relationship(
        lazy="raise", primaryjoin=lambda: foreign(Post.approved_by_id) == User.id
    )
    schedule: Mapped[Schedule | None] = relationship(
        lazy="raise", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def author_ids(self) -> list[uuid.UUID]:
        """Who wrote it, in order."""
        return [byline.author_id for byline in self.bylines]

    @property
    def tag_ids(self) -> list[uuid.UUID]:
        """What it is about, in order."""
        return [filing.tag_id for filing in self.filings]

    @property
    def authors(self) -> list[Author]:
        """Who wrote it, in order."""
        return [byline.author for byline in self.bylines]

    @property
    def tags(self) -> list[Tag]:
        """What it is about, in order."""
        return [filing.tag for filing in self.filings]

    @property
    def expanded(self) -> dict[str, Any]:
        """The authors and tags behind the ids."""
        return {"authors": self.authors, "tags": self.tags}

    @property
    def is_published(self) -> bool:
        """Whether readers see an edition of it."""
        return self.status == Status.PUBLISHED

    def content(self) -> Content:
        """What it says now."""
        values = {name: getattr(self, name) for name in FIELDS}
        if self.published_at == self.first_published_at:
            values["published_at"] = None
        return Content.of(values)

    def fingerprint(self) -> str:
        """A digest of all that an edition would be made from."""
        return replace(self.content(), published_at=self.published_at).fingerprint

    @property
    def approval(self) -> Approval | None:
        """Who approved what it says now."""
        if self.approved_at is None or self.approved_revision != self.revision:
            return None
        return Approval(self.approved_by, self.approved_at, self.revision)

    def move_to(self, status: Status) -> None:
        """Let it stand there, with the revision that it is at.

        A draft begins anew, and so does what is deleted: not approved.
        """
        self.status = status
        self.revision_is_fixed = True
        if status in {Status.DRAFT, Status.TRASHED}:
            self.approved_by = self.approved_at = self.approved_revision = None

    def forget_edition(self) -> None:
        """Readers no longer see it."""
        self.published_fingerprint = None
        self.has_unpublished_changes = False

    def compare_with_edition(self) -> None:
        """Note whether the working copy differs from what readers see."""
        self.has_unpublished_changes = (
            self.is_published and self.fingerprint() != self.published_fingerprint
        )
