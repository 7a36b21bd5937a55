"""Ids as they come in: each has one spelling."""

import re
import uuid

_SPELLED = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def read(text: str) -> uuid.UUID:
    """A UUID as RFC 9562 writes it, in either case; other spellings raise ``ValueError``.

    Python reads hyphens anywhere or nowhere, braces and ``urn:uuid:`` as well.
    """
    if not _SPELLED.fullmatch(text):
        raise ValueError
    return uuid.UUID(text)
