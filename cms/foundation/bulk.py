"""Many rows into a table at once, in the fastest way of each database."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Dialect
from sqlalchemy.orm import Session

from cms.foundation import audit
from cms.foundation.database import Base

# PostgreSQL: below this, beginning a COPY takes longer than it saves.
FEW = 10


def add(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert ``rows``: values by the names of their columns, the same ones in each.

    SQLAlchemy's own way looks at each value several times, which takes longer than the database.
    """
    if not rows:
        return
    session.flush()
    connection = session.connection()
    table = Base.metadata.tables[model.__tablename__]
    columns = [table.columns[name] for name in rows[0]]
    values = (_converted(column, rows, connection.dialect) for column in columns)
    write(connection, table.name, list(rows[0]), list(zip(*values, strict=True)))
    audit.count_inserted(session, table.name, len(rows))


def write(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert values that the driver understands."""
    into = f"{table} ({', '.join(columns)})"
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite and len(rows) >= FEW:
        _copy(connection.connection.driver_connection, into, rows)
        return
    places = ", ".join(["?" if is_sqlite else "%s"] * len(columns))
    statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608 - names of our own tables
    connection.exec_driver_sql(statement, [*map(tuple, rows)])


def _copy(driver: Any, into: str, rows: Sequence[Sequence[Any]]) -> None:
    with driver.cursor() as cursor, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _converted(
    column: Column[Any], rows: Sequence[dict[str, Any]], dialect: Dialect
) -> Iterable[Any]:
    """The values of a column as the driver wants them."""
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    name = column.name
    values = [row[name] for row in rows]
    if convert is None:
        return values
    first = values[0]
    # As often: one moment, one user, one version.
    if all(value is first for value in values):
        return [convert(first)] * len(values)
    return map(convert, values)
