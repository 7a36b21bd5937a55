"""The things of a list as they are answered, with the keys or ids of all that they show."""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import orjson

from cms.delivery.answers import keys_of, keys_of_ids
from cms.delivery.looking import View
from cms.delivery.names import Names
from cms.delivery.shaping import Shape, named
from cms.editions.documents import counted, id_of, parts
from cms.foundation.prepared import AnyRow

# What can be written as JSON, and keys or ids.
Listed = tuple[Sequence[Any], list[str]]


def listed(view: View, names: Names, wanted: Shape, rows: Sequence[AnyRow]) -> Listed:
    """The posts in ``rows``, with what is wanted of each."""
    return _spliced(view, names, rows) if wanted.is_stored else _read(view, names, wanted, rows)


def listed_named(wanted: Shape, rows: Sequence[AnyRow]) -> Listed:
    """The authors or tags in ``rows``, with what is wanted of each, and their ids."""
    ids = [id_of(row.document) for row in rows]
    if wanted.is_stored:
        return [orjson.Fragment(counted(row.document, row.posts)) for row in rows], ids
    return [wanted.cut(named(row)) for row in rows], ids


def _read(view: View, names: Names, wanted: Shape, rows: Iterable[AnyRow]) -> Listed:
    documents = [wanted.read(row) for row in rows]
    keys = keys_of(documents)
    names.fill_in(view, documents)
    return [wanted.cut(document) for document in documents], keys


def _spliced(view: View, names: Names, rows: Iterable[AnyRow]) -> Listed:
    """The same bytes for whole documents, in half the time: they are not read as JSON."""
    stored = [parts(row.document) for row in rows]
    written = names.written(view, {middle for _, middle, _ in stored})
    filled = [written[middle] for _, middle, _ in stored]
    documents = [
        orjson.Fragment(f"{before}{one.json}{behind}")
        for (before, _, behind), one in zip(stored, filled, strict=True)
    ]
    return documents, keys_of_ids(
        [id_of(before) for before, _, _ in stored],
        chain.from_iterable(one.authors for one in filled),
        chain.from_iterable(one.tags for one in filled),
    )
