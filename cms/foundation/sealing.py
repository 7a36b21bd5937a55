"""Sealing: what the database keeps and only who knows the secrets can read.

Why nobody else can, nor change it unseen:

- The key follows from the secrets alone, by HKDF. Who has the database has none of them, and each
  purpose has a key of its own. All secrets are needed; each counts with its length, so that no
  others make the same key.
- The cipher is XChaCha20-Poly1305, which shows nothing but the length, and opens only what was
  sealed with this key about this very thing. Its nonce of 192 random bits never comes twice.
- So what was changed, cut, or put in the place of something else is not opened, nor is what was
  sealed before a secret changed: that is ``Unreadable``, and never a wrong text.
"""

import hashlib
import hmac
from dataclasses import dataclass

KEY_BYTES = hashlib.sha256().digest_size


class Unreadable(Exception):
    """It was sealed with other secrets, about something else, or is no longer what it was."""


@dataclass(frozen=True, slots=True)
class Seal:
    """Seals and opens for one purpose."""

    purpose: str
    secrets: tuple[str, ...]

    def close(self, plain: bytes, *, about: bytes) -> bytes:
        """``plain`` so that only ``open`` can read it, told the same ``about``."""
        # Here, since most processes never seal anything: it takes megabytes and milliseconds.
        from nacl.secret import Aead  # noqa: PLC0415

        return bytes(Aead(self._key()).encrypt(plain, about))

    def open(self, sealed: bytes, *, about: bytes) -> bytes:
        """What was sealed. Raises ``Unreadable``."""
        from nacl.exceptions import CryptoError  # noqa: PLC0415
        from nacl.secret import Aead  # noqa: PLC0415

        if len(sealed) < Aead.NONCE_SIZE + Aead.MACBYTES:
            raise Unreadable
        try:
            return Aead(self._key()).decrypt(sealed, about)
        except CryptoError as error:
            raise Unreadable from error

    def _key(self) -> bytes:
        whole = b"".join(
            len(secret).to_bytes(8) + secret for secret in (one.encode() for one in self.secrets)
        )
        return derived(whole, self.purpose.encode())


def derived(secret: bytes, info: bytes) -> bytes:
    """A key that follows from ``secret``: HKDF with SHA-256 (RFC 5869), no salt, one block."""
    drawn = hmac.digest(bytes(KEY_BYTES), secret, "sha256")
    return hmac.digest(drawn, info + b"\x01", "sha256")
