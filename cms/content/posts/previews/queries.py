"""How preview links are found, and what they show."""

import uuid
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from cms.accounts import secret
from cms.accounts.keys.models import AccessKey
from cms.accounts.models import User
from cms.accounts.permissions import Caller
from cms.content import markdown
from cms.content.authors import queries as author_queries
from cms.content.posts import publishing
from cms.content.posts import queries as posts
from cms.content.posts.models import Status
from cms.content.posts.previews.models import PreviewLink
from cms.content.posts.revisions import queries as revisions
from cms.content.posts.revisions import reviving
from cms.content.tags import queries as tag_queries
from cms.foundation.errors import NotFound

# Rendering a megabyte takes seconds, and a preview is looked at again and again.
_rendered = lru_cache(maxsize=8)(markdown.render)


def live(post_id: uuid.UUID, *, now: datetime) -> Select[PreviewLink]:
    """The links of a post that still lead somewhere."""
    return select(PreviewLink).where(PreviewLink.post_id == post_id, PreviewLink.expires_at > now)


def shown(session: Session, token: str, *, now: datetime) -> dict[str, Any]:
    """What publishing would let readers see of the post behind ``token``.

    Its authors and tags are objects. It was last changed when it was saved, and if it was never
    published, that is when it was. A link shows no more than its maker may see, with the key that
    it was made with. Raises ``NotFound``, the same for whatever reason.
    """
    found = session.execute(
        select(PreviewLink, User, AccessKey)
        .join(User, User.id == PreviewLink.created_by_id)
        .outerjoin(AccessKey, AccessKey.id == PreviewLink.key_id)
        .where(
            PreviewLink.token_hash == secret.digest(token),
            PreviewLink.expires_at > now,
            User.is_active,
            AccessKey.unexpired(now),
        )
    ).first()
    if found is None:
        raise _nothing()
    link, maker, key = found
    by = Caller.of(maker)
    if key is not None:
        by = by.through(key.id, key.permissions, key.tag_ids)
    try:
        post = posts.get(session, link.post_id, by=by)
        revision = revisions.get(session, post, link.revision or post.revision)
    except NotFound as error:
        raise _nothing() from error
    # Until it is restored.
    if post.status == Status.TRASHED:
        raise _nothing()
    content = reviving.revive(session, post, revision).content
    published_at = content.published_at or post.first_published_at or revision.saved_at
    content = replace(content, published_at=published_at)
    rendered = _rendered(content.body)
    authors = author_queries.by_ids(session, content.author_ids)
    tags = tag_queries.by_ids(session, content.tag_ids)
    return {
        **publishing.shape(post.id, content, rendered, updated_at=revision.saved_at),
        "authors": [authors[one] for one in content.author_ids],
        "tags": [tags[one] for one in content.tag_ids],
        "html": rendered.html,
    }


def _nothing() -> NotFound:
    return NotFound("This preview has expired, was revoked, or never was.")
