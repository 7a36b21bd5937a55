"""What people do: one thing asked for by one person, and how it ends."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

ANY = "*"


@dataclass(frozen=True)
class Step:
    """Somebody asks for something, knowing a state of its subject: the how-manieth that it had.

    ``known`` may be ``ANY``; ``None``: they do not say which.
    """

    who: str
    verb: str
    subject: str = ""
    known: int | str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    # One of many, in a bulk.
    is_part: bool = False

    def by(self, who: str) -> "Step":
        """The same, asked for by somebody else."""
        parts = [part.by(who) for part in self.values.get("parts", ())]
        return replace(self, who=who, values={**self.values, **({"parts": parts} if parts else {})})

    def __str__(self) -> str:
        """As a line to read."""
        values = [f"{name}={_told(value)}" for name, value in self.values.items() if value]
        knowing = "" if self.known is None else f"({self.known})"
        parts = [self.who, self.verb, f"{self.subject}{knowing}", *values]
        return " ".join(part for part in parts if part)


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%d.%T.%f}"[:-3]
    return f"[{'; '.join(map(_told, value))}]" if isinstance(value, list) else str(value)


@dataclass(frozen=True)
class Outcome:
    """The status of the answer, the code of its problem, and what became of each part of a bulk."""

    status: int
    code: str | None = None
    parts: tuple[Any, ...] = ()


class Refused(Exception):
    """The step is not taken; nothing changes."""

    def __init__(self, status: int, code: str, parts: tuple[Any, ...] = ()) -> None:
        """With the answer."""
        super().__init__(f"{status} {code}")
        self.outcome = Outcome(status, code, parts)
