"""Sending readers on to where what they ask for is now."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from cms.delivery import former
from cms.delivery.answers import moved
from cms.delivery.looking import View
from cms.editions.models import Edition


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
    subject_id, today = former.present_slug(view, kind, edition, slug)
    asked = dict(request.args)
    if "as_of" in wanted:
        # A moment may gain a version; the address says which it was.
        asked["as_of"] = str(view.version)
    query = f"?{urlencode(asked)}" if asked else ""
    return moved(f"/api/v1/{kind}s/{today}{part}{query}", key=f"{kind}-{subject_id}")
