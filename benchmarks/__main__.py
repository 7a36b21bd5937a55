"""`python -m benchmarks`: seed, measure, report."""

import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks import (
    asking,
    check,
    due,
    machine,
    missing,
    reading,
    report,
    sites,
    starting,
    writing,
)
from benchmarks.load import find_wrk
from benchmarks.rows import Row
from benchmarks.sites import Bench, Site

Scenario = Callable[[Bench, Site], list[Row]]
SCENARIOS: dict[str, Scenario] = {
    "start": starting.start,
    "misses": missing.misses,
    "depths": missing.depths,
    "asking": asking.asking,
    "warm": reading.warm,
    "variants": reading.variants,
    "publishing": reading.while_publishing,
    "writes": writing.publishing,
    "rename": writing.renaming,
    "stale": writing.staleness,
    "due": due.lateness,
}
# What is measured on the large site too.
ALSO_LARGE = ("misses", "depths", "asking", "rename")
STYLES = {True: "green", False: "bold red", None: ""}


@click.command()
@click.option(
    "--mode",
    type=click.Choice(list(sites.MODES)),
    default="normal",
    show_default=True,
    help="2,000 posts in two minutes; 10,000; or 1,000,000 as well, for hours.",
)
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite")
@click.option("--only", type=click.Choice(list(SCENARIOS)), multiple=True, help="Some scenarios.")
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    help="Use this folder, and leave it: the large site takes long to load.",
)
@click.option("--check", "checks", is_flag=True, help="Exit with 1 when a ratio got worse.")
@click.option("--accept", is_flag=True, help="Make the ratios of this run those to check against.")
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def main(
    mode: str,
    database: str,
    only: tuple[str, ...],
    keep: Path | None,
    *,
    checks: bool,
    accept: bool,
    as_json: bool,
) -> None:
    """Measure the CMS on this machine, and write tables and pictures to benchmarks/results/.

    Everything is compared with a bare callable on the same server in the same run: other machines
    have other times, but about the same ratios.
    """
    find_wrk()
    rows = machine.pace()
    with (
        _folder(keep) as folder,
        _progress() as progress,
        sites.databases(database, folder, keep=keep is not None) as make_url,
    ):
        bench = Bench(database, folder, sites.MODES[mode], make_url, progress)
        usual = tuple(name for name in SCENARIOS if name not in bench.mode.left_out)
        for name in bench.mode.sites:
            rows += _measure(bench, name, only or usual)
    rows += asking.growth(rows)
    report.write(rows, mode="-".join((mode, *only)), database=database)
    as_dicts = [row.as_json() for row in rows]
    if accept:
        check.keep(database, as_dicts)
    click.echo(json.dumps(as_dicts, indent=2)) if as_json else _show(rows, f"{mode}, {database}")
    found = check.worse(check.baseline(database), as_dicts) if checks else []
    for line in found:
        click.echo(f"worse: {line}", err=True)
    sys.exit(1 if found else 0)


def _measure(bench: Bench, name: str, wanted: tuple[str, ...]) -> list[Row]:
    """All scenarios that a site of this size is for."""
    site = sites.site(bench, name)
    rows = starting.loading(site)
    for scenario in wanted:
        if name == "large" and scenario not in ALSO_LARGE:
            continue
        task = bench.progress.add_task(f"{scenario}, {site.posts:,} posts", total=None)
        rows += SCENARIOS[scenario](bench, site)
        bench.progress.remove_task(task)
    return rows


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="cms-bench-") as folder:
        # PostgreSQL runs as another user, who must be able to enter.
        Path(folder).chmod(0o755)
        yield Path(folder)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _show(rows: list[Row], title: str) -> None:
    table = Table("Scenario", "What", "Measured", "Target", title=title)
    for row in rows:
        measured = (
            f"[{STYLES[row.is_met]}]{row.measured:,g} {row.unit}"
            if STYLES[row.is_met]
            else (f"{row.measured:,g} {row.unit}")
        )
        table.add_row(row.scenario, row.what, measured, row.target)
    Console().print(table)


if __name__ == "__main__":
    main()
