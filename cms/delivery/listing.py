"""Rows as they are answered: posts, authors and tags, with the ids of all that they show.

Whole documents are put together from what is stored: to read them as JSON, and to write them again,
takes twice as long.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import orjson

from cms.delivery.answers import keys_of, keys_of_ids
from cms.delivery.looking import View
from cms.delivery.names import Names
from cms.delivery.shaping import Shape, counted, named
from cms.editions.documents import extended, id_of, parts, whole
from cms.foundation.prepared import AnyRow

# What can be written as JSON, and keys or ids.
Listed = tuple[Sequence[Any], list[str]]


def listed(view: View, names: Names, wanted: Shape, rows: Sequence[AnyRow]) -> Listed:
    """The posts in ``rows``, with what is wanted of each, and the keys of all that they show."""
    return (_spliced if wanted.is_whole else _read)(view, names, wanted, rows)


def listed_named(wanted: Shape, rows: Sequence[AnyRow]) -> Listed:
    """The authors or tags in ``rows``, with what is wanted of each, and their ids."""
    ids = [id_of(row.document) for row in rows]
    if wanted.is_whole:
        return [orjson.Fragment(extended(row.document, counted(row))) for row in rows], ids
    return [wanted.cut(named(row)) for row in rows], ids


def _read(view: View, names: Names, wanted: Shape, rows: Iterable[AnyRow]) -> Listed:
    documents = [wanted.read(row) for row in rows]
    keys = keys_of(documents)
    names.fill_in(view, documents)
    return [wanted.cut(document) for document in documents], keys


def _spliced(view: View, names: Names, wanted: Shape, rows: Sequence[AnyRow]) -> Listed:
    stored = [parts(row.document) for row in rows]
    posts, _, authors, tags, _ = zip(*stored, strict=True) if stored else ((),) * 5
    known = names.written(view, authors=set(authors), tags=set(tags))
    documents = [
        whole(before, known[by].json, known[on].json, behind)
        for _, before, by, on, behind in stored
    ]
    if wanted.computed:
        documents = [
            extended(document, wanted.beside(row))
            for document, row in zip(documents, rows, strict=True)
        ]
    return [orjson.Fragment(document) for document in documents], keys_of_ids(
        posts,
        chain.from_iterable(known[one].ids for one in authors),
        chain.from_iterable(known[one].ids for one in tags),
    )
