"""How a document and the server's working copy of it differ, field by field."""

import dataclasses
import difflib
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from cms.commands.documents.document import Byline, Document

FIELDS: Final[tuple[str, ...]] = (
    "title",
    "slug",
    "excerpt",
    "body",
    "cover",
    "authors",
    "tags",
    "published_at",
    "featured",
    "seo",
)
_MAX_SHOWN: Final = 200
_MAX_LINES: Final = 40
# Comparing line by line takes seconds beyond this.
_MAX_COMPARED: Final = 200_000


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs. `on_server_since` is None when this client never wrote the post."""

    field: str
    in_file: str
    on_server: str
    on_server_since: bool | None
    lines: tuple[str, ...] = ()


def differing(document: Document, post: Mapping[str, Any]) -> list[str]:
    """Return the fields which the document states and the server has otherwise."""
    return [
        field for field in FIELDS if field in document.stated and not _same(field, document, post)
    ]


def described(
    document: Document, post: Mapping[str, Any], digests: Mapping[str, str] | None
) -> list[Difference]:
    """Return each difference with both sides; `digests` are those of this client's last write."""
    changed = None if digests is None else changed_since(digests, post)
    return [
        Difference(
            field=field,
            in_file=_shown(_in_file(document, field)),
            on_server=_shown(_on_server(post, field)),
            on_server_since=None if changed is None else field in changed,
            lines=_lines(document, post) if field == "body" else (),
        )
        for field in differing(document, post)
    ]


def digests_of(post: Mapping[str, Any]) -> dict[str, str]:
    """Return a short digest of each field as the server has it."""
    return {field: _digest(_on_server(post, field)) for field in FIELDS}


def changed_since(digests: Mapping[str, str], post: Mapping[str, Any]) -> list[str]:
    """Return the fields which the server has otherwise than when the digests were made."""
    return [field for field, digest in digests_of(post).items() if digests.get(field) != digest]


def same_name(one: str, other: str) -> bool:
    """Whether two names are one to the server: NFC and case do not count."""
    return _folded(one) == _folded(other)


def compared(before: str, now: str, names: tuple[str, str]) -> tuple[str, ...] | None:
    """Return the lines of a unified diff of two texts called so; None if they are too long."""
    if len(before) + len(now) > _MAX_COMPARED:
        return None
    return tuple(
        difflib.unified_diff(before.splitlines(), now.splitlines(), *names, lineterm="", n=1)
    )


def moment(value: datetime) -> str:
    """Return a moment as the API writes it: RFC 3339, UTC, milliseconds."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold().strip())


def _same(field: str, document: Document, post: Mapping[str, Any]) -> bool:
    if field == "authors":
        ours, theirs = document.authors, _expanded(post, "authors")
        return len(ours) == len(theirs) and all(map(is_author, ours, theirs))
    if field == "tags":
        names, entries = document.tags, _expanded(post, "tags")
        return len(names) == len(entries) and all(
            any(same_name(name, entry["name"]) or name == entry["slug"] for entry in entries)
            for name in names
        )
    return bool(_in_file(document, field) == _on_server(post, field))


def is_author(byline: Byline, entry: Mapping[str, str]) -> bool:
    """Whether a byline of the file means this author; a slug, where stated, decides."""
    if byline.slug is not None:
        return byline.slug == entry["slug"]
    return same_name(byline.name, entry["name"]) or byline.name == entry["slug"]


def _in_file(document: Document, field: str) -> Any:
    value = getattr(document, field)
    if field == "authors":
        return [byline.slug or byline.name for byline in value]
    if field == "tags":
        return list(value)
    if isinstance(value, datetime):
        return moment(value)
    if field in {"cover", "seo"}:
        return _parts(None if value is None else dataclasses.asdict(value))
    return _text(value, folded=field != "body")


def _on_server(post: Mapping[str, Any], field: str) -> Any:
    if field in {"authors", "tags"}:
        return [entry["name"] for entry in _expanded(post, field)]
    value = post.get(field)
    if field in {"cover", "seo"}:
        return _parts(value)
    if field == "published_at" and isinstance(value, str):
        return moment(datetime.fromisoformat(value))
    return _text(value, folded=field != "body")


def _text(value: Any, *, folded: bool = True) -> Any:
    """Return text as it is compared: the server may keep it normalised, a line's spaces folded."""
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    return (" ".join(text.split()) if folded else text.strip()) or None


def _parts(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    stated = {key: text for key, part in value.items() if (text := _text(part)) is not None}
    return stated or None


def _expanded(post: Mapping[str, Any], field: str) -> list[dict[str, str]]:
    expanded = post.get("expanded")
    entries = expanded.get(field) if isinstance(expanded, dict) else None
    if not isinstance(entries, list):
        return []
    return [
        {"name": str(entry.get("name")), "slug": str(entry.get("slug"))}
        for entry in entries
        if isinstance(entry, dict)
    ]


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:24]


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def _lines(document: Document, post: Mapping[str, Any]) -> tuple[str, ...]:
    ours, theirs = document.body, str(post.get("body") or "")
    lines = compared(theirs, ours, ("server", "file"))
    if lines is None:
        return (f"(too long to compare: {len(theirs)} characters there, {len(ours)} here)",)
    if len(lines) <= _MAX_LINES:
        return lines
    return (*lines[:_MAX_LINES], f"… {len(lines) - _MAX_LINES} more lines")
