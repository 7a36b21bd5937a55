"""The addresses for who keeps a copy of the site: what changed since, and everything."""

from collections.abc import Generator
from http import HTTPStatus
from typing import Any, cast

import orjson
from flask import Flask, Response, current_app, request

import cms
from cms.delivery import state
from cms.delivery.answers import COLLECTIONS, public_json
from cms.delivery.looking import View
from cms.delivery.sync import events, export, walk
from cms.delivery.sync.schemas import ChangeFilter, ChangePage, ExportFilter
from cms.delivery.sync.streams import Streams, TooManyStreams
from cms.delivery.sync.walk import KINDS, Entry, Place, Walk
from cms.editions.queries import moment_of
from cms.foundation.errors import Fault, Malformed, Pruned
from cms.foundation.http import Blueprint, cacheable, conditional, cursors, pages, public
from cms.foundation.http.faults import invalid
from cms.foundation.http.streams import Streamed

blueprint = Blueprint(
    "sync",
    __name__,
    url_prefix="/api/v1",
    description="For who keeps a copy of the site: what changed, as it changes, and everything.",
)

EVENTS_EXAMPLE = """\
retry: 2000

event: change
data: {"type":"tag","change":"updated","id":"019ab3c4-0000-7000-8000-0000000000b1",…}

event: version
id: 42
data: {"version":42}

"""
EXPORT_EXAMPLE = """\
{"type":"site","version":42}
{"type":"author","document":{"id":"019ab3c4-0000-7000-8000-0000000000a1",…}}
{"type":"tag","document":{"id":"019ab3c4-0000-7000-8000-0000000000b1",…}}
{"type":"post","document":{"id":"019ab3c4-0000-7000-8000-0000000000c1",…}}
{"type":"end","version":42,"count":3}
"""
# Proxies that collect an answer before they pass it on would collect for ever.
UNBUFFERED = {"X-Accel-Buffering": "no"}


@blueprint.get("/changes")
@public
@cacheable
@blueprint.fails(Malformed, Pruned, TooManyStreams)
@blueprint.shown_as(
    events.MEDIA_TYPE,
    "With `Accept: text/event-stream`: the same as events, for as long as you stay. `id` is a "
    "version; with `Last-Event-ID` it is taken up from there.",
    example=EVENTS_EXAMPLE,
)
@blueprint.arguments(ChangeFilter, location="query")
@blueprint.response(200, ChangePage)
def get_changes(asked: dict[str, Any]) -> Response:
    """Read what changed since a version.

    Posts, authors and tags as they are at `version`. Put each document in the place of the one that
    you have under its `id`, drop what was deleted, and go on along `next_cursor`: then your copy is
    the site at `version`, which is your next `since`. When a tag or an author is renamed, the posts
    that name it follow. With `wait`, an answer without changes takes up to so many seconds.
    """
    is_stream = request.method == "GET" and _wants_events()
    if is_stream or "wait" in asked:
        _refuse(asked, ("as_of", "cursor") if is_stream else ("as_of",))
    resumed = request.headers.get("Last-Event-ID") if is_stream else None
    if resumed:
        asked = {**asked, "since": _version_of(resumed)}
    changes = Walk(asked["since"], frozenset(asked.get("types", KINDS)))
    scope = state.scope(asked, "changes", changes.since, sorted(changes.types))
    view, at = state.continued(scope, asked)
    state.since(view, changes.since)
    if is_stream:
        return _streamed(events.changes(_streams(), changes), events.MEDIA_TYPE)
    if "wait" not in asked or request.method == "HEAD":
        return _page(view, scope, changes, at, asked)
    if view.present.number > changes.since:
        answer = _page(view, scope, changes, at, asked)
        answer.headers["Cache-Control"] = "private, no-store"
        return answer
    return _streamed(_page_later(scope, changes, asked), "application/json")


@blueprint.get("/export.ndjson")
@public
@blueprint.fails(Pruned, TooManyStreams)
@blueprint.shown_as(
    export.MEDIA_TYPE,
    "A line of JSON for each author, tag and post, as their own addresses show them, between the "
    "version and the number of these lines.",
    example=EXPORT_EXAMPLE,
)
@blueprint.arguments(ExportFilter, location="query")
def get_export(asked: dict[str, Any]) -> Response:
    """Read the whole site.

    At one version, whatever happens meanwhile. Without the last line, `end`, it is not whole. Go on
    with `GET /changes?since=` that version. Whoever has all of it sends its `ETag` in
    `If-None-Match`, and gets 304 until anything changes.
    """
    view = state.view(asked)
    headers = {"ETag": _tag(view), "Cache-Control": "private, no-cache", "Vary": "Accept"}
    if conditional.is_held(headers["ETag"]):
        # Before it takes one of the places for streams.
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    lines = export.lines(_streams(), state.names(), view.version)
    answer = _streamed(lines, export.MEDIA_TYPE)
    answer.headers.update(headers)
    return answer


def _tag(view: View) -> str:
    """The entity tag of the whole site, known before any of it is read.

    The version alone is not enough: a database that was put back to an earlier state takes its
    numbers again, at other moments, and another release may show more. Weak, since an export that
    a stop cuts short has the same.
    """
    state_of_site = f"{moment_of(view.connection, view.version)} {cms.__version__}"
    return f"W/{conditional.tag(state_of_site.encode(), view.version)}"


def _wants_events() -> bool:
    """Whether the caller prefers events; whoever takes anything gets JSON."""
    forms = ("application/json", events.MEDIA_TYPE)
    return request.accept_mimetypes.best_match(forms) == events.MEDIA_TYPE


def _refuse(asked: dict[str, Any], names: tuple[str, ...]) -> None:
    """What speaks of one state of the site cannot be waited for."""
    faults = [
        Fault(f"?{name}", "Not together with waiting for changes.")
        for name in names
        if name in asked
    ]
    if faults:
        raise invalid(faults)


def _version_of(event_id: str) -> int:
    if not (event_id.isascii() and event_id.isdigit() and len(event_id) <= 18):  # noqa: PLR2004
        raise invalid([Fault("?since", "Last-Event-ID must be the id of an event: a version.")])
    return int(event_id)


def _page(
    view: View, scope: str, changes: Walk, at: Place | None, asked: dict[str, Any]
) -> Response:
    place = changes.begin() if at is None else [at[0], *at[1]]
    entries, further = walk.page(view, state.names(), changes, place, asked["limit"])
    data = _envelope(scope, changes, view.version, entries, further)
    headers = {"Vary": "Accept", **pages.link_next(data["next_cursor"])}
    return public_json(data, keys=[COLLECTIONS], headers=headers, is_final=state.is_final(asked))


def _page_later(scope: str, changes: Walk, asked: dict[str, Any]) -> Generator[bytes]:
    """The first page after the next change; an empty one if none comes in time."""
    streams, names = _streams(), state.names()
    # The stream outlives the request, and the proxy with it.
    app: Flask = cast(Any, current_app)._get_current_object()  # noqa: SLF001

    def body() -> Generator[bytes]:
        streams.wait_past(changes.since, asked["wait"])
        with streams.view() as view, app.app_context():
            entries, further = walk.page(view, names, changes, changes.begin(), asked["limit"])
            data = _envelope(scope, changes, view.version, entries, further)
        yield orjson.dumps(data)

    return body()


def _envelope(
    scope: str, changes: Walk, version: int, entries: list[Entry], further: Place | None
) -> dict[str, Any]:
    cursor = further and cursors.seal(scope, [version, further[0], further[1:]])
    return {"data": entries, "next_cursor": cursor, "version": version, "since": changes.since}


def _streamed(chunks: Generator[bytes], media_type: str) -> Response:
    answer = Streamed(_streams().open(chunks), media_type=media_type)
    answer.headers.update({"Vary": "Accept", **UNBUFFERED})
    return answer


def _streams() -> Streams:
    return cast(Streams, current_app.extensions["cms.streams"])
