"""Getting a link to the person it is for: its address, the mail around it, and what went wrong."""

from dataclasses import dataclass

import structlog

from cms.accounts import secret
from cms.accounts.models import User
from cms.foundation.mail import Mail, Mailer, NotSent
from cms.foundation.settings import Settings

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
    mailer: Mailer

    def address(self, text: str) -> str:
        """The page on which this link sets a password."""
        pattern = self.settings.password_url or f"{self.settings.site_url}{OWN_PAGE}#{{token}}"
        return pattern.replace("{token}", text)

    def send(self, user: User, text: str) -> bool:
        """Whether the link is on its way. Not inside of a transaction: it takes seconds."""
        if not self.mailer.is_set_up:
            return False
        invited = text.startswith(secret.INVITATION)
        site = self.settings.site_name
        mail = Mail(
            user.email,
            f"Your invitation to {site}" if invited else f"A new password for {site}",
            (INVITED if invited else FORGOTTEN).format(
                name=user.name, site=site, link=self.address(text)
            ),
        )
        try:
            self.mailer.send(mail)
        except NotSent as error:
            structlog.get_logger().error("mail_not_sent", user_id=str(user.id), reason=str(error))
            return False
        return True
