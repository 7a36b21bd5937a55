"""Mails are handed over whole, to nobody else, and never with a password in the clear."""

import socket
from pathlib import Path

import pytest

from cms.foundation import mail
from cms.foundation.mail import Mail, Mailer, NotSent
from tests.conftest import make_settings
from tests.mailbox import Mailbox

FROM = "The Blög <cms@blog.test>"


def _mailer(folder: Path, url: str) -> Mailer:
    return Mailer(make_settings("sqlite:///x", folder, mail_url=url, mail_from=FROM))


def _a_mail(to: str = "ada@example.org", subject: str = "Hello", text: str = "Text\n") -> Mail:
    return Mail(to, subject, text)


def test_a_mail_arrives_as_it_was_written(box: Mailbox, tmp_path: Path) -> None:
    text = "Grüße, 你好\n.\n.. a line with dots\n\n" + "long " * 300 + "\n"

    _mailer(tmp_path, box.url).send(_a_mail(subject="Your invitation to Blög", text=text))

    (came,) = box.mails
    assert came["From"] == FROM
    assert (came["To"], came["Subject"]) == ("ada@example.org", "Your invitation to Blög")
    assert came["Auto-Submitted"] == "auto-generated"
    assert came["Message-ID"].endswith("@blog.test>")
    assert came.get_content().replace("\r\n", "\n") == text
    assert box.recipients == ["ada@example.org"]


@pytest.mark.parametrize("ending", ["\nBcc: eve@example.org", "\r\nX: y", "\n\nbody"])
def test_nothing_can_be_smuggled_into_the_headers(
    box: Mailbox, tmp_path: Path, ending: str
) -> None:
    mailer = _mailer(tmp_path, box.url)

    for bad in (_a_mail(to=f"ada@example.org{ending}"), _a_mail(subject=f"Hello{ending}")):
        with pytest.raises(NotSent):
            mailer.send(bad)

    assert box.mails == []
    assert box.recipients == []


@pytest.mark.parametrize("verb", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_server_that_refuses_is_a_failure_without_the_address(
    box: Mailbox, tmp_path: Path, verb: str
) -> None:
    box.refusals = {verb: "550 no, ada@example.org", "HELO": "550 no"}

    with pytest.raises(NotSent) as caught:
        _mailer(tmp_path, box.url).send(_a_mail())

    assert "ada@" not in str(caught.value)
    assert box.mails == []


def test_who_is_logged_in_as_the_address_says(box: Mailbox, tmp_path: Path) -> None:
    url = box.url.replace("//", "//us%40er:p%40ss@")

    _mailer(tmp_path, url).send(_a_mail())

    assert len(box.mails) == 1
    assert [line for line in box.said if line.startswith("AUTH PLAIN ")]


def test_a_wrong_password_is_a_failure_that_does_not_name_it(box: Mailbox, tmp_path: Path) -> None:
    box.refusals = {"AUTH": "535 hunter2 is wrong"}

    with pytest.raises(NotSent) as caught:
        _mailer(tmp_path, box.url.replace("//", "//user:hunter2@")).send(_a_mail())

    assert "535" in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_server_elsewhere_gets_no_password_and_no_mail_without_encryption(
    box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "_is_this_machine", lambda _host: False)

    with pytest.raises(NotSent):
        _mailer(tmp_path, box.url.replace("//", "//user:hunter2@")).send(_a_mail())

    assert box.mails == []
    assert not [line for line in box.said if line.startswith(("AUTH", "MAIL"))]


def test_what_speaks_no_tls_gets_nothing_over_smtps(box: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(NotSent):
        _mailer(tmp_path, box.url.replace("smtp:", "smtps:")).send(_a_mail())

    assert box.mails == []


def test_a_server_that_is_not_there_or_says_nothing_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "PATIENCE_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with pytest.raises(NotSent, match=r"timed out|Timeout"):
            _mailer(tmp_path, f"smtp://127.0.0.1:{port}").send(_a_mail())
    with pytest.raises(NotSent, match="refused"):
        _mailer(tmp_path, f"smtp://127.0.0.1:{port}").send(_a_mail())


@pytest.mark.parametrize(
    ("host", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("localhost.evil.test", False)],
)
def test_only_this_machine_is_this_machine(host: str, local: bool) -> None:  # noqa: FBT001
    assert mail._is_this_machine(host) == local  # noqa: SLF001
