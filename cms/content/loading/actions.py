"""Adding many finished posts in few statements, by the rules that hold for single ones."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts import permissions
from cms.accounts.permissions import Caller, Permission
from cms.content import slugs
from cms.content.authors import actions as author_actions
from cms.content.authors import queries as author_queries
from cms.content.loading.assembling import Assembled, Names, Portion, assemble
from cms.content.loading.models import Load
from cms.content.loading.rendering import Ready
from cms.content.posts.models import Post
from cms.content.posts.queries import KEPT
from cms.content.tags import actions as tag_actions
from cms.content.tags import queries as tag_queries
from cms.editions import actions as editions
from cms.editions.models import PostEdition
from cms.foundation import bulk, texts

# Words that a run remembers: few texts in one language have more.
MOST_LEARNED = 1_000_000


@dataclass(slots=True)
class Known:
    """What a run has met and need not look for again. Not to be used after one that failed."""

    names: Names = field(default_factory=lambda: Names({}, {}))
    # Words that search keeps.
    learned: set[str] = field(default_factory=set)


def done(session: Session, file_digest: str) -> int:
    """How many lines of a file are done."""
    return session.scalar(select(Load.lines).where(Load.file_digest == file_digest)) or 0


def note(session: Session, file_digest: str, lines: int, *, now: datetime) -> None:
    """Say how many lines of a file are done."""
    session.merge(Load(file_digest=file_digest, lines=lines, updated_at=now))


def add(
    session: Session, portions: list[Portion], *, known: Known, by: Caller, now: datetime
) -> dict[int, str]:
    """Publish posts under one version. Gives the places of those refused, and why.

    A slug that is taken is refused, never numbered: who brings content wants its addresses.
    """
    permissions.demand(by, Permission.POSTS_PUBLISH)
    posts = [ready for portion in portions for ready in portion.posts]
    chosen, refused = _choose_slugs(session, posts)
    _meet(session, [posts[place] for place in chosen], known.names, by=by, now=now)
    assembled, rest = _sorted_out(portions, chosen)
    if rest:
        dialect = session.connection().dialect
        assembled.append(assemble(rest, known.names, by_id=by.id, now=now, dialect=dialect))
    bulk.insert(session, (rows for one in assembled for rows in one.rows))
    if len(known.learned) > MOST_LEARNED:
        known.learned.clear()
    if assembled:
        batches = [one.editions for one in assembled]
        editions.issue_batches(session, batches, by_id=by.id, now=now, learned=known.learned)
    return refused


def _sorted_out(
    portions: list[Portion], chosen: dict[int, str]
) -> tuple[list[Assembled], list[Ready]]:
    """What can be stored as it was assembled, and what is to be assembled now."""
    assembled: list[Assembled] = []
    rest: list[Ready] = []
    places = count()
    for portion in portions:
        # Each with the slug that it gets; nothing for one that is refused.
        pairs = [(ready, chosen.get(next(places))) for ready in portion.posts]
        if portion.assembled and all(slug == ready.slug for ready, slug in pairs if ready.in_rows):
            assembled.append(portion.assembled)
            pairs = [(ready, slug) for ready, slug in pairs if not ready.in_rows]
        rest += [ready._replace(slug=slug) for ready, slug in pairs if slug is not None]
    return assembled, rest


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


def _meet(session: Session, posts: list[Ready], names: Names, *, by: Caller, now: datetime) -> None:
    """Find or create all authors and tags that ``posts`` name."""
    authors = {slug: name for ready in posts for slug, name in ready.authors.items()}
    tags = {slug: name for ready in posts for slug, name in ready.tags.items()}
    new = [slug for slug in authors if slug not in names.authors]
    found = author_queries.by_slugs(session, new)
    for slug in new:
        author = found.get(slug) or author_actions.create(
            session, {"name": authors[slug], "slug": slug}, by=by, now=now
        )
        names.authors[slug] = author.id
    new = [slug for slug in tags if slug not in names.tags]
    by_slug = tag_queries.by_slugs(session, new)
    keys = {slug: texts.folded(tags[slug]) for slug in new}
    by_key = tag_queries.by_name_keys(session, set(keys.values()))
    for slug in new:
        tag = by_slug.get(slug) or by_key.get(keys[slug])
        if tag is None:
            tag = tag_actions.create(session, {"name": tags[slug], "slug": slug}, by=by, now=now)
            by_key[tag.name_key] = tag
        names.tags[slug] = tag.id
