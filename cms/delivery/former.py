"""Where that went which had a slug before."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from cms.delivery import queries
from cms.delivery.answers import moved
from cms.delivery.queries import View
from cms.editions.models import Edition
from cms.foundation.errors import Gone, NotFound


def answer(
    view: View,
    edition: type[Edition],
    slug: str,
    wanted: dict[str, Any],
    *,
    kind: str,
    part: str = "",
) -> Response:
    """To its ``part`` under its slug at the version, with what was asked for.

    Raises ``Gone`` for what was withdrawn, ``NotFound`` for a slug that nobody ever had.
    """
    before = queries.formerly(view, edition, slug)
    if before is None:
        message = f"There is no {kind} {slug!r}."
        raise NotFound(message)
    subject_id, today = before
    if today is None:
        message = f"The {kind} {slug!r} was withdrawn."
        raise Gone(message)
    asked = dict(request.args)
    if "as_of" in wanted:
        # A moment may gain a version; the address says which it was.
        asked["as_of"] = str(view.version)
    query = f"?{urlencode(asked)}" if asked else ""
    return moved(f"/api/v1/{kind}s/{today}{part}{query}", key=f"{kind}-{subject_id}")
