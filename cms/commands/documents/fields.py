"""The fields of a post as its front matter states them, each checked; or as the caller does."""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, date, datetime, time
from typing import Any, Final, get_args

from cms.commands.documents.document import (
    NO_SEO,
    Byline,
    Cover,
    DocumentFault,
    Seo,
    Status,
    names_of,
)
from cms.commands.documents.front_matter import Value


@dataclasses.dataclass(frozen=True, slots=True)
class Overrides:
    """What the caller says about one file; it wins over what the file says."""

    title: str | None = None
    slug: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything is overridden."""
        return bool(self.title or self.slug or self.authors or self.tags)


NOTHING: Final = Overrides()


def stated(header: Mapping[str, Value]) -> dict[str, Any]:
    """Return the checked fields which the header states, under the names of `Document`."""
    _refuse_unknown(header, _READERS)
    for alias, key in _ALIASES.items():
        if alias in header and key in header:
            message = f'states both "{alias}" and "{key}"; they mean the same'
            raise DocumentFault(message)
    fields: dict[str, Any] = {}
    for key, value in header.items():
        name = _ALIASES.get(key, key)
        if value is not None or name in _MAY_BE_CLEARED:
            fields[name] = _READERS[key](key, value)
    return fields


def overridden(overrides: Overrides) -> dict[str, Any]:
    """Return the checked fields which the caller states."""
    fields: dict[str, Any] = {}
    if overrides.title is not None:
        fields["title"] = _line("title", overrides.title)
    if overrides.slug is not None:
        fields["slug"] = _line("slug", overrides.slug)
    if overrides.authors:
        fields["authors"] = _bylines("author", list(overrides.authors))
    if overrides.tags:
        fields["tags"] = _tags("tag", list(overrides.tags))
    return fields


def refuse_unusable(text: str, where: str = "") -> None:
    """Raise DocumentFault for what is no text."""
    if "\0" in text:
        message = f"holds a NUL character{where}; is it a text file?"
        raise DocumentFault(message)
    try:
        text.encode()
    except UnicodeEncodeError as fault:
        message = f"holds half of a surrogate pair{where}, which is no character"
        raise DocumentFault(message) from fault


def _text(key: str, value: Value) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        message = f'has a "{key}" that is not text; put it in quotes'
        raise DocumentFault(message)
    refuse_unusable(value, f' in "{key}"')
    return value.strip()


def _optional_text(key: str, value: Value) -> str | None:
    return None if value is None else _text(key, value) or None


def _line(key: str, value: Value) -> str:
    text = " ".join(_text(key, value).split())
    if not text:
        message = f'has an empty "{key}"'
        raise DocumentFault(message)
    return text


def _flag(key: str, value: Value) -> bool:
    if not isinstance(value, bool):
        message = f'has a "{key}" that is neither true nor false'
        raise DocumentFault(message)
    return value


def _status(key: str, value: Value) -> Status:
    for status in get_args(Status):
        if value == status:
            return status  # type: ignore[no-any-return]
    message = f'has a "{key}" that is none of {", ".join(get_args(Status))}'
    raise DocumentFault(message)


def _moment(key: str, value: Value) -> datetime:
    """Return the moment in UTC; what names no zone is UTC, a day alone is its first moment."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value.strip())
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, time())
        if isinstance(value, datetime):
            zoned = value if value.tzinfo else value.replace(tzinfo=UTC)
            return zoned.astimezone(UTC)
    except (ValueError, OverflowError) as fault:
        message = f'has a "{key}" that is no date such as 2026-03-01 or 2026-03-01T09:00:00Z'
        raise DocumentFault(message) from fault
    message = f'has a "{key}" that is not a date'
    raise DocumentFault(message)


def _list(key: str, value: Value) -> list[Value]:
    if value is None:
        return []
    if not isinstance(value, list):
        message = f'has a "{key}" that is not a list, such as [One, Two]'
        raise DocumentFault(message)
    return value


def _tags(key: str, value: Value) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for item in _list(key, value):
        name = _line(key, item)
        names.setdefault(name.casefold(), name)
    return tuple(names.values())


def _bylines(key: str, value: Value) -> tuple[Byline, ...]:
    return tuple(dict.fromkeys(_byline(key, item) for item in _list(key, value)))


def _one_byline(key: str, value: Value) -> tuple[Byline, ...]:
    return () if value is None else (_byline(key, value),)


def _byline(key: str, value: Value) -> Byline:
    if isinstance(value, dict):
        parts = _parts(key, value, Byline)
        if parts["name"] is None:
            message = f'has an "{key}" without a name'
            raise DocumentFault(message)
        return Byline(_line(key, parts["name"]), parts["slug"], parts["bio"])
    return Byline(_line(key, value))


def _cover(key: str, value: Value) -> Cover | None:
    if value is None:
        return None
    parts = _parts(key, value, Cover)
    if parts["url"] is None:
        message = f'has a "{key}" without an url'
        raise DocumentFault(message)
    return Cover(parts["url"], parts["alt"], parts["caption"])


def _seo(key: str, value: Value) -> Seo:
    return NO_SEO if value is None else Seo(**_parts(key, value, Seo))


def _parts(key: str, value: Value, kind: type[Byline | Cover | Seo]) -> dict[str, str | None]:
    allowed = names_of(kind)
    if not isinstance(value, dict):
        message = f'has a "{key}" that does not say {", ".join(allowed)}'
        raise DocumentFault(message)
    _refuse_unknown(value, allowed, f"{key}.")
    return {part: _optional_text(f"{key}.{part}", value.get(part)) for part in allowed}


def _refuse_unknown(stated: Iterable[str], allowed: Collection[str], where: str = "") -> None:
    unknown = [f'"{where}{key}"' for key in stated if key not in allowed]
    if unknown:
        message = (
            f"has unknown front matter: {', '.join(unknown)}; allowed are {', '.join(allowed)}"
        )
        raise DocumentFault(message)


# Saying nothing here means something: no excerpt of its own, no cover, nobody, no tags.
_MAY_BE_CLEARED: Final = frozenset({"excerpt", "authors", "tags", "cover", "seo"})
_ALIASES: Final = {"author": "authors", "date": "published_at"}
_READERS: Final[dict[str, Callable[[str, Value], object]]] = {
    "title": _line,
    "slug": _line,
    "excerpt": _optional_text,
    "authors": _bylines,
    "author": _one_byline,
    "tags": _tags,
    "published_at": _moment,
    "date": _moment,
    "featured": _flag,
    "cover": _cover,
    "seo": _seo,
    "status": _status,
}
