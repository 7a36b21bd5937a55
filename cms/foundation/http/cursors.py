"""Cursors: where a walk through a list goes on; opaque, signed, bound to their list."""

import hashlib
import hmac
from functools import lru_cache
from typing import Any

import orjson
from flask import current_app
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from cms.foundation.errors import Malformed

LONGEST = 2000


class BadCursor(Malformed):
    """Tampered with, or from another list."""

    code = "invalid_cursor"
    title = "The cursor does not belong to this list"


def seal(scope: str, position: list[Any]) -> str:
    """A cursor that only the list ``scope`` (its name and filters) will accept."""
    packed = base64_encode(orjson.dumps(position))
    return b".".join((packed, _signature(packed, scope))).decode()


def unseal(scope: str, cursor: str, length: int) -> list[Any]:
    """The position in ``cursor``, of ``length`` items. Raises ``BadCursor``."""
    try:
        if len(cursor) > LONGEST:
            raise BadData("too long")  # noqa: TRY301
        packed, _, signature = cursor.encode("ascii").partition(b".")
        if not hmac.compare_digest(signature, _signature(packed, scope)):
            raise BadData("not ours")  # noqa: TRY301
        position = orjson.loads(base64_decode(packed))
    except (BadData, ValueError) as error:
        raise _bad() from error
    if not isinstance(position, list) or len(position) != length:
        raise _bad()
    return position


def _bad() -> BadCursor:
    return BadCursor(
        "This list did not give out this cursor, or its filters changed on the way. "
        "Start again without `cursor`."
    )


def _signature(packed: bytes, scope: str) -> bytes:
    signed = _keyed(current_app.config["SECRET_KEY"]).copy()
    signed.update(b".".join((packed, scope.encode())))
    return base64_encode(signed.digest())


@lru_cache(maxsize=4)
def _keyed(secret: str) -> hmac.HMAC:
    """HMAC with SHA-256 (RFC 2104) over nothing yet: begun once, and not again for each cursor."""
    key = Signer(secret, salt="cursor", digest_method=hashlib.sha256).derive_key()
    return hmac.new(key, digestmod=hashlib.sha256)
