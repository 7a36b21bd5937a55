"""Reads a file of lines, from where a run before stopped, and has the lines prepared in order."""

import hashlib
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import BinaryIO

from cms.commands.load.preparing import Job, Numbered, Prepared, prepare
from cms.commands.load.processes import preparing
from cms.content.loading.actions import Source

PIECE = 2**20
# Lines for each task of a process, and bytes: enough that handing them over costs little.
CHUNK = 50
LARGEST_CHUNK = 1_000_000
# Below this, starting processes takes longer than they save.
SMALLEST_SHARED = 2_000_000


def sources(
    file: BinaryIO, places: Iterable[int], advance: Callable[[int], object]
) -> list[Source]:
    """What a file is up to each of ``places`` at which a line ends; and, last, as a whole.

    ``advance`` hears of each piece read.
    """
    digest, at, ends_line = hashlib.sha256(), 0, False
    found = []
    for place in (*sorted(places), sys.maxsize):
        while piece := file.read(min(PIECE, place - at)):
            digest.update(piece)
            at += len(piece)
            ends_line = piece.endswith(b"\n")
            advance(len(piece))
        if place == sys.maxsize or (place == at and ends_line):
            found.append(Source(digest.hexdigest(), at))
    return found


def size_of(file: BinaryIO, lines: int) -> int:
    """How many bytes the first ``lines`` have."""
    file.seek(0)
    return sum(map(len, islice(file, lines)))


@contextmanager
def prepared(
    file: BinaryIO, *, size: int, skip: int, processes: int, job: Callable[[], Job]
) -> Iterator[Iterator[Prepared]]:
    """The lines after the first ``skip``, prepared some at a time, in order.

    ``size``: what is behind it was added since. ``job``: asked as late as may be, since more is
    known then.
    """
    chunks = _chunks(enumerate(islice(_lines(file, size), skip, None), skip + 1))
    if processes == 1 or size < SMALLEST_SHARED:
        yield (prepare(chunk, job()) for chunk in chunks)
        return
    with preparing(chunks, processes=processes, job=job) as found:
        yield found


def _lines(file: BinaryIO, size: int) -> Iterator[bytes]:
    file.seek(0)
    while line := file.readline(size):
        yield line
        size -= len(line)


def _chunks(numbered: Iterable[Numbered]) -> Iterator[list[Numbered]]:
    chunk: list[Numbered] = []
    size = 0
    for number, line in numbered:
        chunk.append((number, line))
        size += len(line)
        if len(chunk) == CHUNK or size >= LARGEST_CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
