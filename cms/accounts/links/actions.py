"""What can be done with a link that sets a password: make it, use it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from cms.accounts import saving, secret
from cms.accounts.login import actions as login_actions
from cms.accounts.models import PasswordLink, User
from cms.accounts.permissions import Caller
from cms.foundation.errors import Conflict, Fault, Unprocessable

# Somebody who is invited may be on holiday; somebody who forgot sits and waits.
LIVES = {secret.INVITATION: timedelta(days=7), secret.RESET: timedelta(hours=1)}
# Nobody's mailbox is to be filled by somebody else.
QUIET = timedelta(minutes=1)


class LinkUsed(Unprocessable):
    """The link was used, replaced or has expired, or is none of ours."""

    code = "link_used"
    title = "This link no longer works"


class Inactive(Conflict):
    """The user is deactivated, and no link would let them in."""

    code = "user_inactive"
    title = "The user is deactivated"


def issue(session: Session, user: User, *, now: datetime) -> tuple[PasswordLink, str]:
    """A new link for a user with its secret; older ones are void. Raises ``Inactive``."""
    if not user.is_active:
        message = "Activate the user first."
        raise Inactive(message)
    kind = secret.RESET if user.has_password else secret.INVITATION
    text = secret.new(kind)
    login_actions.void_link(session, user)
    link = PasswordLink(
        user_id=user.id, digest=secret.digest(text), created_at=now, expires_at=now + LIVES[kind]
    )
    session.add(link)
    session.flush()
    return link, text


def was_just_issued(session: Session, user: User, *, now: datetime) -> bool:
    """Whether a mail with a link is on its way already."""
    link = session.get(PasswordLink, user.id)
    return link is not None and now < link.created_at + QUIET


def check(session: Session, text: str, kind: str, *, now: datetime) -> None:
    """Raise ``LinkUsed`` unless the link works now.

    Comes before the new password is hashed, which is slow on purpose and nothing for strangers.
    """
    _find(session, text, kind, now=now)


def redeem(session: Session, text: str, kind: str, *, new_hash: str, now: datetime) -> User:
    """Set the password, end all logins, void the link; gives the user. Raises ``LinkUsed``."""
    link = _find(session, text, kind, now=now)
    user = session.get(User, link.user_id, with_for_update=True, populate_existing=True)
    # Of two who use it at the same moment, one deletes it.
    is_mine = session.scalar(
        delete(PasswordLink)
        .where(PasswordLink.digest == link.digest)
        .returning(PasswordLink.user_id)
    )
    if user is None or not user.is_active or not is_mine:
        raise _used()
    user.password_hash = new_hash
    saving.touch(user, by=Caller.of(user), now=now)
    login_actions.end_all(session, user, now=now)
    session.flush()
    return user


def _find(session: Session, text: str, kind: str, *, now: datetime) -> PasswordLink:
    if not text.startswith(kind) or not secret.is_sound(text):
        raise _used()
    link = session.scalar(select(PasswordLink).where(PasswordLink.digest == secret.digest(text)))
    if link is None or link.expires_at <= now:
        raise _used()
    return link


def _used() -> LinkUsed:
    message = "This link was used, replaced or has expired. Ask for a new one."
    return LinkUsed(message, errors=[Fault("#/token", message)])
