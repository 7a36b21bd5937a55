"""How many things a list has: counted as far as costs little, or to the end."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, ScalarSelect, Select, bindparam, func, select

# A list that has more is counted to the end only for who wants it.
MOST = 1000


@dataclass(frozen=True, slots=True)
class Count:
    """How many; at least so many, where it is not exact."""

    number: int
    is_exact: bool = True

    @classmethod
    def of(cls, found: int, *, to_the_end: bool) -> "Count":
        """What ``number_of`` found."""
        return cls(found) if to_the_end or found <= MOST else cls(MOST, is_exact=False)

    @property
    def members(self) -> dict[str, Any]:
        """What an answer says of it."""
        return {"total": self.number, "total_is_exact": self.is_exact}


def number_of(found: Select[Any], *, to_the_end: bool) -> ScalarSelect[int]:
    """The number of rows, as part of a statement; of too many, one more than the most."""
    rows = enough(found, to_the_end=to_the_end)
    return select(func.count()).select_from(rows.subquery()).scalar_subquery()


def enough(found: Select[Any], *, to_the_end: bool) -> Select[Any]:
    """As many rows as are counted."""
    one_too_many = bindparam("one_too_many", callable_=lambda: MOST + 1, type_=Integer)
    return found if to_the_end else found.limit(one_too_many)
