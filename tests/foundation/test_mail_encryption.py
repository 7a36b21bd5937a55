"""A mail goes to a server whose certificate can be trusted, and never in clear."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cms.foundation import mail
from cms.foundation.mail import Mail, Mailer, NotSent
from tests import certificates, mailbox
from tests.certificates import Certificate
from tests.conftest import make_settings
from tests.mailbox import Mailbox

ENCRYPTED = "(encrypted)"
A_MAIL = Mail("ada@example.org", "Hello", "Text\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """One of the server, signed by itself."""
    return certificates.made(tmp_path_factory.mktemp("tls") / "own")


@pytest.fixture(params=["STARTTLS", "from the start"])
def box(
    request: pytest.FixtureRequest, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Mailbox]:
    """A mail server that speaks TLS in one of the two ways, and stands elsewhere."""
    monkeypatch.setattr(mail, "_is_this_machine", lambda _host: False)
    is_from_the_start = request.param != "STARTTLS"
    with mailbox.opened(certificate.server, is_tls_from_the_start=is_from_the_start) as found:
        yield found


def _send(box: Mailbox, folder: Path, *, host: str = "127.0.0.1") -> None:
    url = box.url.replace("//127.0.0.1", f"//user:hunter2@{host}")
    settings = make_settings("sqlite:///x", folder, mail_url=url, mail_from="cms@blog.test")
    Mailer(settings).send(A_MAIL)


def _trust(monkeypatch: pytest.MonkeyPatch, certificate: Certificate) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))


def _in_clear(box: Mailbox) -> set[str]:
    """What clients said before anything was encrypted."""
    before = box.said[: box.said.index(ENCRYPTED)] if ENCRYPTED in box.said else box.said
    return {line.partition(" ")[0].upper() for line in before}


def test_a_mail_goes_encrypted_to_a_server_whose_authority_is_trusted(
    box: Mailbox, certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _trust(monkeypatch, certificate)

    _send(box, tmp_path)

    assert len(box.mails) == 1
    assert _in_clear(box) <= {"EHLO", "STARTTLS"}
    after = box.said[box.said.index(ENCRYPTED) :]
    assert [line for line in after if line.startswith("AUTH PLAIN ")]


def test_a_server_whose_authority_nobody_trusts_gets_nothing(box: Mailbox, tmp_path: Path) -> None:
    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        _send(box, tmp_path)

    assert _in_clear(box) <= {"EHLO", "STARTTLS"}
    assert ENCRYPTED not in box.said or box.said[-1] == ENCRYPTED
    assert box.mails == []


def test_trusting_another_authority_does_not_help(
    box: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _trust(monkeypatch, certificates.made(tmp_path / "other"))

    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        _send(box, tmp_path)

    assert box.mails == []


def test_a_certificate_of_another_name_does_not_do_though_it_is_trusted(
    box: Mailbox, certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _trust(monkeypatch, certificate)

    with pytest.raises(NotSent, match="CERTIFICATE_VERIFY_FAILED"):
        _send(box, tmp_path, host="localhost")

    assert box.mails == []


@pytest.mark.parametrize("refusal", ["454 not available", "502 what is that?"])
def test_a_server_that_offers_to_encrypt_and_then_does_not_gets_nothing(
    certificate: Certificate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: str
) -> None:
    monkeypatch.setattr(mail, "_is_this_machine", lambda _host: False)
    _trust(monkeypatch, certificate)
    with mailbox.opened(certificate.server) as box:
        box.refusals = {"STARTTLS": refusal}
        with pytest.raises(NotSent):
            _send(box, tmp_path)

    assert "STARTTLS" in _in_clear(box)
    assert not _in_clear(box) & {"AUTH", "MAIL", "RCPT", "DATA"}
    assert box.mails == []
