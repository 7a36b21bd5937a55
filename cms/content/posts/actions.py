"""What can be done to posts: create, edit, submit, publish, unpublish."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.permissions import Caller, Permission
from cms.content import naming
from cms.content.authors import queries as author_queries
from cms.content.authors.models import Author
from cms.content.posts import publishing, queries, steps
from cms.content.posts.models import Post, PostAuthor, PostTag, Status
from cms.content.posts.publishing import Prepared
from cms.content.posts.revisions import keeping
from cms.content.posts.scheduling import alarms
from cms.content.posts.steps import Step
from cms.content.tags import actions as tag_actions
from cms.content.tags import queries as tag_queries
from cms.content.tags.models import Tag
from cms.foundation import texts
from cms.foundation.database import new_id
from cms.foundation.errors import Fault, Forbidden, Unprocessable
from cms.foundation.versions import Expected

PLAIN = ("excerpt", "body", "featured")
NO_SEO: dict[str, Any] = {"title": None, "description": None, "canonical_url": None}


def create(
    session: Session,
    values: dict[str, Any],
    *,
    by: Caller,
    now: datetime,
    prepared: Prepared | None = None,
) -> Post:
    """A new post; with ``status: published`` it is published at once.

    Raises ``SlugTaken``, ``Unprocessable``, and ``Forbidden`` for a status the role may not give.
    """
    permissions.demand(by, Permission.POSTS_WRITE)
    status = values.get("status", Status.DRAFT)
    if status == Status.PUBLISHED:
        permissions.demand(by, Permission.POSTS_PUBLISH)
    values = {"body": "", "featured": False, "excerpt": None, **values}
    post = Post(
        id=new_id(),
        cover=None,
        seo=dict(NO_SEO),
        status=Status.DRAFT if status == Status.PUBLISHED else status,
        published_at=None,
        first_published_at=None,
        published_fingerprint=None,
        has_unpublished_changes=False,
        trashed_at=None,
        approved_by=None,
        approved_at=None,
        approved_revision=None,
        schedule=None,
        created_by_id=by.id,
        bylines=[],
        filings=[],
    )
    saving.begin(post, by=by, now=now)
    keeping.begin(post, by=by, now=now)
    names = _resolve(session, values, by=by, now=now)
    if names.authors is None:
        names.authors = author_queries.of_user(session, by.id)
    _fill(post, values, names, by=by, now=now)
    naming.insert(
        session,
        post,
        slug=values.get("slug"),
        name=post.title,
        fallback="post",
        is_taken=lambda slug: queries.slug_is_taken(session, slug, post.id),
        holding=queries.KEPT,
    )
    _announce(session, names.created_tags, by=by, now=now)
    if status == Status.PUBLISHED:
        publishing.publish(session, post, by=by, now=now, prepared=prepared)
    return post


def edit(
    session: Session,
    post: Post,
    values: dict[str, Any],
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
    autosave: bool = False,
) -> Post:
    """Change the working copy. What readers see stays until it is published again.

    A change of what the post says makes a revision; a run of autosaves makes one. A change that
    changes nothing keeps the version. Raises ``Stale``, ``SlugTaken``, ``IllegalStep``,
    ``Unprocessable``.
    """
    demand_editing(session, post, by=by, expected=expected)
    before, status = post.content(), post.status
    # Every look at the database comes before the first change, or it would flush half of it.
    names = _resolve(session, values, by=by, now=now)
    slug = values.get("slug", post.slug)
    if slug != post.slug and queries.slug_is_taken(session, slug, post.id):
        raise naming.taken(slug)
    post.slug = slug
    _fill(post, values, names, by=by, now=now)
    if values.get("status", post.status) != post.status:
        steps.demand(post, steps.TOWARDS[values["status"]])
        post.move_to(Status(values["status"]))
    post.compare_with_edition()
    is_another = post.content() != before
    if is_another:
        keeping.keep(session, post, before, by=by, now=now, autosave=autosave)
    if is_another or post.status != status:
        # Whoever takes the next step finds the revision that this one was taken with.
        post.revision_is_fixed = post.revision_is_fixed or post.status != status
        saving.touch(post, by=by, now=now)
        naming.save(session, post)
    elif not autosave:
        keeping.fix(session, post)
    _announce(session, names.created_tags, by=by, now=now)
    return post


def publish(
    session: Session,
    post: Post,
    *,
    by: Caller,
    expected: Expected,
    now: datetime,
    prepared: Prepared | None = None,
) -> Post:
    """Show readers the working copy as it is now.

    Raises ``Stale``, ``IllegalStep``, ``SlugTaken``.
    """
    permissions.demand(by, Permission.POSTS_PUBLISH)
    saving.guard(session, post, expected)
    steps.demand(post, Step.PUBLISH)
    if not post.is_published or post.has_unpublished_changes:
        publishing.publish(session, post, by=by, now=now, prepared=prepared)
        alarms.after_publishing(session, post, now=now)
    return post


def unpublish(
    session: Session, post: Post, *, by: Caller, expected: Expected, now: datetime
) -> Post:
    """Take the post away from readers; the working copy stays, as a draft.

    Raises ``Stale``, ``IllegalStep``.
    """
    permissions.demand(by, Permission.POSTS_PUBLISH)
    saving.guard(session, post, expected)
    steps.demand(post, Step.UNPUBLISH)
    publishing.unpublish(session, post, by=by, now=now)
    alarms.forget(session, post)
    return post


def demand_editing(session: Session, post: Post, *, by: Caller, expected: Expected) -> None:
    """Raise what keeps ``by`` from changing the working copy, whatever the change is."""
    demand_writing(by, post)
    saving.guard(session, post, expected)
    steps.demand(post, Step.EDIT)


def demand_writing(by: Caller, post: Post) -> None:
    """Raise ``Forbidden`` unless ``by`` may change ``post``.

    Whose post it is was asked when it was found; what one may do to it is asked here.
    """
    permissions.demand(by, Permission.POSTS_WRITE)
    is_approved = post.status in {Status.SCHEDULED, Status.PUBLISHED}
    if is_approved and not permissions.holds(by, Permission.POSTS_PUBLISH):
        message = f"The post is {post.status}. Ask an editor to change it."
        raise Forbidden(message)


def _stay_within_reach(by: Caller, post: Post) -> None:
    """A key that is limited to tags finds no other posts; here it makes none out of one."""
    if by.tag_ids is not None and by.tag_ids.isdisjoint(post.tag_ids):
        message = "This key writes posts with certain tags only: the post must have one of them."
        raise Forbidden(message, tag_ids=sorted(map(str, by.tag_ids)))


@dataclass(slots=True)
class _Names:
    """The authors and tags that a request names; ``None``: it says nothing about them."""

    authors: list[Author] | None
    tags: list[Tag] | None
    created_tags: list[Tag]


def _resolve(session: Session, values: dict[str, Any], *, by: Caller, now: datetime) -> _Names:
    authors, tags, created = None, None, list[Tag]()
    if "author_ids" in values:
        authors = _known(values, "author_ids", author_queries.by_ids(session, values["author_ids"]))
    elif "authors" in values:
        authors = _known(values, "authors", author_queries.by_slugs(session, values["authors"]))
    if "tag_ids" in values:
        tags = _known(values, "tag_ids", tag_queries.by_ids(session, values["tag_ids"]))
    elif "tags" in values:
        tags, created = tag_actions.named(session, values["tags"], by=by, now=now)
    return _Names(authors, tags, created)


def _fill(post: Post, values: dict[str, Any], names: _Names, *, by: Caller, now: datetime) -> None:
    """Put ``values`` into the post. Raises ``Forbidden`` where that leaves what ``by`` reaches."""
    for name in PLAIN:
        if name in values:
            setattr(post, name, values[name])
    if "title" in values:
        post.title = values["title"]
        post.title_key = texts.folded(values["title"])
    if "published_at" in values:
        post.published_at = values["published_at"] or post.first_published_at
        if post.published_at is not None and post.published_at > now:
            message = "Must not be in the future."
            raise Unprocessable(message, errors=[Fault("#/published_at", message)])
    if "cover" in values:
        post.cover = _merged_cover(post.cover, values["cover"])
    if "seo" in values:
        post.seo = {**post.seo, **values["seo"]} if values["seo"] is not None else dict(NO_SEO)
    if names.authors is not None:
        _credit(post, names.authors)
    if names.tags is not None:
        _file(post, names.tags)
    _stay_within_reach(by, post)


def _merged_cover(
    current: dict[str, Any] | None, change: dict[str, Any] | None
) -> dict[str, Any] | None:
    """RFC 7396: null removes the whole, an object changes the members it names."""
    if change is None:
        return None
    merged = {"url": None, "alt": None, "caption": None, **(current or {}), **change}
    if merged["url"] is None:
        message = "A cover needs a url."
        raise Unprocessable(message, errors=[Fault("#/cover/url", message)])
    return {**merged, "alt": merged["alt"] or ""}


def _known(values: dict[str, Any], name: str, found: dict[Any, Any]) -> list[Any]:
    """What was asked for, in order and once each; a fault for each that does not exist."""
    faults = [
        Fault(f"#/{name}/{index}", f"There is none {str(wanted)!r}.")
        for index, wanted in enumerate(values[name])
        if wanted not in found
    ]
    if faults:
        raise Unprocessable(f"{name}: {faults[0].detail}", errors=faults)
    return [found[wanted] for wanted in dict.fromkeys(values[name])]


def _credit(post: Post, authors: list[Author]) -> None:
    kept = {byline.author_id: byline for byline in post.bylines}
    post.bylines = [
        kept.get(author.id) or PostAuthor(author_id=author.id, author=author) for author in authors
    ]
    for position, byline in enumerate(post.bylines):
        byline.position = position


def _file(post: Post, tags: list[Tag]) -> None:
    kept = {filing.tag_id: filing for filing in post.filings}
    post.filings = [kept.get(tag.id) or PostTag(tag_id=tag.id, tag=tag) for tag in tags]
    for position, filing in enumerate(post.filings):
        filing.position = position


def _announce(session: Session, tags: list[Tag], *, by: Caller, now: datetime) -> None:
    for tag in tags:
        tag_actions.announce(session, tag, by=by, now=now)
