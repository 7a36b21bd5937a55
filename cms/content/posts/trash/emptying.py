"""Emptying the trash by itself: what has been there for as long as the site keeps it, is purged."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.content.posts.models import Post
from cms.content.posts.trash import purging
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import Work

KIND = "trash.purge"
# Where a session keeps for how many days its site keeps deleted posts.
DAYS = "cms.trash_days"
# Purged in one transaction, so that what is due meanwhile waits for a moment only.
PORTION = 50
# Far shorter than the shortest time in the trash. So each post is seen there before it is due; and
# another setting holds from the next time on, for what is in the trash already too.
EVERY = timedelta(hours=1)


def run(session: Session, _job: Job, *, prepared: Any, now: datetime) -> datetime | None:  # noqa: ARG001
    """Purge some of what is too old; give when there is more."""
    kept = timedelta(days=session.info[DAYS])
    before = now - kept
    if purging.purge(session, before, PORTION) == PORTION:
        return now
    # What is too old and still there, somebody else is at.
    later = select(func.min(Post.trashed_at)).where(Post.trashed_at > before)
    oldest = session.scalar(later)
    return None if oldest is None else oldest + kept


WORK = Work(run=run, every=EVERY)
