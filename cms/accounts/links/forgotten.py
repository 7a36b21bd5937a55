"""What follows when somebody says that they forgot their password, after the answer to that."""

from datetime import datetime

import structlog

from cms.accounts.links import actions
from cms.accounts.links.sending import Sender
from cms.accounts.login import queries
from cms.accounts.models import User
from cms.foundation import audit
from cms.foundation.database import Database


def send_link(
    database: Database, sender: Sender, email: str, *, origin: audit.Origin, now: datetime
) -> None:
    """Send a link, if there is such a user and none was sent just now; ``origin`` asked for it."""
    with database.session(read_only=True) as reading:
        found = queries.find_by_email(reading, email)
    if found is None or not found.is_active:
        return
    if not sender.mailer.is_set_up:
        # Not to whom: the log would become a list of addresses.
        structlog.get_logger().warning("no_mail_server", user_id=str(found.id))
        return
    with database.transaction() as writing:
        audit.start(writing, origin)
        user = writing.get(User, found.id, with_for_update=True)
        if user is None or not user.is_active:
            return
        if actions.was_just_issued(writing, user, now=now):
            return
        _, text = actions.issue(writing, user, now=now)
    sender.send(user, text)
