"""Cursors: where a walk through a list goes on; opaque, signed, bound to their list."""

import hashlib
from typing import Any

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from cms.foundation.errors import Malformed

LONGEST = 2000


class BadCursor(Malformed):
    """Tampered with, or from another list."""

    code = "invalid_cursor"
    title = "The cursor does not belong to this list"


def seal(scope: str, position: list[Any]) -> str:
    """A cursor that only the list ``scope`` (its name and filters) will accept."""
    return _signer(scope).dumps(position)


def unseal(scope: str, cursor: str, length: int) -> list[Any]:
    """The position in ``cursor``, of ``length`` items. Raises ``BadCursor``."""
    try:
        if len(cursor) > LONGEST:
            raise BadData("too long")  # noqa: TRY301
        position = _signer(scope).loads(cursor)
    except BadData as error:
        raise _bad() from error
    if not isinstance(position, list) or len(position) != length:
        raise _bad()
    return position


def _bad() -> BadCursor:
    return BadCursor(
        "This list did not give out this cursor, or its filters changed on the way. "
        "Start again without `cursor`."
    )


def _signer(scope: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        current_app.config["SECRET_KEY"],
        salt=f"cursor {scope}",
        signer_kwargs={"digest_method": hashlib.sha256},
    )
