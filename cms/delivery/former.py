"""What became of a slug that nobody has any more."""

import uuid

from cms.delivery import queries
from cms.delivery.looking import View
from cms.editions.models import Edition
from cms.foundation.errors import Gone, NotFound


def present_slug(view: View, kind: str, edition: type[Edition], slug: str) -> tuple[uuid.UUID, str]:
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
