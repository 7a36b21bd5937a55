"""Which state of the site an answer shows: today's, a past one, or that of a walk begun before."""

from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from flask import current_app

from cms.delivery import looking
from cms.delivery.looking import View
from cms.delivery.names import Names
from cms.editions.present import Version
from cms.editions.queries import version_at
from cms.foundation import moments
from cms.foundation.errors import Fault, Pruned
from cms.foundation.http import cursors, edge
from cms.foundation.http.faults import invalid


def view(wanted: dict[str, Any]) -> View:
    """The site as it is, or as it was where ``as_of`` says so."""
    present = cast(Version, edge.present())
    shown = View(edge.look(), present.number, present)
    as_of = wanted.get("as_of")
    if as_of is None:
        return shown
    if not current_app.extensions["cms.settings"].time_travel:
        message = "This site does not show its past (setting CMS_TIME_TRAVEL)."
        raise invalid([Fault("?as_of", message)])
    if isinstance(as_of, datetime):
        if as_of > moments.now():
            raise invalid([Fault("?as_of", "Must not be in the future.")])
        as_of = version_at(shown.connection, as_of)
        # None that was committed after the present version was read.
        as_of = min(as_of, present.number)
    if as_of > present.number:
        raise invalid([Fault("?as_of", f"The site is at version {present.number}.")])
    looking.must_be_known(as_of, present.oldest)
    return replace(shown, version=as_of)


def names() -> Names:
    """The names of authors and tags, at whichever version."""
    return cast(Names, current_app.extensions["cms.names"])


def is_final(wanted: dict[str, Any]) -> bool:
    """Whether this will be the answer for ever: a version never changes, a moment may gain one.

    Not where it shows settings too, which change when they like.
    """
    return isinstance(wanted.get("as_of"), int)


def scope(page: dict[str, Any], *said: Any) -> str:
    """What a cursor of the list is bound to: its name, and all that was ``said`` to it.

    Quoted, so that nobody can say to one list what makes it sound like another.
    """
    return repr((*said, page.get("as_of")))


def continued(
    scope: str, page: dict[str, Any], *, length: int = 2
) -> tuple[View, list[Any] | None]:
    """The version that a page shows, and where in its walk it begins: ``length`` things say it."""
    shown = view(page)
    if "cursor" not in page:
        return shown, None
    version, *after = cursors.unseal(scope, page["cursor"], 1 + length)
    if version > shown.present.number:
        # The database was put back to an earlier state; that version never happened.
        raise cursors.BadCursor("The cursor is from a later version of the site. Start again.")
    looking.must_be_known(version, shown.present.oldest)
    return replace(shown, version=version), after


def since(view: View, version: int) -> int:
    """A version whose later changes are asked for: none that is yet to come, or was pruned."""
    if version > view.version:
        message = f"The site is at version {view.version}. Start again with a full copy."
        raise invalid([Fault("?since", message)])
    # With nothing to compare with, what is there now is all that a follower needs.
    if 0 < version < view.present.oldest:
        message = (
            f"What changed before version {view.present.oldest} was pruned. Start again with a "
            "full copy: since=0, or /api/v1/export.ndjson."
        )
        raise Pruned(message, oldest_version=view.present.oldest)
    return version
