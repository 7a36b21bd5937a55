"""Certificates that nobody trusts who is not told to."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows, and the file by which others may come to trust it."""

    server: ssl.SSLContext
    authority: Path


def made(folder: Path, *, name: str = "IP:127.0.0.1") -> Certificate:
    """A new one for ``name``, signed by itself.

    By the program: what signs certificates in Python would make PyJWT load it at every start, and
    so give other times and sizes in tests than where the CMS runs.
    """
    folder.mkdir()
    key, authority = folder / "key.pem", folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=mailbox.test"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    command += ["-addext", f"subjectAltName={name}", "-keyout", str(key), "-out", str(authority)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own command
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(authority, key)
    return Certificate(server, authority)
