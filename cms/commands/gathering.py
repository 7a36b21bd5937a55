"""Readers under granian, where the site version is asked for: all who wait share one question.

A thread that waits for the database costs a reader more than the question itself: the switches from
thread to thread are most of it. So a thread leaves its request to whoever asks already, and takes
the next one. Who asks answers all that came before, in a row.

As strict as one question each, since a question is asked after all that it is for have come. While
they are answered another thread may ask; so nobody waits for more than one answer to be rendered.
"""

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Any

import structlog

from cms.commands import calling
from cms.foundation.cache import ResponseCache
from cms.foundation.cache.entries import Entry
from cms.foundation.errors import Unavailable
from cms.foundation.http.edge import SITE_VERSION, Numbered

# granian's way to answer, the request, and what the same question was answered last.
_Reader = tuple[Any, dict[str, Any], Entry]


def gather_readers(cache: ResponseCache, present: Callable[[], Numbered]) -> None:
    """In a server's own process, before it is made."""
    calling.change(lambda call: Readers(call, cache, present))


class Readers:
    """The calls of granian's threads, and who waits among them."""

    def __init__(
        self, call: calling.Call, cache: ResponseCache, present: Callable[[], Numbered]
    ) -> None:
        """Nobody waits. ``call`` answers one request."""
        self._call = call
        self._cache = cache
        self._present = present
        self._changing = threading.Lock()
        self._came: list[_Reader] = []
        self._is_asking = False
        self._crowd = 0

    def __call__(self, protocol: Any, request: dict[str, Any]) -> None:
        """Answer a request, or leave it to the thread that asks."""
        kept = self._cache.last(request)
        if kept is None:
            self._call(protocol, request)
            return
        with self._changing:
            self._came.append((protocol, request, kept))
        outdated: deque[_Reader] = deque()
        while (may_ask := self._may_ask()) or outdated:
            if may_ask:
                outdated += self._answer_all_who_came()
            if outdated:
                self._answer(outdated.popleft())

    def _may_ask(self) -> bool:
        """Whether somebody waits and nobody asks; then this thread does."""
        with self._changing:
            if self._is_asking or not self._came:
                return False
            self._is_asking = True
            return True

    def _answer_all_who_came(self) -> list[_Reader]:
        """Ask for them; those whose answer must be rendered are left."""
        came, version = self._ask()
        if version is None:
            return came
        outdated = []
        for reader in came:
            _, request, kept = reader
            request[SITE_VERSION] = version
            if kept.version == version.number:
                self._answer(reader)
            else:
                outdated.append(reader)
        return outdated

    def _ask(self) -> tuple[list[_Reader], Numbered | None]:
        """All who came, and the version of a moment after that; none if it cannot be known."""
        if self._crowd > 1:
            # Where readers come together, more are about to: the other threads go first.
            os.sched_yield()
        with self._changing:
            came, self._came = self._came, []
        self._crowd = max(len(came), self._crowd // 2)
        try:
            return came, self._present()
        except Unavailable:
            # Each asks for itself, and is told in the application's words.
            return came, None
        finally:
            with self._changing:
                self._is_asking = False

    def _answer(self, reader: _Reader) -> None:
        protocol, request, _ = reader
        try:
            self._call(protocol, request)
        except Exception:  # noqa: BLE001 - granian looks only after the request that it called with
            structlog.get_logger().exception("unanswered")
            protocol.response_bytes(500, [], b"")
