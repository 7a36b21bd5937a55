"""What a post says: what a revision holds, and what an edition is made from."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """All that editors write into a post. Its status and its history are no part of it."""

    slug: str
    title: str
    excerpt: str | None
    body: str
    cover: dict[str, Any] | None
    seo: dict[str, Any]
    featured: bool
    # Empty: the moment of the first publication, which is not known before.
    published_at: datetime | None
    author_ids: tuple[uuid.UUID, ...]
    tag_ids: tuple[uuid.UUID, ...]

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Self:
        """From its fields by name, among others."""
        links = {name: tuple(values[name]) for name in LINKS}
        return cls(**{**{name: values[name] for name in FIELDS}, **links})

    @classmethod
    def unpacked(cls, packed: str) -> Self:
        """From the form in which it is kept."""
        values: dict[str, Any] = orjson.loads(packed)
        for name in LINKS:
            values[name] = tuple(uuid.UUID(one) for one in values[name])
        if values["published_at"] is not None:
            values["published_at"] = datetime.fromisoformat(values["published_at"])
        return cls(**values)

    def packed(self) -> str:
        """The form in which it is kept."""
        return orjson.dumps(self.values()).decode()

    def values(self) -> dict[str, Any]:
        """Its fields by name."""
        return {name: getattr(self, name) for name in FIELDS}

    def changed_from(self, other: "Content") -> list[str]:
        """The fields in which the two differ."""
        return [name for name in FIELDS if getattr(self, name) != getattr(other, name)]

    @property
    def fingerprint(self) -> str:
        """A digest of all of it."""
        packed = orjson.dumps(list(self.values().values()), option=orjson.OPT_SORT_KEYS)
        return hashlib.blake2b(packed, digest_size=16).hexdigest()


# In the order in which a fingerprint counts them.
FIELDS = tuple(field.name for field in fields(Content))
LINKS = ("author_ids", "tag_ids")
