"""What can be done to posts: create, edit, submit, publish, unpublish."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.permissions import Caller, Permission
from cms.content import naming
from cms.content.authors import queries as author_queries
from cms.content.posts import filling, publishing, queries, steps
from cms.content.posts.models import Post, Status
from cms.content.posts.publishing import Prepared
from cms.content.posts.revisions import keeping
from cms.content.posts.scheduling import alarms
from cms.content.posts.steps import Step
from cms.foundation.database import new_id
from cms.foundation.versions import Expected


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
    is_shown = status == Status.PUBLISHED
    if is_shown:
        permissions.demand(by, Permission.POSTS_PUBLISH)
    values = {"body": "", "featured": False, "excerpt": None, **values}
    post = Post(
        id=new_id(),
        cover=None,
        seo=dict(filling.NO_SEO),
        status=Status.DRAFT if is_shown else status,
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
    names = filling.resolve(session, values, by=by, now=now)
    if names.authors is None:
        names.authors = author_queries.of_user(session, by.id)
    filling.fill(post, values, names, by=by, now=now)
    naming.insert(
        session,
        post,
        slug=values.get("slug"),
        name=post.title,
        fallback="post",
        is_taken=lambda slug: queries.slug_is_taken(session, slug, post.id),
        holding=queries.KEPT,
        # Saved once, as what it is going to be.
        complete=(lambda: publishing.mark(post, post.content(), now=now)) if is_shown else None,
    )
    filling.announce(session, names, by=by, now=now)
    if is_shown:
        publishing.publish_new(session, post, by=by, now=now, prepared=prepared)
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
    steps.allow(session, post, Step.EDIT, by=by, expected=expected)
    before, status = post.content(), post.status
    # Every look at the database comes before the first change, or it would flush half of it.
    names = filling.resolve(session, values, by=by, now=now)
    slug = values.get("slug", post.slug)
    if slug != post.slug and queries.slug_is_taken(session, slug, post.id):
        raise naming.taken(slug)
    post.slug = slug
    filling.fill(post, values, names, by=by, now=now)
    if values.get("status", post.status) != post.status:
        steps.demand(post, steps.TOWARDS[values["status"]])
        post.move_to(Status(values["status"]))
    post.compare_with_edition()
    is_another = post.content() != before
    if is_another:
        keeping.keep(session, post, before, by=by, now=now, autosave=autosave)
    if is_another or post.status != status:
        # Keeping has begun another revision: whoever takes the next step finds it as it is.
        post.revision_is_fixed = post.revision_is_fixed or post.status != status
        saving.touch(post, by=by, now=now)
        naming.save(session, post)
    elif not autosave:
        keeping.fix(session, post)
    filling.announce(session, names, by=by, now=now)
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
    steps.allow(session, post, Step.PUBLISH, by=by, expected=expected)
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
    steps.allow(session, post, Step.UNPUBLISH, by=by, expected=expected)
    publishing.unpublish(session, post, by=by, now=now)
    alarms.forget(session, post)
    return post
