"""Getting a link to the person it is for: its address, the mail around it, and the job of that."""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy.orm import Session

from cms.accounts import secret
from cms.accounts.models import PasswordLink, User
from cms.foundation.jobs import actions as jobs
from cms.foundation.jobs import clock
from cms.foundation.jobs.models import Job
from cms.foundation.jobs.work import AttemptFailed, Errand
from cms.foundation.mail import Mail, Mailer, NotSent
from cms.foundation.sealing import Seal, Unreadable
from cms.foundation.settings import Settings

KIND = "password_link.send"
# A dozen steps of the conversation with the mail server, each as patient as can be.
LONGEST = timedelta(minutes=2)
# Every hour in the end: a mail server may be away for a day.
MOST_ATTEMPTS = 28
# The page of this service, in page.py; behind the # a token reaches no server and no log.
OWN_PAGE = "/password"
INVITED = """\
Hello {name},

you are invited to write for {site}. Choose a password here, within seven days:

{link}
"""
FORGOTTEN = """\
Hello {name},

somebody, probably you, asked for a new password at {site}. Choose it here, within an hour:

{link}

If it was not you, do nothing: your password stays as it is.
"""


@dataclass(frozen=True, slots=True)
class Sender:
    """Where links lead, and how they are sent. Never asks a request where this site is."""

    settings: Settings

    @property
    def mailer(self) -> Mailer:
        """Who hands them to the mail server."""
        return Mailer(self.settings)

    def address(self, text: str) -> str:
        """The page on which this link sets a password."""
        pattern = self.settings.password_url or f"{self.settings.site_url}{OWN_PAGE}#{{token}}"
        return pattern.replace("{token}", text)

    def mail(self, user: User, text: str) -> Mail:
        """What a user is told."""
        invited = text.startswith(secret.INVITATION)
        site = self.settings.site_name
        return Mail(
            user.email,
            f"Your invitation to {site}" if invited else f"A new password for {site}",
            (INVITED if invited else FORGOTTEN).format(
                name=user.name, site=site, link=self.address(text)
            ),
        )

    def send(self, user: User, text: str) -> bool:
        """Send at once, and say whether the server took it. Not inside of a transaction."""
        try:
            self.mailer.send(self.mail(user, text))
        except NotSent as error:
            structlog.get_logger().error("mail_not_sent", user_id=str(user.id), reason=str(error))
            return False
        return True

    def dispatch(self, session: Session, link: PasswordLink, text: str) -> None:
        """Have a link sent by a worker, if this transaction commits."""
        sealed = self._seal().close(text.encode(), about=link.digest.encode())
        payload = {"digest": link.digest, "token": base64.b64encode(sealed).decode()}
        now = clock.now(session)
        jobs.enqueue(session, KIND, link.user_id, due_at=now, now=now, payload=payload)

    def errand(self) -> Errand:
        """What doing the jobs of this kind means."""
        return Errand(self._find, self._act, LONGEST, most_attempts=MOST_ATTEMPTS)

    def _find(self, session: Session, job: Job, now: datetime) -> Mail | None:
        """The mail, unless its link was used, replaced or has expired by now."""
        link, digest = session.get(PasswordLink, job.subject_id), job.payload["digest"]
        if link is None or link.digest != digest or link.expires_at <= now:
            return None
        sealed = base64.b64decode(job.payload["token"])
        try:
            text = self._seal().open(sealed, about=link.digest.encode()).decode()
        except Unreadable as error:
            message = "CMS_SECRET_KEY was changed since. Send the user another link."
            raise AttemptFailed(message) from error
        return self.mail(session.get_one(User, link.user_id), text)

    def _act(self, mail: Mail) -> None:
        try:
            self.mailer.send(mail)
        except NotSent as error:
            message = f"The mail server did not take the mail: {error}"
            raise AttemptFailed(message) from error

    def _seal(self) -> Seal:
        return Seal("link in a mail", (self.settings.secret_key,))
