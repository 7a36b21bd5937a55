"""Adding many finished posts in few statements, by the rules that hold for single ones."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from cms.accounts import permissions
from cms.accounts.permissions import Caller, Permission
from cms.content import naming, slugs
from cms.content.authors import actions as author_actions
from cms.content.authors import queries as author_queries
from cms.content.authors.models import Author
from cms.content.loading.assembling import Assembled, Names, Portion, assemble
from cms.content.loading.models import Load
from cms.content.loading.rendering import Ready
from cms.content.naming import SlugTaken
from cms.content.posts.models import Post
from cms.content.posts.queries import KEPT
from cms.content.tags import actions as tag_actions
from cms.content.tags import queries as tag_queries
from cms.content.tags.actions import TagNameTaken
from cms.content.tags.models import Tag
from cms.editions import actions as editions
from cms.editions.models import PostEdition
from cms.foundation import bulk
from cms.foundation.database import may_succeed_again
from cms.foundation.errors import Conflict

# Words that a run remembers: few texts in one language have more.
MOST_LEARNED = 1_000_000


class LoadedElsewhere(Conflict):
    """Somebody else has gone on with the same file meanwhile."""

    code = "loaded_elsewhere"
    title = "Another cms load is at this file"


@dataclass(slots=True)
class Known:
    """What a run has met and need not look for again. To be forgotten after a try that failed."""

    names: Names = field(default_factory=lambda: Names({}, {}))
    # Words that search keeps.
    learned: set[str] = field(default_factory=set)

    def forget(self) -> None:
        """Look for everything again."""
        self.names, self.learned = Names({}, {}), set()


class Source(NamedTuple):
    """A file: the SHA-256 of what is in it, and its size in bytes."""

    digest: str
    size: int


def sizes(session: Session) -> list[int]:
    """Of files that were loaded: how far a file may be one of them that has grown."""
    return list(session.scalars(select(Load.size).where(Load.size.is_not(None)).distinct()))


def done(session: Session, sources: list[Source]) -> int:
    """How many lines of a file are done, as one of these: itself, and what it began as."""
    of_one = Load.file_digest.in_([source.digest for source in sources])
    return session.scalar(select(func.max(Load.lines)).where(of_one)) or 0


def note(session: Session, source: Source, *, after: int, lines: int, now: datetime) -> None:
    """Say that ``lines`` of a file are done where ``after`` were. Raises ``LoadedElsewhere``."""
    same = Load.file_digest == source.digest
    so_far = update(Load).where(same, Load.lines == after).values(lines=lines, updated_at=now)
    if session.scalar(so_far.returning(Load.lines)) is not None:
        return
    if session.scalar(select(Load.lines).where(same)) is not None:
        message = "Run it again when that one has ended: it goes on where that one was."
        raise LoadedElsewhere(message)
    session.add(Load(file_digest=source.digest, size=source.size, lines=lines, updated_at=now))
    session.flush()


def may_go_on(error: Exception) -> bool:
    """Whether ``add`` failed since others wrote at the same time, and may be tried again.

    Others take a slug or a name, or merge or delete what a run has met.
    """
    if isinstance(error, DBAPIError) and may_succeed_again(error):
        return True
    return isinstance(error, (IntegrityError, SlugTaken, TagNameTaken))


def check(session: Session, portions: list[Portion], taken: set[str]) -> dict[int, str]:
    """What ``add`` would refuse; ``taken`` are the slugs of what was checked before, it grows."""
    return _choose_slugs(session, _posts(portions), taken)[1]


def add(
    session: Session, portions: list[Portion], *, known: Known, by: Caller, now: datetime
) -> dict[int, str]:
    """Publish posts under one version. Gives the places of those refused, and why.

    A slug that is taken is refused, never numbered: who brings content wants its addresses.
    """
    permissions.demand(by, Permission.POSTS_PUBLISH)
    posts = _posts(portions)
    chosen, refused = _choose_slugs(session, posts, set())
    _meet(session, [posts[place] for place in sorted(chosen)], known.names, by=by, now=now)
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


def _posts(portions: list[Portion]) -> list[Ready]:
    return [ready for portion in portions for ready in portion.posts]


def _choose_slugs(
    session: Session, posts: list[Ready], taken: set[str]
) -> tuple[dict[int, str], dict[int, str]]:
    """A slug for each place, and the places whose slug is taken; ``taken`` grows by the slugs."""
    taken |= taken_slugs(session, {ready.slug for ready in posts})
    chosen: dict[int, str] = {}
    refused: dict[int, str] = {}
    numbers: dict[str, int] = {}
    # Who wants one in particular gets it before those who take what is free.
    for place, ready in sorted(enumerate(posts), key=lambda at: not at[1].has_slug):
        slug = ready.slug
        if slug in taken and ready.has_slug:
            refused[place] = f"slug: {slug} is taken."
            continue
        if slug in taken:
            slug = _numbered(session, slug, taken, numbers)
        taken.add(slug)
        chosen[place] = slug
    return chosen, refused


def _numbered(session: Session, base: str, taken: set[str], numbers: dict[str, int]) -> str:
    """``base`` with the first number that is free; ``numbers`` remembers the last of each base."""
    if base not in numbers:
        numbers[base] = 1
        taken |= _taken(
            session,
            naming.numbered_like(Post.slug, base),
            naming.numbered_like(PostEdition.slug, base),
        )
    while True:
        numbers[base] += 1
        free = slugs.numbered(base, numbers[base])
        if free not in taken:
            return free


def taken_slugs(session: Session, wanted: set[str]) -> set[str]:
    """Which of these a working copy has, or what readers still see of a post."""
    return _taken(session, Post.slug.in_(wanted), PostEdition.slug.in_(wanted))


def _taken(
    session: Session, of_post: ColumnElement[bool], of_edition: ColumnElement[bool]
) -> set[str]:
    return {
        *session.scalars(select(Post.slug).where(of_post, KEPT)),
        *session.scalars(select(PostEdition.slug).where(of_edition, PostEdition.live())),
    }


def _meet(session: Session, posts: list[Ready], names: Names, *, by: Caller, now: datetime) -> None:
    """Find or create all authors and tags that ``posts`` name."""
    for named in dict.fromkeys(one for ready in posts for one in ready.authors):
        if named not in names.authors:
            names.authors[named] = _author(session, *named, by=by, now=now).id
    for named in dict.fromkeys(one for ready in posts for one in ready.tags):
        if named not in names.tags:
            names.tags[named] = _tag(session, *named, by=by, now=now).id


def _author(session: Session, slug: str, name: str, *, by: Caller, now: datetime) -> Author:
    """The one with this slug; without a slug, the one with this name. Otherwise a new one."""
    if not slug:
        found = author_queries.find_named(session, name)
        return found or author_actions.create(session, {"name": name}, by=by, now=now)
    found = author_queries.by_slugs(session, [slug]).get(slug)
    return found or author_actions.create(session, {"name": name, "slug": slug}, by=by, now=now)


def _tag(session: Session, slug: str, name: str, *, by: Caller, now: datetime) -> Tag:
    """The one with this slug, otherwise the one with this name, otherwise a new one."""
    if not slug:
        (tag,), created = tag_actions.named(session, [name], by=by, now=now)
        for one in created:
            tag_actions.announce(session, one, by=by, now=now)
        return tag
    found = tag_queries.by_slugs(session, [slug]).get(slug) or tag_queries.find_named(session, name)
    return found or tag_actions.create(session, {"name": name, "slug": slug}, by=by, now=now)
