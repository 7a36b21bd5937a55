"""How a database carries out what it is asked, as if its tables were large."""

import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

# Small tables are cheaper to read whole and to sort; large ones are read in other ways.
WAYS_OF_SMALL_TABLES = ("seqscan", "sort", "hashjoin", "mergejoin", "bitmapscan")


def executed(connection: Connection, ask: Callable[[], object]) -> list[tuple[str, str]]:
    """Each statement that ``ask`` executes, with its plan."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        asked.append((statement, parameters))

    event.listen(connection, "before_cursor_execute", note)
    ask()
    event.remove(connection, "before_cursor_execute", note)
    return [
        (statement, _plan(connection, statement, parameters)) for statement, parameters in asked
    ]


def _plan(connection: Connection, statement: str, parameters: Any) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        return "\n".join(row[3] for row in rows)
    for way in WAYS_OF_SMALL_TABLES:
        connection.exec_driver_sql(f"SET enable_{way} = off")
    found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
    plan = json.dumps(found.scalar_one())
    for way in WAYS_OF_SMALL_TABLES:
        connection.exec_driver_sql(f"RESET enable_{way}")
    return plan


def walks_an_index(plan: str) -> bool:
    """Neither a sort nor a scan of a table, but for the one row of the site."""
    if plan.startswith("["):
        scanned = set(re.findall(r'"Seq Scan".*?"Relation Name": "(\w+)"', plan))
        return scanned <= {"site"} and '"Sort"' not in plan
    # Also what a limited query gives.
    small = ("SCAN site", "SCAN CONSTANT ROW", "SCAN anon_", "SCAN months")
    lines = [line for line in plan.splitlines() if not line.startswith(small)]
    scans = [line for line in lines if line.startswith("SCAN")]
    # A scan along an index that has the order of the list stops at the limit.
    return "TEMP B-TREE" not in plan and all("USING" in line and "INDEX" in line for line in scans)
