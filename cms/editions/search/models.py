"""The tables of the search index that are the same on both databases."""

import uuid

from sqlalchemy import BigInteger, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from cms.foundation.database import Base, Key


class SearchEntry(Base):
    """A live post, as the ranking of answers wants it; its words lie beside it, by ``number``.

    The newer a post, the higher its number. Texts are folded words between single spaces.
    """

    __tablename__ = "search_entries"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    post_id: Mapped[uuid.UUID] = mapped_column(Uuid, unique=True)
    edition_id: Mapped[uuid.UUID] = mapped_column(Uuid)
    title: Mapped[str] = mapped_column(Text)
    excerpt: Mapped[str] = mapped_column(Text)
    # Words that the text repeats.
    often: Mapped[str] = mapped_column(Text)
    # Ids, in the order of the post.
    authors: Mapped[str] = mapped_column(Text)
    tags: Mapped[str] = mapped_column(Text)


class SearchNumber(Base):
    """Which number an edition of a post had while it was found: it keeps its place in the past."""

    __tablename__ = "search_numbers"

    edition_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)


class SearchName(Base):
    """A word of the name that an author or a tag has now.

    Posts are found by it over the ids in their own words: renaming a tag touches none of them.
    """

    __tablename__ = "search_names"

    word: Mapped[str] = mapped_column(Key, primary_key=True)
    subject_id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, index=True)
    # "authors" or "tags".
    kind: Mapped[str]
    # All of its words.
    name: Mapped[str] = mapped_column(Text)


class SearchTerm(Base):
    """A word that some post has or had: what a misspelt one is compared with."""

    __tablename__ = "search_terms"

    term: Mapped[str] = mapped_column(Key, primary_key=True)
    # Backwards, for what is misspelt at its beginning.
    reversed: Mapped[str] = mapped_column(Key, index=True)
    # The first version that had it; 0 where that is not known.
    from_version: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
