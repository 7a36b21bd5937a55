"""The key that a client gives to one request and its retries."""

import hashlib
import hmac
import re
from dataclasses import dataclass

from cms.foundation.errors import Malformed

LONGEST_KEY = 255
# Bare: visible ASCII without what has a meaning in a header field. Quoted: a string of Structured
# Fields (RFC 9651, 3.3.3), as draft-ietf-httpapi-idempotency-key-header has it.
_BARE = rf"[!#-+\x2D-\x5B\x5D-\x7E]{{1,{LONGEST_KEY}}}"
_QUOTED = rf'"(?:[\x20\x21\x23-\x5B\x5D-\x7E]|\\["\\]){{1,{LONGEST_KEY}}}"'
PATTERN = f"^(?:{_BARE}|{_QUOTED})$"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, and as what: a key belongs to the one and to nobody else."""

    id: str
    # With other rights the same words are another request.
    rights: str


def read(given: str) -> str:
    """The key that a header states; quoted or bare, it is the same key. Raises ``Malformed``."""
    if not re.fullmatch(PATTERN, given):
        message = (
            f"Idempotency-Key must be one key of 1 to {LONGEST_KEY} visible ASCII characters, "
            "such as a UUID; one that holds a comma, a backslash or quotes stands in quotes."
        )
        raise Malformed(message)
    return re.sub(r"\\(.)", r"\1", given[1:-1]) if given.startswith('"') else given


def digest(*parts: str | bytes, secret: str = "") -> bytes:
    """A digest of ``parts``, in which each has its place: the key itself is kept nowhere.

    With a ``secret``, what is short or easily guessed (a password) cannot be found out from it.
    """
    whole = hmac.new(secret.encode(), digestmod=hashlib.sha256)
    for part in parts:
        content = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
        whole.update(len(content).to_bytes(8))
        whole.update(content)
    return whole.digest()
