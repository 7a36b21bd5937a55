"""Sending readers on to where what they ask for is now."""

import uuid
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from cms.delivery import queries
from cms.delivery.answers import moved
from cms.delivery.looking import View
from cms.editions.models import Edition
from cms.foundation.errors import Gone, NotFound


def answer(
    view: View,
    edition: type[Edition],
    slug: str,
    wanted: dict[str, Any],
    *,
    kind: str,
    address: str,
) -> Response:
    """To the same ``address`` with their slug at the version in its gap, and what was asked for.

    Raises ``Gone`` for what was withdrawn, ``NotFound`` for a slug that nobody ever had.
    """
    subject_id, today = _present_slug(view, kind, edition, slug)
    asked = dict(request.args)
    if "as_of" in wanted:
        # A moment may gain a version; the address says which it was.
        asked["as_of"] = str(view.version)
    query = f"?{urlencode(asked)}" if asked else ""
    # Another one of its kind may take the slug over.
    keys = [f"{kind}s", f"{kind}-{subject_id}"]
    return moved(address.format(today) + query, keys=keys)


def _present_slug(
    view: View, kind: str, edition: type[Edition], slug: str
) -> tuple[uuid.UUID, str]:
    """Who had ``slug`` last, and their slug at the version.

    Raises ``Gone`` if they were withdrawn, ``NotFound`` if nobody ever had it.
    """
    before = queries.formerly(view, edition, slug)
    if before is None:
        message = f"There is no {kind} {slug!r}."
        raise NotFound(message)
    subject_id, today = before
    if today is None:
        message = f"The {kind} {slug!r} was withdrawn."
        raise Gone(message)
    return subject_id, today
