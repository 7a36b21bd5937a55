"""The id of a request: in its answer, in its problem document and in every line of its log."""

import re
import uuid
from typing import Final

from uuid_utils import uuid7

# The caller's own id, as WSGI names the header.
GIVEN: Final = "HTTP_X_REQUEST_ID"
_UUID = re.compile(r"[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def choose(given: str) -> str:
    """The caller's id when it is a UUID (with or without hyphens), else a new one."""
    if given and _UUID.fullmatch(given):
        return str(uuid.UUID(given))
    return str(uuid7())
