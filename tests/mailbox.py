"""A mail server that keeps what it is given: the fake of what lies outside."""

import email
import email.policy
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import cast


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

    @property
    def url(self) -> str:
        """For `CMS_MAIL_URL`."""
        return f"smtp://127.0.0.1:{self.port}"


class _Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as a client without wishes needs."""

    def handle(self) -> None:
        box = cast("_Server", self.server).box
        self._say("220 mailbox.test")
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            box.said.append(line)
            verb = line.split(" ", 1)[0].upper()
            if verb in box.refusals:
                self._say(box.refusals[verb])
            elif verb == "DATA":
                self._say("354 go on")
                box.mails.append(self._mail())
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                if verb == "RCPT":
                    box.recipients.append(line.partition("<")[2].partition(">")[0])
                self._say(
                    {"EHLO": "250-mailbox.test\r\n250 AUTH PLAIN", "AUTH": "235 ok"}.get(
                        verb, "250 ok"
                    )
                )

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


@contextmanager
def opened() -> Iterator[Mailbox]:
    """On a free port of the loopback address."""
    with _Server(("127.0.0.1", 0), _Conversation) as server:
        server.box = Mailbox(port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.box
        finally:
            server.shutdown()
            thread.join()
