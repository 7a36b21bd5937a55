"""What can be done with revisions: bring one back."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts.permissions import Caller
from cms.content.posts import actions
from cms.content.posts.models import Post
from cms.content.posts.revisions import queries, reviving
from cms.foundation.versions import Expected


def restore(
    session: Session, post: Post, number: int, *, by: Caller, expected: Expected, now: datetime
) -> Post:
    """Let the working copy say again what it said at revision ``number``, as an edit would.

    That is a new revision, unless it says so already. Authors and tags that no longer exist stay
    away; a slug that another post has by now gives way to the present one. Raises what ``edit``
    raises, and ``NotFound``.
    """
    former = queries.get(session, post, number)
    revived = reviving.revive(session, post, former).content
    return actions.edit(session, post, revived.values(), by=by, expected=expected, now=now)
