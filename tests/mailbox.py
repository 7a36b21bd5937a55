"""A mail server that keeps what it is given: the fake of what lies outside."""

import email
import email.policy
import socketserver
import ssl
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast


@dataclass(slots=True)
class Mailbox:
    """What came, and how the server behaves."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    # Answers to these commands, in place of the usual ones.
    refusals: dict[str, str] = field(default_factory=dict)
    # Everything that clients said but the mails, passwords included.
    said: list[str] = field(default_factory=list)
    # Offers STARTTLS with this, or speaks nothing but TLS.
    tls: ssl.SSLContext | None = None
    is_tls_from_the_start: bool = False

    @property
    def url(self) -> str:
        """For `CMS_MAIL_URL`."""
        scheme = "smtps" if self.is_tls_from_the_start else "smtp"
        return f"{scheme}://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client without wishes needs."""

    def handle(self) -> None:
        box = self._box
        if box.is_tls_from_the_start:
            self._encrypt()
        self._say("220 mailbox.test")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            box.said.append(line)
            verb = line.split(" ", 1)[0].upper()
            if verb in box.refusals:
                self._say(box.refusals[verb])
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._carry_out(verb, line)

    def _carry_out(self, verb: str, line: str) -> None:
        if verb == "DATA":
            self._say("354 go on")
            self._box.mails.append(self._mail())
            self._say("250 taken")
        elif verb == "STARTTLS":
            self._say("220 go on")
            self._encrypt()
        else:
            if verb == "RCPT":
                self._box.recipients.append(line.partition("<")[2].partition(">")[0])
            self._say({"EHLO": self._offer(), "AUTH": "235 ok"}.get(verb, "250 ok"))

    def finish(self) -> None:
        """Close what was encrypted; the server knows only the socket from before."""
        super().finish()
        self.request.close()

    def _offer(self) -> str:
        offered = ["mailbox.test", "AUTH PLAIN"]
        if self._box.tls is not None and not isinstance(self.request, ssl.SSLSocket):
            offered.insert(1, "STARTTLS")
        lines = [f"250-{line}" for line in offered[:-1]]
        return "\r\n".join([*lines, f"250 {offered[-1]}"])

    def _encrypt(self) -> None:
        """Raises ``OSError`` when the client does not like the certificate."""
        assert self._box.tls is not None
        self.request = self._box.tls.wrap_socket(self.request, server_side=True)
        self._box.said.append("(encrypted)")
        self.setup()

    @property
    def _box(self) -> Mailbox:
        return cast("_Server", self.server).box

    def _mail(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line.removeprefix(b"."))
        return email.message_from_bytes(b"".join(lines), policy=email.policy.default)

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    box: Mailbox

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is what some tests are about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


@contextmanager
def opened(
    tls: ssl.SSLContext | None = None, *, is_tls_from_the_start: bool = False
) -> Iterator[Mailbox]:
    """On a free port of the loopback address."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = Mailbox(
            port=server.server_address[1], tls=tls, is_tls_from_the_start=is_tls_from_the_start
        )
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join()
