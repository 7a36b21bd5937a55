"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much it matters: an error fails readers, a warning some of them, an info is a hint."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


# Worst first.
SEVERITIES = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found; ``pointer`` leads into the managed post, ``line`` into its body, from 1."""

    code: str
    severity: Severity
    pointer: str
    detail: str
    line: int | None = None
