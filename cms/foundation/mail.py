"""Sending mail: one plain text to one person, through the server that the settings name."""

import ipaddress
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from cms.foundation.settings import Settings

# For each step of the conversation: a server that says nothing must not hold anybody for long.
PATIENCE_SECONDS = 10


class NotSent(Exception):
    """The mail could not be handed over. Says why, without a password."""


@dataclass(frozen=True, slots=True)
class Mail:
    """What is to be sent."""

    to: str
    subject: str
    text: str


class Mailer:
    """Hands mails to a server."""

    def __init__(self, settings: Settings) -> None:
        """As the settings say; perhaps there is no server."""
        self._server = urlsplit(settings.mail_url)
        self._sender = settings.mail_from

    @property
    def is_set_up(self) -> bool:
        """Whether there is a server."""
        return bool(self._server.hostname)

    def send(self, mail: Mail) -> None:
        """Hand a mail over; takes seconds, so never inside of a transaction. Raises ``NotSent``."""
        try:
            # Refuses line breaks in headers: nothing can be smuggled in by a name or an address.
            message = self._message(mail)
            with _connected(self._server) as connection:
                connection.send_message(message)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            raise NotSent(_reason(error)) from error

    def _message(self, mail: Mail) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate()
        message["Message-ID"] = make_msgid(domain=message["From"].addresses[0].domain)
        # RFC 3834: nobody is to answer this automatically.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message


def _connected(server: SplitResult) -> smtplib.SMTP:
    """A connection that is encrypted and logged in as the address says."""
    host = server.hostname or ""
    context = ssl.create_default_context()
    connection: smtplib.SMTP
    if server.scheme == "smtps":
        connection = smtplib.SMTP_SSL(
            host, server.port or 465, timeout=PATIENCE_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(host, server.port or 587, timeout=PATIENCE_SECONDS)
    try:
        if server.scheme == "smtp" and not _is_this_machine(host):
            connection.starttls(context=context)
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
    except BaseException:
        connection.close()
        raise
    return connection


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reason(error: Exception) -> str:
    """What went wrong, from the server's number or our own words; never what was sent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the server refuses the recipient"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} {error.smtp_code}"
    if isinstance(error, OSError):
        return f"{type(error).__name__}: {error.strerror or error}"
    return type(error).__name__
