"""Many rows into a table at once, in the fastest way of each database."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Uuid
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cms.foundation import audit
from cms.foundation.database import Base

# PostgreSQL: below this, beginning a COPY takes longer than it saves.
FEW = 10


class Rows(NamedTuple):
    """Rows of a table as a driver takes them; to make them needs no connection."""

    table: str
    columns: tuple[str, ...]
    values: list[tuple[Any, ...]]


def add(session: Session, model: type[Base], rows: Sequence[dict[str, Any]], **same: Any) -> None:
    """Insert ``rows``: values by the names of their columns, the same ones in each.

    SQLAlchemy's own way looks at each value several times, which takes longer than the database.
    ``same``: see ``insert``.
    """
    insert(session, converted({model: rows}, session.connection().dialect), **same)


def converted(rows: Mapping[type[Base], Sequence[dict[str, Any]]], dialect: Dialect) -> list[Rows]:
    """Rows by their tables in the way of a database: what ``insert`` takes."""
    return [_converted(model, some, dialect) for model, some in rows.items() if some]


def insert(session: Session, many: Iterable[Rows], **same: Any) -> None:
    """Insert rows, with ``same`` in further columns of each: numbers and texts."""
    further = tuple(same.values())
    for table, columns, values in joined(many):
        session.flush()
        write(session.connection(), table, [*columns, *same], [row + further for row in values])
        audit.count_inserted(session, table, len(values))


def joined(many: Iterable[Rows]) -> list[Rows]:
    """One for each table with all its rows, which have the same columns."""
    found: dict[str, Rows] = {}
    for rows in many:
        if rows.table not in found:
            found[rows.table] = rows._replace(values=[])
        found[rows.table].values.extend(rows.values)
    return list(found.values())


def write(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert values that the driver understands."""
    into = f"{table} ({', '.join(columns)})"
    is_sqlite = connection.dialect.name == "sqlite"
    if not is_sqlite and len(rows) >= FEW:
        _copy(connection, into, rows)
        return
    places = ", ".join(["?" if is_sqlite else "%s"] * len(columns))
    statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608 - names of our own tables
    connection.exec_driver_sql(statement, [*map(tuple, rows)])


def _copy(connection: Connection, into: str, rows: Sequence[Sequence[Any]]) -> None:
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {into} FROM STDIN"
    errors = connection.dialect.loaded_dbapi.Error
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    except errors as error:
        # As SQLAlchemy would have raised it: who calls knows only its errors.
        raise DBAPIError.instance(
            statement, None, error, errors, dialect=connection.dialect
        ) from error


def _converted(model: type[Base], rows: Sequence[dict[str, Any]], dialect: Dialect) -> Rows:
    table = Base.metadata.tables[model.__tablename__]
    names = tuple(rows[0])
    values = (_values(table.columns[name], rows, dialect) for name in names)
    return Rows(table.name, names, list(zip(*values, strict=True)))


def _values(column: Column[Any], rows: Sequence[dict[str, Any]], dialect: Dialect) -> Iterable[Any]:
    """The values of a column as the driver wants them."""
    convert = column.type.dialect_impl(dialect).bind_processor(dialect)
    name = column.name
    values = [row[name] for row in rows]
    if isinstance(column.type, Uuid):
        # Both take digits: PostgreSQL's driver would make as much of them, and between processes
        # an object takes five times as long.
        return [value and value.hex for value in values]
    if convert is None:
        return values
    first = values[0]
    # As often: one moment, one user, one version.
    if all(value is first for value in values):
        return [convert(first)] * len(values)
    return map(convert, values)
