"""What follows when somebody says that they forgot their password, after the answer to that."""

import uuid
from datetime import datetime
from functools import partial
from typing import Any

import structlog
from sqlalchemy.orm import Session

from cms.accounts.links import actions
from cms.accounts.links.sending import Sender
from cms.accounts.login import queries
from cms.accounts.models import User
from cms.foundation import audit
from cms.foundation.database import new_id
from cms.foundation.jobs import actions as jobs
from cms.foundation.jobs import clock
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import Work

KIND = "password.forgotten"


def note(session: Session, sender: Sender, email: str, *, origin: audit.Origin) -> None:
    """Have it looked into; ``origin`` asked for it.

    The same for every address: what takes the same time tells nothing of who has an account.
    """
    if not sender.mailer.is_set_up:
        structlog.get_logger().warning("no_mail_server")
        return
    now = clock.now(session)
    payload = {
        "email": email,
        "action": origin.action,
        "address": origin.address,
        "request_id": str(origin.request_id),
    }
    # It is about nobody that is known yet.
    jobs.enqueue(session, KIND, new_id(), due_at=now, now=now, payload=payload)


def work(sender: Sender) -> Work:
    """What doing the jobs of this kind means."""
    return Work(partial(_run, sender))


def _run(sender: Sender, session: Session, job: Job, *, prepared: Any, now: datetime) -> None:  # noqa: ARG001 - there is nothing to prepare
    """Send a link, if there is such a user and none was sent just now."""
    asked = job.payload
    audit.start(
        session,
        audit.Origin(
            action=asked["action"],
            address=asked["address"],
            request_id=uuid.UUID(asked["request_id"]),
        ),
    )
    found = queries.find_by_email(session, asked["email"])
    if found is None:
        return
    user = session.get(User, found.id, with_for_update=True, populate_existing=True)
    if user is None or not user.is_active or actions.was_just_issued(session, user, now=now):
        return
    link, text = actions.issue(session, user, now=now)
    sender.dispatch(session, link, text)
