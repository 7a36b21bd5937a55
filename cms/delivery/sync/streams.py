"""Room for answers that come over time: bounded, woken by changes, ended when the server stops.

Beside ordinary requests, which never wait for them: a stream reads the database only for a moment,
one stream at a time, and holds no connection while it waits.
"""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import DBAPIError

from cms.delivery.looking import View
from cms.delivery.names import Names
from cms.delivery.sync import walk
from cms.delivery.sync.walk import Entry, Place, Walk
from cms.editions.present import Present
from cms.foundation.database import Database
from cms.foundation.errors import Unavailable
from cms.foundation.http.streams import Stream

# How late a stream learns of a change, at most.
LOOK_SECONDS = 0.1
# While nobody knows the version, it is asked for less often.
LOST_SECONDS = 1.0
PAGE = 100
# Streams mostly want the same page at the same moment.
MOST_KEPT = 4

Page = tuple[list[Entry], Place | None, int]


class TooManyStreams(Unavailable):
    """All places for streams are taken (setting ``CMS_STREAMS``)."""

    code = "too_many_streams"
    title = "All places for streams are taken"
    retry_after = 5


class Streams:
    """The streams of one process."""

    def __init__(self, database: Database, *, present: Present, names: Names, places: int) -> None:
        """``places``: how many may be open at once."""
        self._database = database
        self._present = present
        self._names = names
        self._places = threading.Semaphore(places)
        self._reading = threading.Lock()
        self._pages: dict[object, Page] = {}
        self._moved = threading.Condition()
        self._known = 0
        self._waiting = 0
        self._watcher: threading.Thread | None = None
        self.have_ended = threading.Event()

    def open(self, chunks: Generator[bytes]) -> Stream:
        """A stream of these. Raises ``TooManyStreams``."""
        if not self._places.acquire(blocking=False):
            raise TooManyStreams("Try again later, or ask without `wait` now and then.")
        return Stream(_until_lost(chunks), at_end=self._places.release)

    def wait_past(self, version: int, seconds: float) -> bool:
        """Wait until the site has another version than this; whether it has one by then."""
        with self._moved:
            self._waiting += 1
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="streams", daemon=True)
                self._watcher.start()
            try:
                self._moved.wait_for(
                    lambda: self._known > version or self.have_ended.is_set(), seconds
                )
            finally:
                self._waiting -= 1
            return self._known > version

    def forget(self) -> None:
        """Drop what is known of the site."""
        self._known = 0
        self._pages.clear()

    def end(self) -> None:
        """Let all streams end, now and from now on."""
        self.have_ended.set()
        with self._moved:
            self._moved.notify_all()

    @contextmanager
    def view(self, version: int | None = None) -> Iterator[View]:
        """A look at the site, at a version or at the present one; for one stream at a time."""
        with self._reading, self._database.reader.connect() as connection:
            present = self._present()
            yield View(connection, present.number if version is None else version, present)

    def page(self, changes: Walk, place: Place, version: int | None = None) -> Page:
        """A page of a walk, where it goes on, and the version that it shows."""
        with self.view(version) as view:
            key = (changes, str(place), view.version)
            found = self._pages.get(key)
            if found is None:
                found = (*walk.page(view, self._names, changes, place, PAGE), view.version)
                while len(self._pages) >= MOST_KEPT:
                    del self._pages[next(iter(self._pages))]
                self._pages[key] = found
            return found

    def _watch(self) -> None:
        """Look for all who wait, for as long as anybody does."""
        while True:
            try:
                number, pause = self._present().number, LOOK_SECONDS
            except Unavailable:
                number, pause = 0, LOST_SECONDS
            with self._moved:
                if not self._waiting or self.have_ended.is_set():
                    self._watcher = None
                    return
                if number > self._known:
                    self._known = number
                    self._moved.notify_all()
            self.have_ended.wait(pause)


def _until_lost(chunks: Generator[bytes]) -> Generator[bytes]:
    """End, rather than break, when the database is lost: the reader finds that it is not whole."""
    report: Callable[..., object] = structlog.get_logger().error
    try:
        yield from chunks
    except (DBAPIError, Unavailable) as error:
        report("stream_ended", error=str(error))
