"""Rendered posts to rows as a driver takes them: what takes longest, once names are known."""

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Dialect

from cms.content.loading.rendering import Named, Ready
from cms.content.posts import publishing
from cms.content.posts.content import LINKS, Content
from cms.content.posts.filling import NO_SEO
from cms.content.posts.models import Post, PostAuthor, PostTag, Status
from cms.editions import actions as editions
from cms.editions.actions import Batch, Issued
from cms.editions.search import entries
from cms.foundation import bulk, texts
from cms.foundation.bulk import Rows
from cms.foundation.database import Base, new_id


class Names(NamedTuple):
    """Authors and tags that a run has met, by what its file calls them."""

    authors: dict[Named, uuid.UUID]
    tags: dict[Named, uuid.UUID]

    def cover(self, ready: Ready) -> bool:
        """Whether all that a post names are among them."""
        return self.authors.keys() >= {*ready.authors} and self.tags.keys() >= {*ready.tags}

    def unknown(self, posts: list[Ready]) -> set[tuple[str, Named]]:
        """What ``posts`` name that is not among them."""
        authors = {one for ready in posts for one in ready.authors} - self.authors.keys()
        tags = {one for ready in posts for one in ready.tags} - self.tags.keys()
        return {*(("author", one) for one in authors), *(("tag", one) for one in tags)}

    def packed(self) -> bytes:
        """For another process, which unpacks what it did not have before."""
        return orjson.dumps([[*named.items()] for named in self])

    @classmethod
    def unpacked(cls, packed: bytes) -> "Names":
        """The other way."""
        authors, tags = (
            {(slug, name): uuid.UUID(one) for (slug, name), one in named}
            for named in orjson.loads(packed)
        )
        return cls(authors, tags)


class Assembled(NamedTuple):
    """Posts as the tables take them. They lack only the version of the site, and numbers."""

    # Of working copies, their authors and tags.
    rows: list[Rows]
    editions: Batch


class Portion(NamedTuple):
    """Some posts, in the order of their file."""

    posts: list[Ready]
    # Those of them that have become rows.
    assembled: Assembled | None = None


def assemble_known(
    posts: list[Ready], names: Names, *, by_id: uuid.UUID, now: datetime, dialect: Dialect
) -> Portion:
    """Make rows of those of ``posts`` all of whose names are in ``names``.

    That their slugs are free is assumed: one that gets another is assembled again.
    """
    known = [ready for ready in posts if names.cover(ready)]
    if not known:
        return Portion(posts)
    assembled = assemble(known, names, by_id=by_id, now=now, dialect=dialect)
    left = [ready._replace(words=None) if names.cover(ready) else ready for ready in posts]
    return Portion(left, assembled)


def assemble(
    posts: list[Ready], names: Names, *, by_id: uuid.UUID, now: datetime, dialect: Dialect
) -> Assembled:
    """What the tables hold of ``posts``, at least one, all of whose names are in ``names``."""
    rows: dict[type[Base], list[dict[str, Any]]] = {Post: [], PostAuthor: [], PostTag: []}
    issued = []
    for ready in posts:
        content = _content(ready, names, now=now)
        author_ids, tag_ids = list(content.author_ids), list(content.tag_ids)
        row = _row(content, by_id=by_id, now=now)
        rows[Post].append(row)
        for link, name, ids in (
            (PostAuthor, "author_id", author_ids),
            (PostTag, "tag_id", tag_ids),
        ):
            rows[link] += [
                {"post_id": row["id"], name: one, "position": position}
                for position, one in enumerate(ids)
            ]
        edition = publishing.edition(
            row["id"], content, ready.rendered, revision=row["revision"], now=now
        )
        words = ready.words or entries.read(ready.rendered.html)
        issued.append(Issued(edition, author_ids, tag_ids, words))
    return Assembled(
        rows=bulk.converted(rows, dialect),
        editions=editions.batch(issued, dialect),
    )


def _content(ready: Ready, names: Names, *, now: datetime) -> Content:
    values = ready.values
    address = values.get("cover_url")
    return Content(
        slug=ready.slug,
        title=values["title"],
        excerpt=values.get("excerpt"),
        body=ready.body,
        cover={"url": address, "alt": "", "caption": None} if address else None,
        seo=NO_SEO,
        featured=False,
        published_at=values.get("published_at") or now,
        author_ids=_ids(ready.authors, names.authors),
        tag_ids=_ids(ready.tags, names.tags),
    )


def _ids(named: Iterable[Named], known: dict[Named, uuid.UUID]) -> tuple[uuid.UUID, ...]:
    return tuple(dict.fromkeys(known[one] for one in named))


def _row(content: Content, *, by_id: uuid.UUID, now: datetime) -> dict[str, Any]:
    """The columns of the working copy, as if it had been created and published in one step."""
    return {
        "id": new_id(),
        **{name: value for name, value in content.values().items() if name not in LINKS},
        "title_key": texts.folded(content.title),
        "status": Status.PUBLISHED,
        "first_published_at": content.published_at,
        "published_fingerprint": content.fingerprint,
        "has_unpublished_changes": False,
        "revision": 1,
        "revised_at": now,
        "revised_by_id": by_id,
        "revised_fields": [],
        "autosaves_began_at": None,
        "revision_is_fixed": False,
        "created_by_id": by_id,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "updated_by_id": by_id,
    }
