"""Counts the steps of SQLite's own machine, which no clock and no neighbour can change."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection


def taken(connection: Connection, ask: Callable[[], object]) -> int:
    """How many steps ``ask`` takes on an SQLite connection."""
    number = 0

    def count() -> int:
        nonlocal number
        number += 1
        return 0

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(count, 1)
    try:
        ask()
    finally:
        driver.set_progress_handler(None, 0)
    return number
