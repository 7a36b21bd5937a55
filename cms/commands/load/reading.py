"""Reads a file of lines, from where a run before stopped, and has the lines prepared in order."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from cms.commands.load.preparing import Job, Numbered, Prepared, prepare
from cms.commands.load.processes import preparing

# Lines for each task of a process, and bytes: enough that handing them over costs little.
CHUNK = 50
LARGEST_CHUNK = 1_000_000
# Below this, starting processes takes longer than they save.
SMALLEST_SHARED = 2_000_000


def digest(path: Path, advance: Callable[[int], object]) -> str:
    """The SHA-256 of a file; ``advance`` hears of each piece read."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            found.update(piece)
            advance(len(piece))
    return found.hexdigest()


@contextmanager
def prepared(
    path: Path, *, skip: int, processes: int, job: Callable[[], Job]
) -> Iterator[Iterator[Prepared]]:
    """The lines after the first ``skip``, prepared some at a time, in order.

    ``job``: asked as late as may be, since more is known then.
    """
    with path.open("rb") as file:
        chunks = _chunks(enumerate(islice(file, skip, None), skip + 1))
        if processes == 1 or path.stat().st_size < SMALLEST_SHARED:
            yield (prepare(chunk, job()) for chunk in chunks)
            return
        with preparing(chunks, processes=processes, job=job) as found:
            yield found


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
