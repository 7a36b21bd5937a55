"""What can be done with preview links: give one out, revoke it."""

import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cms.accounts import secret
from cms.accounts.permissions import Caller
from cms.content.posts.models import Post
from cms.content.posts.previews import queries
from cms.content.posts.previews.models import PreviewLink
from cms.content.posts.revisions import keeping
from cms.content.posts.revisions import queries as revisions
from cms.foundation.database import new_id
from cms.foundation.errors import Conflict, Fault, NotFound, Unprocessable

# Links of one post that are good at the same time.
MOST_LINKS = 100


class TooManyLinks(Conflict):
    """The post has as many preview links as it may have; revoke one."""

    code = "too_many_preview_links"
    title = "The post has too many preview links"


def create(
    session: Session,
    post: Post,
    *,
    revision: int | None,
    lifetime: timedelta,
    by: Caller,
    now: datetime,
) -> tuple[PreviewLink, str]:
    """A link and its token, which nobody can read again. Who may see the post may give one out.

    With a ``revision`` it shows that for ever, without one the working copy as it will be. Raises
    ``Unprocessable``, ``TooManyLinks``.
    """
    if revision is not None:
        _stand_on(session, post, revision)
    of_post = PreviewLink.post_id == post.id
    session.execute(delete(PreviewLink).where(of_post, PreviewLink.expires_at <= now))
    if (session.scalar(select(func.count()).where(of_post)) or 0) >= MOST_LINKS:
        message = f"There are {MOST_LINKS} preview links of this post. Revoke those of no use."
        raise TooManyLinks(message)
    token = secrets.token_urlsafe(32)
    link = PreviewLink(
        id=new_id(),
        post_id=post.id,
        token_hash=secret.digest(token),
        revision=revision,
        created_by_id=by.id,
        key_id=by.key_id,
        created_at=now,
        expires_at=now + lifetime,
    )
    session.add(link)
    session.flush()
    return link, token


def revoke(session: Session, post: Post, link_id: uuid.UUID, *, now: datetime) -> None:
    """Let a link lead nowhere. Raises ``NotFound``."""
    link = session.scalar(queries.live(post.id, now=now).where(PreviewLink.id == link_id))
    if link is None:
        message = f"The post has no preview link {link_id}."
        raise NotFound(message)
    session.delete(link)
    session.flush()


def _stand_on(session: Session, post: Post, number: int) -> None:
    try:
        revisions.get(session, post, number)
    except NotFound as error:
        fault = Fault("#/revision", error.detail)
        raise Unprocessable(error.detail, errors=[fault]) from error
    if number == post.revision:
        keeping.fix(session, post)
