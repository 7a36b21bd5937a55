"""A walk through what changed between two versions: pages of bounded cost, in an order that holds.

Whoever puts each document in the place of the one that they have, and drops what was deleted, sees
at the end what the site shows at the version of the walk. That takes three steps:

1. the log of changes: each subject once, where it changed last, as it is at the version;
2. after an author or a tag that was renamed, the posts that name it: their answers changed as well;
3. authors and tags whose number of posts changed.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from cms.delivery.looking import View
from cms.delivery.names import SHOWN, Names
from cms.delivery.shaping import named, whole
from cms.delivery.sync import queries
from cms.editions.models import AuthorEdition, Edition, PostEdition, TagEdition
from cms.foundation import moments

Entry = dict[str, Any]
# What a cursor is made of: the step, and where in it.
Place = list[Any]

KINDS: dict[str, type[Edition]] = {"author": AuthorEdition, "tag": TagEdition, "post": PostEdition}
# Changes that end nothing. Every other ends what its subject showed, whatever it is called.
BEGINS = (".published", ".saved", ".refiled")
LOG, POSTS, COUNTS = "log", "posts", "counts"
NO_NUMBER = 2**62


@dataclass(frozen=True, slots=True)
class Walk:
    """Which changes: after a version, of some types."""

    since: int
    types: frozenset[str]

    def begin(self) -> Place:
        """Where it begins."""
        return [LOG, self.since, NO_NUMBER]


@dataclass(frozen=True, slots=True)
class _Step:
    """What a step found: entries, how much of the page it took, where the walk goes on."""

    entries: list[Entry]
    taken: int
    place: Place | None


def page(
    view: View, names: Names, walk: Walk, place: Place, limit: int
) -> tuple[list[Entry], Place | None]:
    """Up to ``limit`` changes from a place on, and the next place; ``None`` at the end.

    A page may have fewer, since what was changed again later is shown only there.
    """
    steps: dict[str, Callable[..., _Step]] = {LOG: _log, POSTS: _posts, COUNTS: _counts}
    entries: list[Entry] = []
    further: Place | None = place
    while further is not None and limit > 0:
        step = steps[further[0]](view, walk, further[1:], limit)
        entries += step.entries
        limit -= step.taken
        further = step.place
    documents = [entry["document"] for entry in entries if entry["type"] == "post"]
    names.fill_in(view, [document for document in documents if document is not None])
    return entries, further


def _log(view: View, walk: Walk, at: list[Any], room: int) -> _Step:
    rows = queries.log(view, after=(at[0], at[1]), limit=room + 1)
    rows, more = rows[:room], len(rows) > room
    states = _States(view, walk, rows)
    found: dict[uuid.UUID, Entry] = {}
    for taken, row in enumerate(rows, start=1):
        entry = states.entry(row)
        if entry is None:
            continue
        if entry["type"] in walk.types:
            # At its last place, should it be withdrawn twice.
            found.pop(row.subject_id, None)
            found[row.subject_id] = entry
        if states.is_renamed(row, entry):
            place = [POSTS, row.version, row.number, entry["type"], entry["id"]]
            return _Step(list(found.values()), taken, place)
    if more:
        return _Step(list(found.values()), len(rows), [LOG, rows[-1].version, rows[-1].number])
    further = [COUNTS, walk.since, str(uuid.UUID(int=2**128 - 1))]
    return _Step(list(found.values()), len(rows), further if walk.types - {"post"} else None)


def _posts(view: View, walk: Walk, at: list[Any], room: int) -> _Step:
    version, number, kind, group_id, *after = at
    place = (datetime.fromisoformat(after[0]), uuid.UUID(after[1])) if after else None
    rows = queries.posts_of(view, f"{kind}_id", uuid.UUID(group_id), after=place, limit=room + 1)
    rows, more = rows[:room], len(rows) > room
    entries = [
        _entry("post", "updated", version, whole(row))
        for row in rows
        # What was itself published since has its own place in the log.
        if row.from_version <= walk.since
    ]
    if not more:
        return _Step(entries, len(rows), [LOG, version, number])
    last = [moments.spell(rows[-1].published_at), str(rows[-1].post_id)]
    return _Step(entries, len(rows), [POSTS, version, number, kind, group_id, *last])


def _counts(view: View, walk: Walk, at: list[Any], room: int) -> _Step:
    rows = queries.recounted(view, after=(at[0], uuid.UUID(at[1])), limit=room + 1)
    rows, more = rows[:room], len(rows) > room
    counted = {row.group_id: row.from_version for row in rows if row.is_newest}
    entries = {
        group_id: _entry(kind, "updated", counted[group_id], named(state))
        for kind in ("author", "tag")
        if kind in walk.types
        for group_id, state in queries.editions(view, KINDS[kind], counted).items()
        if state.from_version <= walk.since
    }
    further = [COUNTS, rows[-1].from_version, str(rows[-1].group_id)] if more else None
    return _Step([entries[one] for one in counted if one in entries], len(rows), further)


class _States:
    """What the subjects of some changes are at the version, and were where the walk begins."""

    def __init__(self, view: View, walk: Walk, rows: list[Any]) -> None:
        """Two statements for each type among ``rows`` that the walk needs to know of."""
        self._wants_posts = "post" in walk.types
        # Of posts it must know who was renamed.
        needed = KINDS.keys() if self._wants_posts else walk.types
        subjects: dict[str, dict[uuid.UUID, None]] = {}
        for row in rows:
            subjects.setdefault(_kind(row), {})[row.subject_id] = None
        self._now: dict[str, dict[uuid.UUID, Any]] = {}
        self._before: dict[str, dict[uuid.UUID, str]] = {}
        for kind, ids in subjects.items():
            if kind in needed:
                self._now[kind] = queries.editions(view, KINDS[kind], ids)
                self._before[kind] = queries.before(view, KINDS[kind], ids, walk.since)

    def entry(self, row: Any) -> Entry | None:
        """What a change says; nothing where a later one says it."""
        kind = _kind(row)
        if kind not in self._now:
            return None
        state = self._now[kind].get(row.subject_id)
        if state is None:
            if row.kind.endswith(BEGINS):
                return None
            return {
                "type": kind,
                "change": "deleted",
                "id": str(row.subject_id),
                "slug": None,
                "version": row.version,
                "document": None,
            }
        if state.from_version != row.version:
            return None
        change = "updated" if row.subject_id in self._before[kind] else "created"
        document = whole(state) if kind == "post" else named(state)
        return _entry(kind, change, row.version, document)

    def is_renamed(self, row: Any, entry: Entry) -> bool:
        """Whether posts, which the walk shows, say something else of an author or a tag now."""
        earlier = self._before[entry["type"]].get(row.subject_id)
        shown = _SHOWN.get(entry["type"])
        if not self._wants_posts or shown is None or earlier is None or not entry["document"]:
            return False
        before = orjson.loads(earlier)
        return any(before[name] != entry["document"][name] for name in shown)


_SHOWN = {name.removesuffix("s"): shown for name, _edition, shown in SHOWN}


def _kind(row: Any) -> str:
    kind: str = row.kind.partition(".")[0]
    return kind


def _entry(kind: str, change: str, version: int, document: dict[str, Any]) -> Entry:
    return {
        "type": kind,
        "change": change,
        "id": document["id"],
        "slug": document["slug"],
        "version": version,
        "document": document,
    }
