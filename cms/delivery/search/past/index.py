"""The index as it was at a version: that of today, but for what has changed since."""

import uuid
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import orjson

from cms.delivery import queries as site
from cms.delivery.looking import View
from cms.delivery.search import queries
from cms.delivery.search.asked import Asked
from cms.delivery.search.index import Index
from cms.delivery.search.past import queries as past
from cms.delivery.search.past.words import Words
from cms.editions.models import AuthorEdition, NamedEdition, TagEdition
from cms.editions.search import entries
from cms.editions.search.models import SearchName
from cms.foundation.errors import Fault, Unprocessable

# What has changed since is read and compared one by one: so many changes, of posts with so many
# words in all, take a sixth of a second.
MOST_CHANGES = 1000
MOST_WORDS = 200_000
NAMED: dict[str, type[NamedEdition]] = {"author": AuthorEdition, "tag": TagEdition}

Ids = list[uuid.UUID]


class Former(NamedTuple):
    """A post that was there: what ranking and facets need, and its words."""

    number: int
    edition_id: str
    title: str
    excerpt: str
    often: str
    authors: str
    tags: str
    words: Words


def at(view: View) -> Index:
    """The index at the version of ``view``. Raises ``Unprocessable`` if too much has changed."""
    if view.version == view.present.number:
        return Index(view.connection)
    changes = past.changes(view, MOST_CHANGES + 1)
    if len(changes) > MOST_CHANGES:
        raise _too_far(view)
    changed: dict[str, dict[uuid.UUID, None]] = {}
    for row in changes:
        changed.setdefault(row.kind.partition(".")[0], {})[row.subject_id] = None
    return Past(view, {kind: list(ids) for kind, ids in changed.items()})


class Past(Index):
    """The index as it was."""

    def __init__(self, view: View, changed: dict[str, Ids]) -> None:
        """``changed``: who is not as then, by the names of their kinds."""
        super().__init__(view.connection, at=view.version)
        ids = changed.get("post", [])
        self._posts = _posts(view, ids) if ids else {}
        # What stands in the index of today under other words, or did not exist.
        self._hidden = frozenset(past.numbers(view, ids) if ids else [])
        named = {kind: changed[kind] for kind in NAMED if kind in changed}
        self._renamed = [one for some in named.values() for one in some]
        self._names = [one for kind, some in named.items() for one in _names(view, kind, some)]

    def newest(self, asked: Asked, most: int) -> list[int]:
        """The numbers of the newest posts that fitted, newest first."""
        found = super().newest(asked, most + len(self._hidden))
        return self._corrected(found, asked, self._posts, most)

    def among(self, asked: Asked, numbers: list[int], most: int) -> list[int]:
        """Those of ``numbers``, all that fitted loosely down to the last one, that fitted."""
        found = super().among(asked, numbers, most + len(self._hidden))
        return self._corrected(found, asked, self._posts.keys() & numbers, most)

    def entries(self, numbers: list[int]) -> Sequence[Any]:
        """What ranking and facets need of posts, in no order."""
        former = [self._posts[one] for one in numbers if one in self._posts]
        rest = [one for one in numbers if one not in self._posts]
        return [*former, *(super().entries(rest) if rest else [])]

    def names(self, word: str, *, is_beginning: bool, most: int) -> Sequence[Any]:
        """``word, subject_id, kind, name`` of authors and tags, by word and id."""
        end = queries.end_of(word) if is_beginning else word
        rows: list[Any] = [one for one in self._names if word <= one.word <= end]
        rows += queries.names(self._connection, word, end, most, without=self._renamed)
        return sorted(rows, key=lambda row: (row.word, row.subject_id))[:most]

    def _corrected(
        self, found: list[int], asked: Asked, former: Collection[int], most: int
    ) -> list[int]:
        """What is found today without what is new, and those of ``former`` that fitted then."""
        numbers = [one for one in found if one not in self._hidden]
        numbers += [
            one
            for one in former
            if asked.lowest <= one <= asked.highest and self._posts[one].words.fit(asked)
        ]
        return sorted(numbers, reverse=True)[:most]


def _posts(view: View, ids: Ids) -> dict[int, Former]:
    rows = past.posts(view, ids)
    if sum(row.word_count for row in rows) > MOST_WORDS:
        raise _too_far(view)
    numbers = {row.id: row.number for row in rows}
    texts = queries.editions(view.connection, list(numbers)) if numbers else {}
    return {
        numbers[one]: _former(numbers[one], one, text.document, text.html)
        for one, text in texts.items()
    }


def _former(number: int, edition_id: uuid.UUID, document: str, html: str) -> Former:
    shown: dict[str, Any] = orjson.loads(document)
    said = entries.said(shown["title"], shown["excerpt"], entries.read(html))
    filing = entries.filed(shown)
    return Former(
        number=number,
        edition_id=str(edition_id),
        title=said.title,
        excerpt=said.excerpt,
        often=said.often,
        authors=filing.authors,
        tags=filing.tags,
        words=Words.of(said, filing),
    )


def _names(view: View, kind: str, ids: Ids) -> list[SearchName]:
    rows = site.several_named(view, NAMED[kind], ids)
    return [one for row in rows for one in entries.names(NAMED[kind], row.subject_id, row.document)]


def _too_far(view: View) -> Unprocessable:
    message = (
        f"More has changed since version {view.version} than a search can look back over: "
        f"{MOST_CHANGES:,} changes, of posts with {MOST_WORDS:,} words in all. Ask for a later "
        "version, or list the posts with a filter: that works at any version."
    )
    return Unprocessable(f"as_of: {message}", errors=[Fault("?as_of", message)])
