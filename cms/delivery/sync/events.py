"""Changes as server-sent events (the `text/event-stream` of the HTML standard)."""

from collections.abc import Generator

import orjson

from cms.delivery.sync.streams import Streams
from cms.delivery.sync.walk import Place, Walk

MEDIA_TYPE = "text/event-stream"
# Below the idle time-outs of common proxies; and a reader who left is noticed as late as this.
HEARTBEAT_SECONDS = 10
RETRY_MILLISECONDS = 2000
HEARTBEAT = b":\n\n"


def changes(streams: Streams, walk: Walk) -> Generator[bytes]:
    """Each change as it comes, for as long as the reader stays.

    Only the ``version`` event behind the last change of a version has an ``id``: who comes back
    with an older one gets all of the changes again that they may have got in part.
    """
    yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
    while not streams.have_ended.is_set():
        if not streams.wait_past(walk.since, HEARTBEAT_SECONDS):
            yield HEARTBEAT
            continue
        version: int | None = None
        place: Place | None = walk.begin()
        while place is not None:
            entries, place, version = streams.page(walk, place, version)
            if entries:
                yield b"".join(
                    b"event: change\ndata: %b\n\n" % orjson.dumps(entry) for entry in entries
                )
        if version is None or version <= walk.since:
            # Nobody has seen it before an older state of the database was put back.
            return
        yield b'event: version\nid: %d\ndata: {"version":%d}\n\n' % (version, version)
        walk = Walk(version, walk.types)
