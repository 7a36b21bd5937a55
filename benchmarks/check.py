"""Whether something got worse: ratios and counts against those that are committed."""

import json
from pathlib import Path
from typing import Any

BASELINE = Path(__file__).parent / "baseline.json"
# Two runs on a busy machine differ by about this much.
TOLERANCE = 0.20


def key(row: dict[str, Any]) -> str:
    """What makes a figure the same figure in another run."""
    return f"{row['scenario']} | {row['what']} | {row['unit']}"


def comparable(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Figures that mean the same on every machine, and that have a target."""
    return {
        key(row): row
        for row in rows
        if row["kind"] in {"ratio", "count"}
        and (row["at_least"] is not None or row["at_most"] is not None)
    }


def worse(before: dict[str, float], rows: list[dict[str, Any]]) -> list[str]:
    """What is worse than before by more than the tolerance, and misses its target too."""
    found = []
    for name, row in comparable(rows).items():
        if name not in before or row["is_met"]:
            continue
        rises = row["at_most"] is not None
        bound = before[name] * (1 + TOLERANCE if rises else 1 - TOLERANCE)
        if row["measured"] > bound if rises else row["measured"] < bound:
            found.append(f"{name}: {row['measured']:g}, was {before[name]:g}")
    return found


def baseline(database: str) -> dict[str, float]:
    """The committed figures."""
    known: dict[str, dict[str, float]] = json.loads(BASELINE.read_text())
    return known.get(database, {})


def keep(database: str, rows: list[dict[str, Any]]) -> None:
    """Make these the committed figures; those that this run does not have stay."""
    known = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    found = {name: row["measured"] for name, row in comparable(rows).items()}
    known[database] = {**known.get(database, {}), **found}
    BASELINE.write_text(json.dumps(known, indent=2, sort_keys=True) + "\n")
