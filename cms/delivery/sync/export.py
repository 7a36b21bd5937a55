"""The whole site at one version as lines of JSON, a few documents in memory at a time."""

import uuid
from collections.abc import Generator
from datetime import datetime
from typing import Any

import orjson

from cms.delivery import queries
from cms.delivery.names import Names
from cms.delivery.shaping import named, whole
from cms.delivery.sync.streams import Streams
from cms.editions.documents import id_of
from cms.editions.models import AuthorEdition, NamedEdition, TagEdition

MEDIA_TYPE = "application/x-ndjson"
BATCH = 100
# Posts are as long as somebody writes: a batch is as many as had this much text the last time.
BATCH_CHARACTERS = 250_000
FIRST_BATCH = 10
NAMED: tuple[tuple[str, type[NamedEdition]], ...] = (
    ("author", AuthorEdition),
    ("tag", TagEdition),
)


def lines(streams: Streams, names: Names, version: int) -> Generator[bytes]:
    """The version; authors, tags and posts; last their number, without which it is not whole."""
    yield _line({"type": "site", "version": version})
    count = 0
    for kind, edition in NAMED:
        for documents in _named(streams, edition, version):
            count += len(documents)
            yield _lines(kind, documents)
    for documents in _posts(streams, names, version):
        count += len(documents)
        yield _lines("post", documents)
    if streams.have_ended.is_set():
        return
    yield _line({"type": "end", "version": version, "count": count})


def _named(
    streams: Streams, edition: type[NamedEdition], version: int
) -> Generator[list[dict[str, Any]]]:
    after: queries.NamePosition | None = None
    while not streams.have_ended.is_set():
        with streams.view(version) as view:
            rows = queries.named(view, edition, limit=BATCH, after=after)
        if not rows:
            return
        yield [named(row) for row in rows]
        after = rows[-1].sort_key, uuid.UUID(id_of(rows[-1].document))


def _posts(streams: Streams, names: Names, version: int) -> Generator[list[dict[str, Any]]]:
    after: queries.PostPosition | None = None
    limit = FIRST_BATCH
    while not streams.have_ended.is_set():
        with streams.view(version) as view:
            rows = queries.posts(view, limit=limit, after=after, texts=("html",))
            documents = [whole(row) for row in rows]
            names.fill_in(view, documents)
        if not rows:
            return
        yield documents
        characters = sum(len(document["html"]) for document in documents)
        limit = max(1, min(BATCH, BATCH_CHARACTERS * len(documents) // max(1, characters)))
        last = documents[-1]
        after = datetime.fromisoformat(last["published_at"]), uuid.UUID(last["id"])


def _lines(kind: str, documents: list[dict[str, Any]]) -> bytes:
    return b"".join(_line({"type": kind, "document": document}) for document in documents)


def _line(data: dict[str, Any]) -> bytes:
    return orjson.dumps(data, option=orjson.OPT_APPEND_NEWLINE)
