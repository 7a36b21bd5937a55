"""A WSGI layer in front of the application: answers from memory what cannot have changed.

Why it never answers stale: an entry holds the site version that was present *before* its answer
was rendered, so it shows that version or a later one; it is used only if the version found present
*after* the request came is the same one; and versions only grow.

Why nothing private gets in: an address is looked at only if its route declares itself public and
cacheable, and of its answers only a 200 that calls itself public is kept.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cms.foundation.cache.addresses import Addresses, Key
from cms.foundation.cache.entries import Entry, Header
from cms.foundation.cache.store import Store
from cms.foundation.cache.tally import Counters, Tally
from cms.foundation.errors import Unavailable
from cms.foundation.http import request_ids
from cms.foundation.http.edge import SITE_VERSION, Numbered

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# What comes over time has no end that could be waited for.
EVENTS = "text/event-stream"
# A render that takes longer than this is not waited for by others.
PATIENCE_SECONDS = 10

# RFC 9211; and RFC 9111, 5.1: the answer has just been validated where it comes from.
HIT: tuple[Header, ...] = (("Cache-Status", "cms; hit"), ("Age", "0"))
STORED: tuple[Header, ...] = (("Cache-Status", "cms; fwd=miss; stored"),)
TOO_LARGE: tuple[Header, ...] = (("Cache-Status", "cms; fwd=miss"),)
SHARED: tuple[Header, ...] = (("Cache-Status", "cms; fwd=miss; collapsed"),)


@dataclass(slots=True)
class _Answer:
    """What the application answered."""

    status: str = ""
    headers: list[Header] = field(default_factory=list)
    body: bytes = b""


class _Flight:
    """An answer that is being rendered, for all who want the same."""

    __slots__ = ("_under_way", "entry")

    def __init__(self) -> None:
        """Under way."""
        # A lock that is held until the end: an event takes ten times as long to make.
        self._under_way = threading.Lock()
        self._under_way.acquire()
        self.entry: Entry | None = None

    def wait(self) -> None:
        """Until it has ended, for as long as is reasonable."""
        if self._under_way.acquire(timeout=PATIENCE_SECONDS):
            self._under_way.release()

    def end(self) -> None:
        """Let those who wait go on."""
        self._under_way.release()


class ResponseCache:
    """The layer: ``application`` behind it, finished answers in it."""

    def __init__(
        self,
        application: "WSGIApplication",
        *,
        addresses: Addresses,
        present: Callable[[], Numbered],
        capacity: int,
        counters: Counters | None = None,
    ) -> None:
        """``present`` gives the site version of now; ``capacity`` is in bytes, 0 keeps nothing."""
        self._application = application
        self._addresses = addresses
        self._present = present
        self._store = Store(capacity)
        self._tally = Tally(counters)
        self._flights: dict[tuple[Key, int], _Flight] = {}
        self._boarding = threading.Lock()

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request.

        A server that knows the version of a moment after the request came says it in the
        environment, under ``SITE_VERSION``.
        """
        spelling = self._spelling(environ)
        if spelling is None:
            return self._application(environ, start_response)
        entry = self._store.spelled(spelling)
        key = entry.key if entry is not None else self._addresses.key(*spelling)
        if key is None:
            return self._application(environ, start_response)
        try:
            version = environ.get(SITE_VERSION) or self._present()
        except Unavailable:
            # The application will find the same, and say so in its words.
            return self._application(environ, start_response)
        environ[SITE_VERSION] = version
        if entry is None or entry.version != version.number:
            entry = self._store.find(key, spelling, version.number)
            if entry is None:
                return self._fetch(key, spelling, version.number, environ, start_response)
        self._store.use(entry)
        return self._give(entry, HIT, environ, start_response)

    def last(self, environ: "WSGIEnvironment") -> Entry | None:
        """What was answered to these very words last, of whatever version."""
        spelling = self._spelling(environ)
        return None if spelling is None else self._store.spelled(spelling)

    def forget(self) -> None:
        """Drop everything."""
        self._store.clear()

    def _spelling(self, environ: "WSGIEnvironment") -> Key | None:
        """The words of the question; ``None`` for what is no question."""
        method = environ["REQUEST_METHOD"]
        if method not in ("GET", "HEAD") or EVENTS in environ.get("HTTP_ACCEPT", "").lower():
            return None
        return (
            environ["PATH_INFO"],
            environ.get("QUERY_STRING", ""),
            self._addresses.origin(environ),
        )

    def _fetch(
        self,
        key: Key,
        spelling: Key,
        version: int,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        """Have the answer rendered, or wait for whoever is having the same one rendered."""
        with self._boarding:
            flight = self._flights.get((key, version))
            mine = flight is None
            if flight is None:
                flight = self._flights[key, version] = _Flight()
        if not mine:
            flight.wait()
            if flight.entry is not None:
                return self._give(flight.entry, SHARED, environ, start_response)
            return self._application(environ, start_response)
        try:
            answer = self._ask(environ)
            entry = flight.entry = Entry.of(
                key, version, answer.status, answer.headers, answer.body
            )
            if entry is not None:
                # The form that is wanted now counts too.
                entry.shown(environ.get("HTTP_ACCEPT_ENCODING", ""))
                is_kept = self._store.put(entry, spelling)
        finally:
            del self._flights[key, version]
            flight.end()
        if entry is None:
            start_response(answer.status, answer.headers)
            return [answer.body] if environ["REQUEST_METHOD"] == "GET" else _nothing()
        return self._give(entry, STORED if is_kept else TOO_LARGE, environ, start_response)

    def _give(
        self,
        entry: Entry,
        how: tuple[Header, ...],
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        """Answer from an entry: in the coding that the client takes, or that it has it already."""
        shown = entry.shown(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if shown.is_new:
            self._store.recount(entry)
        given = environ.get("HTTP_IF_NONE_MATCH")
        is_unchanged = given is not None and shown.is_current(given)
        if how in (STORED, TOO_LARGE):
            # What the application has just answered, it has counted itself, and named in its log.
            request_id = entry.first_id
        else:
            request_id = request_ids.choose(environ.get(request_ids.GIVEN, ""))
            self._tally.count(0 if is_unchanged else len(shown.body), is_unchanged=is_unchanged)
        identity = ("X-Request-Id", request_id)
        if is_unchanged:
            start_response("304 Not Modified", [*shown.unchanged, *how, identity])
            return []
        start_response("200 OK", [*shown.headers, *how, identity])
        return [shown.body] if environ["REQUEST_METHOD"] == "GET" else _nothing()

    def _ask(self, environ: "WSGIEnvironment") -> _Answer:
        """The whole answer of the application, to the question without its conditions."""
        answer = _Answer()
        environ = self._addresses.plain(environ)

        def start_response(status: str, headers: list[Header], _error: Any = None) -> Any:
            answer.status, answer.headers = status, headers

        chunks = self._application(environ, start_response)
        try:
            answer.body = b"".join(chunks)
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        return answer


def _nothing() -> Iterable[bytes]:
    """A body that is not sent. Of a list, granian would compare the length with the header."""
    yield from ()
