"""A document's fields as requests carry them."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from cms.commands.client.faults import RemoteFault
from cms.commands.client.remote import Remote
from cms.commands.documents import differences
from cms.commands.documents.document import Byline, Document

_CONFLICT: Final = 409
_AUTHORS: Final = "/manage/authors"


class Author(NamedTuple):
    """A byline that exists on the server."""

    id: str
    slug: str
    name: str


class Sending:
    """Says in the server's words what documents state; knows the authors there are."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._authors: list[Author] | None = None

    def payload(self, document: Document, fields: Iterable[str]) -> dict[str, Any]:
        """Return these fields under the names that requests give them; creates missing authors."""
        return dict(self._sent(document, field) for field in fields)

    def _sent(self, document: Document, field: str) -> tuple[str, Any]:
        """Return a field as requests carry it."""
        if field == "authors":
            return "author_ids", [self._author_id(byline) for byline in document.authors]
        if field == "published_at" and document.published_at is not None:
            return field, differences.moment(document.published_at)
        value = getattr(document, field)
        if field == "tags":
            return field, list(value)
        if field in {"cover", "seo"}:
            return field, None if value is None else dataclasses.asdict(value)
        return field, value

    def _author_id(self, byline: Byline) -> str:
        """Return the id of the author that a byline names, who is created if missing."""
        found = self._matching(byline)
        if len({author.id for author in found}) > 1:
            slugs = ", ".join(author.slug for author in found)
            message = f'there are several authors called "{byline.name}"; state a slug: {slugs}'
            raise RemoteFault(message)
        return found[0].id if found else self._create_author(byline).id

    def _matching(self, byline: Byline) -> list[Author]:
        if self._authors is None:
            self._authors = [_author(entry) for entry in self._remote.entries(_AUTHORS)]
        return [
            author
            for author in self._authors
            if differences.is_author(byline, {"name": author.name, "slug": author.slug})
        ]

    def _create_author(self, byline: Byline) -> Author:
        stated = {key: value for key, value in dataclasses.asdict(byline).items() if value}
        try:
            author = _author(self._remote.send("POST", _AUTHORS, payload=stated).data)
        except RemoteFault as fault:
            self._authors = None
            # Somebody else may have created the same author in the meantime.
            if fault.status == _CONFLICT and (found := self._matching(byline)):
                return found[0]
            message = f'the author "{byline.name}" does not exist and was not created: {fault}'
            raise RemoteFault(message, status=fault.status) from fault
        self._authors = [*(self._authors or []), author]
        return author


def _author(data: Mapping[str, Any] | None) -> Author:
    entry = data or {}
    return Author(*(str(entry.get(key)) for key in Author._fields))
