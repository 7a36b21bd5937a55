"""What posts say of their authors and tags: read once, kept until any author or tag changes."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson

from cms.delivery import queries
from cms.delivery.looking import View
from cms.editions.models import AuthorEdition, NamedEdition, TagEdition

Document = dict[str, Any]

SHOWN: tuple[tuple[str, type[NamedEdition], tuple[str, ...]], ...] = (
    ("authors", AuthorEdition, ("id", "slug", "name", "avatar_url")),
    ("tags", TagEdition, ("id", "slug", "name")),
)
# Above this, all are forgotten and read again as they are needed.
MOST_KEPT = 50_000
# The same for what posts say of all of them together: a kilobyte each.
MOST_WRITTEN = 5_000


@dataclass(frozen=True, slots=True)
class Written:
    """What stands for the ids that a document names: JSON without its braces."""

    authors: tuple[str, ...]
    tags: tuple[str, ...]
    json: str


@dataclass(slots=True)
class _Kept:
    """Names that are the same at every version from ``since`` to the present one."""

    since: int
    by_id: dict[str, Document] = field(default_factory=dict)
    written: dict[str, Written] = field(default_factory=dict)
    ids: dict[tuple[type[NamedEdition], str], uuid.UUID] = field(default_factory=dict)


class Names:
    """The names of authors and tags, for the threads of one process."""

    def __init__(self) -> None:
        """Empty."""
        self._kept = _Kept(since=-1)

    def forget(self) -> None:
        """Drop everything."""
        self._kept = _Kept(since=-1)

    def fill_in(self, view: View, documents: Iterable[Document]) -> None:
        """Replace the ids of authors and tags in ``documents`` by what posts say of them."""
        _fill_in(view, self._at(view), list(documents))

    def written(self, view: View, spelled: set[str]) -> dict[str, Written]:
        """What stands for the ids that a document names, as they are spelled in its middle."""
        kept = self._at(view)
        if len(kept.written) > MOST_WRITTEN:
            # One assignment: other threads go on with the lists that they have.
            kept.written = {}
        written = kept.written
        new = {one: orjson.loads(f"{{{one}}}") for one in spelled if one not in written}
        if new:
            ids = {
                one: (tuple(found["authors"]), tuple(found["tags"])) for one, found in new.items()
            }
            _fill_in(view, kept, list(new.values()))
            for one, named in new.items():
                written[one] = Written(*ids[one], orjson.dumps(named).decode()[1:-1])
        return written

    def group_id(self, view: View, edition: type[NamedEdition], slug: str) -> uuid.UUID | None:
        """The author or tag with this slug."""
        ids = self._at(view).ids
        found = ids.get((edition, slug))
        if found is None:
            found = queries.group_id(view, edition, slug)
            if found is not None:
                ids[edition, slug] = found
        return found

    def groups(
        self, view: View, *, tag: str | None, author: str | None
    ) -> dict[str, uuid.UUID] | None:
        """The ids behind the slugs of a filter; ``None`` when nobody has one of these slugs."""
        found = {}
        for name, edition, slug in (
            ("tag_id", TagEdition, tag),
            ("author_id", AuthorEdition, author),
        ):
            if slug is not None:
                group_id = self.group_id(view, edition, slug)
                if group_id is None:
                    return None
                found[name] = group_id
        return found

    def _at(self, view: View) -> _Kept:
        """The kept names, or an empty set where those do not hold."""
        kept, since = self._kept, view.present.names
        if kept.since != since or len(kept.by_id) > MOST_KEPT:
            # One assignment: other threads go on with the set that they have.
            kept = self._kept = _Kept(since)
        return kept if view.version >= since else _Kept(view.version)


def _fill_in(view: View, kept: _Kept, documents: list[Document]) -> None:
    for name, edition, shown in SHOWN:
        wanted = {one for document in documents for one in document[name]}
        known = _known(view, kept, edition, shown, wanted)
        for document in documents:
            document[name] = [known[one] for one in document[name]]


def _known(
    view: View,
    kept: _Kept,
    edition: type[NamedEdition],
    shown: tuple[str, ...],
    wanted: set[str],
) -> dict[str, Document]:
    """Those that are kept, and among them by now all that are ``wanted``."""
    known = kept.by_id
    missing = [uuid.UUID(one) for one in wanted if one not in known]
    if missing:
        for row in queries.several_named(view, edition, missing):
            found = orjson.loads(row.document)
            known[found["id"]] = {key: found[key] for key in shown}
    return known
