"""Answers whose body comes over time: they hold a place until it has ended."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TYPE_CHECKING, Self

from flask import Response

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Stream(Iterator[bytes]):
    """A body that comes over time. A server that can gives it a thread of its own."""

    def __init__(self, chunks: Generator[bytes], *, at_end: Callable[[], None]) -> None:
        """``at_end`` is called once, however it ends."""
        self._chunks = chunks
        self._at_end = at_end
        self._has_ended = False

    def __iter__(self) -> Self:
        """Itself."""
        return self

    def __next__(self) -> bytes:
        """What comes next."""
        try:
            return next(self._chunks)
        except BaseException:
            # At its end, or broken: not every server closes what it has read.
            self.close()
            raise

    def close(self) -> None:
        """Leave its place to another."""
        if not self._has_ended:
            self._has_ended = True
            self._chunks.close()
            self._at_end()


class Streamed(Response):
    """An answer with a stream for its body."""

    def __init__(self, stream: Stream, *, media_type: str) -> None:
        """For one reader, at this moment: nobody may keep it."""
        super().__init__(stream, content_type=media_type)
        self._stream = stream

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Give the server the stream itself, and not something around it."""
        start_response(self.status, list(self.headers))
        if environ["REQUEST_METHOD"] != "HEAD":
            return self._stream
        self._stream.close()
        return iter(())
