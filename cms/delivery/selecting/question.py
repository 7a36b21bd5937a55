"""What a reader wants of a list: which things, in which order, from where on."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cms.delivery.selecting import fields
from cms.foundation import moments
from cms.foundation.filters import relative, tree
from cms.foundation.filters.kinds import Kind
from cms.foundation.filters.tree import AllOf, Checked, Operator, Term
from cms.foundation.sorting import Order

Place = tuple[Any, ...]
# Fewer posts are featured than any other list has: they lead, wherever they are asked for.
FEATURED = Term("featured", Operator.IS, (True,))


@dataclass(frozen=True, slots=True)
class Question:
    """A filter and an order. The one tag and the one author that all must have stand apart."""

    order: Order
    usual: Order
    condition: Checked | None = None
    tag: str | None = None
    author: str | None = None
    # What the filter takes for now, and the last thing seen.
    now: datetime = moments.EARLIEST
    after: Place | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it wants the list as it is usually given."""
        return self.condition is None and self.order == self.usual

    @property
    def is_relative(self) -> bool:
        """Whether the filter speaks of now."""
        return self.condition is not None and any(
            isinstance(value, relative.Relative)
            for term in tree.terms(self.condition)
            for value in term.values
        )

    @property
    def is_passing(self) -> bool:
        """Whether the answer depends on when it is given. Further pages keep its now."""
        return self.is_relative and self.after is None

    @property
    def said(self) -> tuple[Any, ...]:
        """What a cursor is bound to, beside the list itself."""
        order = None if self.order == self.usual else self.order
        return self.tag, self.author, self.condition, order

    @property
    def collections(self) -> list[str]:
        """Tags and authors, as far as it names any by their slugs, which others may take."""
        terms = () if self.condition is None else tree.terms(self.condition)
        named = {term.field for term in terms}
        named |= {name for name in fields.GROUPS if getattr(self, name) is not None}
        return [f"{name}s" for name in fields.GROUPS if name in named]

    @property
    def length(self) -> int:
        """How much a cursor holds of a place."""
        return len(self.order) + self.is_relative

    def begun(self, held: Sequence[Any] | None) -> "Question":
        """The same from a place on; ``held`` is what a cursor holds, ``None`` at the beginning."""
        if held is None:
            return replace(self, now=relative.minute(moments.now())) if self.is_relative else self
        now = datetime.fromisoformat(held[0]) if self.is_relative else self.now
        place = held[self.is_relative :]
        kinds = {**fields.POSTS, **fields.NAMED}
        values = [_read(kinds[by.field], one) for by, one in zip(self.order, place, strict=True)]
        return replace(self, now=now, after=tuple(values))

    def held(self, place: Sequence[Any]) -> list[Any]:
        """What a cursor holds that goes on after ``place``."""
        return [self.now, *place] if self.is_relative else list(place)


def of_posts(page: dict[str, Any]) -> Question:
    """What the parameters of a list of posts say; ``tag`` and ``author`` are filters too."""
    named = [Term(name, Operator.IS, (page[name],)) for name in fields.GROUPS if name in page]
    rest, taken = [], dict[str, str]()
    parts = (*named, *_parts(page.get("filter")))
    for part in parts:
        slug = _only(part)
        if slug is None or part.field in taken or FEATURED in parts:
            rest.append(part)
        else:
            taken[part.field] = slug
    condition = None if not rest else rest[0] if len(rest) == 1 else AllOf(tuple(rest))
    order = page.get("sort", fields.NEWEST)
    tag, author = taken.get("tag"), taken.get("author")
    return Question(order, fields.NEWEST, condition, tag=tag, author=author)


def of_named(page: dict[str, Any]) -> Question:
    """What the parameters of a list of authors or tags say."""
    return Question(page.get("sort", fields.BY_NAME), fields.BY_NAME, page.get("filter"))


def spread(condition: Checked | None) -> tuple[str, tuple[str, ...], Checked | None] | None:
    """A group, some of which each post must be in one of, and the rest of the condition."""
    parts = _parts(condition)
    if FEATURED in parts:
        return None
    for number, part in enumerate(parts):
        if isinstance(part, Term) and _is_positive_group(part) and None not in part.values:
            slugs = tuple(dict.fromkeys(str(value) for value in part.values))
            rest = (*parts[:number], *parts[number + 1 :])
            return part.field, slugs, AllOf(rest) if rest else None
    return None


def _parts(condition: Checked | None) -> tuple[Any, ...]:
    """What all must fulfil."""
    if condition is None:
        return ()
    return condition.parts if isinstance(condition, AllOf) else (condition,)


def _is_positive_group(part: Term) -> bool:
    is_group = fields.POSTS[part.field] is Kind.GROUP
    return is_group and part.operator is Operator.IS and not part.is_negated


def _only(part: Checked) -> str | None:
    """The one slug that a term asks for."""
    if isinstance(part, Term) and _is_positive_group(part) and len(part.values) == 1:
        (value,) = part.values
        return None if value is None else str(value)
    return None


def _read(kind: Kind, value: Any) -> Any:
    if kind is Kind.MOMENT:
        return datetime.fromisoformat(value)
    return uuid.UUID(value) if kind is Kind.IDENTIFIER else value
