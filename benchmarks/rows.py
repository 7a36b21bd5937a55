"""What a scenario gives: figures, each with its target."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. ``at_least`` or ``at_most`` is the target; ``kind`` is how it may be compared.

    A ``ratio`` or a ``count`` means the same on every machine; a ``time`` does not.
    """

    scenario: str
    what: str
    measured: float
    unit: str
    kind: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """As it is shown."""
        if self.at_least is not None:
            return f"≥ {self.at_least:g}"
        return "" if self.at_most is None else f"≤ {self.at_most:g}"

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; nothing without one."""
        if self.at_least is not None:
            return self.measured >= self.at_least
        return None if self.at_most is None else self.measured <= self.at_most

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "is_met": self.is_met}


def median(values: Sequence[float]) -> float:
    """Rounded, so that a file of results can be read."""
    return round(statistics.median(values), 3)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all are not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
