"""Statements that are compiled once, and from then on given to the driver as they are.

What SQLAlchemy does at each execution takes far longer than the database does for a short one.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import BindParameter, CompoundSelect, Connection, Dialect, Row, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import ReturningDelete, ReturningUpdate
from sqlalchemy.types import TypeEngine

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
Statement: TypeAlias = (
    AnySelect
    | CompoundSelect[*tuple[Any, ...]]
    | ReturningUpdate[*tuple[Any, ...]]
    | ReturningDelete[*tuple[Any, ...]]
)
Conversion = Callable[[Any], Any]


class Prepared:
    """A statement that gives rows: one that looks, or one that changes and returns.

    It begins no transaction. So it is for looks, and for the connection of a session, where one has
    begun.
    """

    def __init__(self, statement: Statement) -> None:
        """``statement`` is compiled when it is first executed."""
        self.statement = statement
        self._forms: dict[str, _Form | None] = {}

    def rows(self, connection: Connection, parameters: Mapping[str, Any]) -> Sequence[AnyRow]:
        """What is found. Fails as ``connection.execute`` does."""
        form = self._form(connection.dialect)
        # Who listens to what is executed must hear of this too.
        if form is None or connection.dispatch.before_cursor_execute:
            return connection.execute(self.statement, parameters).all()
        given = form.given(parameters)
        try:
            cursor = connection.connection.cursor()
            cursor.execute(form.text, given)
            return form.shown(cursor.fetchall())
        except connection.dialect.loaded_dbapi.Error as error:
            raise _failure(connection, form.text, error) from error

    def first(self, connection: Connection, parameters: Mapping[str, Any]) -> AnyRow | None:
        """The first row of what is found."""
        return next(iter(self.rows(connection, parameters)), None)

    def _form(self, dialect: Dialect) -> "_Form | None":
        if dialect.name not in self._forms:
            self._forms[dialect.name] = _Form.of(self.statement, dialect)
        return self._forms[dialect.name]


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one driver takes it."""

    text: str
    # In the order in which the driver wants them, or by name.
    values: tuple[tuple[str, BindParameter[Any], Conversion | None], ...]
    is_by_name: bool
    row: Any
    # By the place of the column, where what the driver gives is not yet what the column holds.
    conversions: tuple[tuple[int, Conversion], ...]

    @classmethod
    def of(cls, statement: Statement, dialect: Dialect) -> "_Form | None":
        """The form; ``None`` for a statement whose text depends on the parameters."""
        compiled = statement.compile(dialect=dialect)
        if any(bind.expanding for bind in compiled.binds.values()):
            return None
        names = compiled.binds if compiled.positiontup is None else compiled.positiontup
        columns = statement.exported_columns
        read = [_reading(column.type, dialect) for column in columns]
        labels = [label or "" for label, _ in columns.items()]
        return cls(
            text=str(compiled),
            values=tuple(_value(name, compiled.binds[name], dialect) for name in names),
            is_by_name=compiled.positiontup is None,
            row=namedtuple("Row", labels, rename=True),  # noqa: PYI024 - names are data
            conversions=tuple((place, one) for place, one in enumerate(read) if one is not None),
        )

    def given(self, parameters: Mapping[str, Any]) -> Any:
        """The parameters as the driver takes them. Raises ``KeyError`` for one that is missing."""
        values = [
            (name, convert(value) if convert else value)
            for name, bind, convert in self.values
            for value in [
                parameters[name] if bind.required or name in parameters else bind.effective_value
            ]
        ]
        return dict(values) if self.is_by_name else [value for _, value in values]

    def shown(self, found: Sequence[Sequence[Any]]) -> Sequence[AnyRow]:
        """Rows as the columns hold them."""
        make: Callable[[Sequence[Any]], AnyRow] = self.row._make
        if not self.conversions:
            return [make(values) for values in found]
        rows = []
        for values in map(list, found):
            for place, convert in self.conversions:
                values[place] = convert(values[place])
            rows.append(make(values))
        return rows


def _value(
    name: str, bind: BindParameter[Any], dialect: Dialect
) -> tuple[str, BindParameter[Any], Conversion | None]:
    return name, bind, bind.type.dialect_impl(dialect).bind_processor(dialect)


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Conversion | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _failure(connection: Connection, text: str, error: Exception) -> BaseException:
    """What SQLAlchemy makes of a driver's error; a connection that was lost is given up."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection, None)  # type: ignore[arg-type]
    if lost:
        connection.invalidate(error)
    return DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        connection_invalidated=lost,
        dialect=dialect,
    )
