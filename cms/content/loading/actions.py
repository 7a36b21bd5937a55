"""Adding many finished posts in few statements, by the rules that hold for single ones."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts import permissions
from cms.accounts.permissions import Caller, Permission
from cms.content import markdown, slugs
from cms.content.authors import actions as author_actions
from cms.content.authors import queries as author_queries
from cms.content.loading.models import Load
from cms.content.markdown import Rendered
from cms.content.posts import publishing
from cms.content.posts.content import LINKS, Content
from cms.content.posts.filling import NO_SEO
from cms.content.posts.models import Post, PostAuthor, PostTag, Status
from cms.content.posts.queries import KEPT
from cms.content.tags import actions as tag_actions
from cms.content.tags import queries as tag_queries
from cms.editions import actions as editions
from cms.editions.actions import Issued
from cms.editions.models import PostEdition
from cms.editions.search import actions as search
from cms.editions.search import entries
from cms.editions.search.entries import Spelled
from cms.foundation import bulk, texts
from cms.foundation.database import Base, new_id
from cms.foundation.errors import Unprocessable

# Words that a run remembers: few texts in one language have more.
MOST_LEARNED = 1_000_000


class Ready(NamedTuple):
    """A post that is valid and rendered: all that can be done without the database.

    It goes from process to process, so it holds few things, and none that nobody asks for there.
    """

    # What its line says beside the text.
    values: dict[str, Any]
    # The one it wants, and whether its line says so.
    slug: str
    has_slug: bool
    # Names by slug.
    authors: dict[str, str]
    tags: dict[str, str]
    body: str
    # Without its plain text.
    rendered: Rendered
    words: Spelled


@dataclass(slots=True)
class Known:
    """What a run has met and need not look for again. Not to be used after one that failed."""

    # By slug.
    authors: dict[str, uuid.UUID] = field(default_factory=dict)
    tags: dict[str, uuid.UUID] = field(default_factory=dict)
    # Words that search keeps.
    learned: set[str] = field(default_factory=set)


def render(values: dict[str, Any], *, database: str, now: datetime) -> Ready:
    """Render a validated post, for a ``database`` by the name of its dialect.

    Raises ``Unprocessable``.
    """
    if (values.get("published_at") or now) > now:
        message = "published_at: Must not be in the future."
        raise Unprocessable(message)
    # A copy: what is sent otherwise is taken out.
    values = dict(values)
    if "html" in values:
        html = markdown.sanitise(values.pop("html"))
        body, rendered = markdown.as_source(html), markdown.describe(html)
        if body == html:
            # As nearly always: of one string one copy is sent.
            body = html
    else:
        body = values.pop("body", "")
        rendered = markdown.render(body)
    excerpt = values.get("excerpt")
    said = entries.said(
        values["title"],
        rendered.excerpt if excerpt is None else excerpt,
        entries.read(rendered.html),
    )
    return Ready(
        values=values,
        slug=values.get("slug") or slugs.slugify(values["title"], fallback="post"),
        has_slug="slug" in values,
        authors=_by_slug(values.pop("authors", ()), "author"),
        tags=_by_slug(values.pop("tags", ()), "tag"),
        body=body,
        rendered=rendered._replace(text=""),
        words=entries.spelled(said, search.database(database).spell),
    )


def _by_slug(named: Iterable[dict[str, Any]], fallback: str) -> dict[str, str]:
    """Names by slug; of two with one slug the last counts, at the place of the first."""
    return {
        one.get("slug") or slugs.slugify(one["name"], fallback=fallback): one["name"]
        for one in named
    }


def done(session: Session, file_digest: str) -> int:
    """How many lines of a file are done."""
    return session.scalar(select(Load.lines).where(Load.file_digest == file_digest)) or 0


def note(session: Session, file_digest: str, lines: int, *, now: datetime) -> None:
    """Say how many lines of a file are done."""
    session.merge(Load(file_digest=file_digest, lines=lines, updated_at=now))


def add(
    session: Session, posts: list[Ready], *, known: Known, by: Caller, now: datetime
) -> dict[int, str]:
    """Publish ``posts`` under one version. Gives the places of those refused, and why.

    A slug that is taken is refused, never numbered: who brings content wants its addresses.
    """
    permissions.demand(by, Permission.POSTS_PUBLISH)
    chosen, refused = _choose_slugs(session, posts)
    accepted = {place: ready for place, ready in enumerate(posts) if place not in refused}
    _meet(session, list(accepted.values()), known, by=by, now=now)
    rows: dict[type[Base], list[dict[str, Any]]] = {Post: [], PostAuthor: [], PostTag: []}
    issued = []
    for place, ready in accepted.items():
        content = _content(ready, chosen[place], known, now=now)
        author_ids, tag_ids = list(content.author_ids), list(content.tag_ids)
        row = _row(content, by=by, now=now)
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
        issued.append(Issued(edition, author_ids, tag_ids, ready.words))
    for model, found in rows.items():
        bulk.add(session, model, found)
    if len(known.learned) > MOST_LEARNED:
        known.learned.clear()
    if issued:
        editions.issue_new_posts(session, issued, by_id=by.id, now=now, learned=known.learned)
    return refused


def _choose_slugs(session: Session, posts: list[Ready]) -> tuple[dict[int, str], dict[int, str]]:
    """A slug for each place, and the places whose slug is taken."""
    wanted = {place: ready.slug for place, ready in enumerate(posts)}
    taken = taken_slugs(session, set(wanted.values()))
    chosen: dict[int, str] = {}
    refused: dict[int, str] = {}
    for place, slug in wanted.items():
        number, free = 1, slug
        while free in taken:
            if posts[place].has_slug:
                refused[place] = f"slug: {slug} is taken."
                break
            number += 1
            free = slugs.numbered(slug, number)
            taken |= taken_slugs(session, {free}) if free not in taken else set()
        else:
            taken.add(free)
            chosen[place] = free
    return chosen, refused


def taken_slugs(session: Session, wanted: set[str]) -> set[str]:
    """Which of these a working copy has, or what readers still see of a post."""
    live = select(PostEdition.slug).where(PostEdition.slug.in_(wanted), PostEdition.live())
    return {
        *session.scalars(select(Post.slug).where(Post.slug.in_(wanted), KEPT)),
        *session.scalars(live),
    }


def _ids(named: Iterable[str], known: dict[str, uuid.UUID]) -> tuple[uuid.UUID, ...]:
    return tuple(dict.fromkeys(known[slug] for slug in named))


def _meet(session: Session, posts: list[Ready], known: Known, *, by: Caller, now: datetime) -> None:
    """Find or create all authors and tags that ``posts`` name."""
    authors = {slug: name for ready in posts for slug, name in ready.authors.items()}
    tags = {slug: name for ready in posts for slug, name in ready.tags.items()}
    new = [slug for slug in authors if slug not in known.authors]
    found = author_queries.by_slugs(session, new)
    for slug in new:
        author = found.get(slug) or author_actions.create(
            session, {"name": authors[slug], "slug": slug}, by=by, now=now
        )
        known.authors[slug] = author.id
    new = [slug for slug in tags if slug not in known.tags]
    by_slug = tag_queries.by_slugs(session, new)
    keys = {slug: texts.folded(tags[slug]) for slug in new}
    by_key = tag_queries.by_name_keys(session, set(keys.values()))
    for slug in new:
        tag = by_slug.get(slug) or by_key.get(keys[slug])
        if tag is None:
            tag = tag_actions.create(session, {"name": tags[slug], "slug": slug}, by=by, now=now)
            by_key[tag.name_key] = tag
        known.tags[slug] = tag.id


def _content(ready: Ready, slug: str, known: Known, *, now: datetime) -> Content:
    values = ready.values
    address = values.get("cover_url")
    return Content(
        slug=slug,
        title=values["title"],
        excerpt=values.get("excerpt"),
        body=ready.body,
        cover={"url": address, "alt": "", "caption": None} if address else None,
        seo=NO_SEO,
        featured=False,
        published_at=values.get("published_at") or now,
        author_ids=_ids(ready.authors, known.authors),
        tag_ids=_ids(ready.tags, known.tags),
    )


def _row(content: Content, *, by: Caller, now: datetime) -> dict[str, Any]:
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
        "revised_by_id": by.id,
        "revised_fields": [],
        "autosaves_began_at": None,
        "revision_is_fixed": False,
        "created_by_id": by.id,
        "version": 1,
        "created_at": now,
        "updated_at": now,
        "updated_by_id": by.id,
    }
