"""What a run leaves behind: a table for people, JSON for machines, pictures."""

import json
import os
import platform
import sqlite3
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.asking import costs
from benchmarks.questions import SEARCH_MICROSECONDS
from benchmarks.rows import Row
from benchmarks.starting import now

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("flask", "flask-smorest", "sqlalchemy", "granian", "psycopg", "orjson")
MARKS = {True: "yes", False: "**no**", None: ""}


def write(rows: list[Row], *, mode: str, database: str) -> Path:
    """Write all of it; gives the table's file."""
    RESULTS.mkdir(exist_ok=True)
    stem = RESULTS / f"{mode}-{database}"
    about = facts(database)
    found = {"facts": about, "rows": [row.as_json() for row in rows]}
    stem.with_suffix(".json").write_text(json.dumps(found, indent=2) + "\n")
    table = stem.with_suffix(".md")
    table.write_text(markdown(rows, about, mode=mode, database=database))
    draw(rows, stem)
    return table


def facts(database: str) -> dict[str, Any]:
    """The machine and the versions."""
    return {
        "date": now(),
        "database": f"SQLite {sqlite3.sqlite_version}" if database == "sqlite" else "PostgreSQL 18",
        "processors": os.cpu_count(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
    }


def markdown(rows: list[Row], about: dict[str, Any], *, mode: str, database: str) -> str:
    """The table."""
    packages = ", ".join(f"{name} {number}" for name, number in about["packages"].items())
    lines = [
        f"# {mode} run on {database}, {about['date']}",
        "",
        f"{about['database']}, {about['processors']} processors, Python {about['python']};",
        f"{packages}.",
        "",
        "| scenario | what | measured | target | met |",
        "|---|---|---:|---:|---|",
    ]
    lines += [
        f"| {row.scenario} | {row.what} | {row.measured:,g} {row.unit} | {row.target} "
        f"| {MARKS[row.is_met]} |"
        for row in rows
    ]
    return "\n".join(lines) + "\n"


def draw(rows: list[Row], stem: Path) -> None:
    """The pictures, for what was measured."""
    import matplotlib as mpl  # noqa: PLC0415 - slow to import

    mpl.use("Agg")
    _draw_shares(rows, stem)
    _draw_depths(rows, stem)
    _draw_growth(rows, stem)


def _draw_shares(rows: list[Row], stem: Path) -> None:
    """Throughput and latency against the floor."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - likewise

    shares = [row for row in rows if row.scenario == "warm read" and row.at_least is not None]
    waits = [row for row in rows if row.scenario == "latency"]
    if not shares:
        return
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
    left.barh([row.what for row in shares], [row.measured for row in shares], color="#3b6ea5")
    left.axvline(1, color="#888888", linestyle=":", label="floor")
    left.axvline(shares[0].at_least or 0, color="#b03030", linestyle="--", label="target")
    left.set_title("Requests/s, as a share of the bare callable")
    left.legend(loc="lower left")
    right.barh([row.what for row in waits], [row.measured for row in waits], color="#6a9a5b")
    right.axvline(1, color="#888888", linestyle=":")
    right.set_title("Latency, times that of the bare callable")
    for axes in (left, right):
        axes.invert_yaxis()
    figure.savefig(f"{stem}-warm.png", dpi=110)
    plt.close(figure)


def _draw_depths(rows: list[Row], stem: Path) -> None:
    """The cost of a page against its depth, for each size."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - likewise

    found = [row for row in rows if row.scenario.startswith("depth")]
    if not found:
        return
    figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
    series: dict[str, list[tuple[int, float]]] = {}
    for row in found:
        name, _, depth = row.what.removesuffix(" %").rpartition(", ")
        label = f"{row.scenario.removeprefix('depth, ')}: {name}"
        series.setdefault(label, []).append((int(depth), row.measured))
    for label, points in series.items():
        axes.plot(*zip(*points, strict=True), marker="o", label=label)
    axes.axhline(1.3, color="#b03030", linestyle="--", label="target")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("depth in the list, %")
    axes.set_ylabel("cost of a page, times the first")
    axes.legend()
    figure.savefig(f"{stem}-depth.png", dpi=110)
    plt.close(figure)


def _draw_growth(rows: list[Row], stem: Path) -> None:
    """The cost of each question, for each size of the site."""
    from matplotlib import pyplot as plt  # noqa: PLC0415 - likewise

    found = {what: by_size for what, by_size in costs(rows).items() if len(by_size) > 1}
    if not found:
        return
    names = [": ".join(what) for what in found]
    figure, axes = plt.subplots(figsize=(9, 1 + 0.27 * len(names)), layout="constrained")
    axes.hlines(
        names,
        [min(by_size.values()) / 1000 for by_size in found.values()],
        [max(by_size.values()) / 1000 for by_size in found.values()],
        color="#bbbbbb",
    )
    for size in sorted({size for by_size in found.values() for size in by_size}):
        points = [by_size.get(size, float("nan")) / 1000 for by_size in found.values()]
        axes.plot(points, names, "o", label=f"{size:,} posts")
    axes.axvline(
        SEARCH_MICROSECONDS / 1000, color="#b03030", linestyle="--", label="bound of search"
    )
    axes.set_xscale("log")
    axes.set_xlabel("CPU of an answer that no memory has, ms")
    axes.invert_yaxis()
    axes.grid(axis="x", color="#eeeeee")
    figure.legend(loc="outside upper center", ncols=3)
    figure.savefig(f"{stem}-growth.png", dpi=110)
    plt.close(figure)
