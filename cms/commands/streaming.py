"""Streams under granian: each in a thread of its own, ended when the server stops.

granian calls the application in a few threads (``CMS_THREADS``), and has each send a body to its
end. A stream would hold its thread for as long as its reader stays, and ordinary requests would
wait for it.
"""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any

from cms.commands import calling
from cms.foundation.http.streams import Stream


def give_streams_their_own_threads() -> None:
    """In a server's own process, before it is made."""
    calling.change(lambda call: lambda protocol, request: call(_Protocol(protocol), request))


class _Protocol:
    """granian's way to answer one request; for a stream, from another thread."""

    __slots__ = ("_protocol", "response_bytes")

    def __init__(self, protocol: Any) -> None:
        """Whole answers go the same way as without it."""
        self.response_bytes = protocol.response_bytes
        self._protocol = protocol

    def response_iter(self, status: int, headers: list[tuple[str, str]], body: Any) -> None:
        """Send a body piece by piece."""
        answer_over_time = self._protocol.response_iter
        if not isinstance(body.inner, Stream):
            answer_over_time(status, headers, body)
            return
        answer = threading.Thread(
            target=answer_over_time,
            args=(status, headers, body.inner),
            name="stream",
            daemon=True,
        )
        try:
            answer.start()
        except RuntimeError:
            # The system gives no more threads. granian answers 500.
            body.inner.close()
            raise


def end_with_the_process(*ends: Callable[[], None]) -> None:
    """End streams and other threads when this process is told to stop; it waits for them.

    Who handles the signal is granian's business: Python writes its number into a pipe besides.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)

    def end() -> None:
        os.read(told, 1)
        for one in ends:
            one()

    threading.Thread(target=end, name="threads-end", daemon=True).start()
