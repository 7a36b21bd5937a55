"""Looking at the site at one version: at what is live, or at what any version showed.

Each statement exists in two forms. One reads what is live, from indexes that hold nothing else, and
says which version it saw. The other reads any version. They agree wherever both apply.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ParamSpec, cast

from sqlalchemy import BigInteger, ColumnElement, Connection, bindparam, select

from cms.editions.models import Site, Spanning
from cms.editions.present import QUERY, Version
from cms.foundation.errors import Pruned
from cms.foundation.prepared import AnyRow, AnySelect, Prepared

# One that is executed again and again, or one for this question.
Statement = Prepared | AnySelect

VERSION = bindparam("version", type_=BigInteger)

P = ParamSpec("P")


def once(function: Callable[P, AnySelect]) -> Callable[P, Prepared]:
    """Each statement is built once and then only executed."""

    @cache
    def prepared(*args: P.args, **kwargs: P.kwargs) -> Prepared:
        return Prepared(function(*args, **kwargs))

    return cast(Callable[P, Prepared], prepared)


@dataclass(frozen=True, slots=True)
class View:
    """A look at the site: through which connection, at which version, and which is the present."""

    connection: Connection
    version: int
    present: Version


def present(connection: Connection) -> Version:
    """The version of this moment."""
    return Version(*connection.exec_driver_sql(QUERY).one())


def must_be_known(version: int, oldest: int) -> None:
    """Raises ``Pruned`` for a version before the ``oldest`` that is kept."""
    if version < oldest:
        message = (
            f"The site's past is kept from version {oldest} on; version {version} was pruned. "
            "Start again without `as_of` and `cursor`."
        )
        raise Pruned(message, oldest_version=oldest)


def read(
    view: View, statement: Callable[..., Statement], parameters: dict[str, Any]
) -> Sequence[AnyRow]:
    """What is live, if that still is the version wanted; otherwise what was live then."""
    if view.version == view.present.number:
        asked = {**parameters, "version": view.version}
        rows = _rows(view, statement(live=True), asked)
        # An empty answer does not say which version it saw: the one that is there still, if it is.
        seen = rows[0].version if rows else present(view.connection).number
        if seen == view.version:
            return rows
    return at_version(view, statement(live=False), parameters)


def at_version(view: View, statement: Statement, parameters: dict[str, Any]) -> Sequence[AnyRow]:
    """What was there at the version of ``view``. Raises ``Pruned``."""
    rows = _rows(view, statement, {**parameters, "version": view.version})
    if view.version < view.present.number:
        # Asked afterwards: the site says that it forgets before it does.
        must_be_known(view.version, present(view.connection).oldest)
    return rows


def value(view: View, statement: Statement, parameters: dict[str, Any]) -> Any:
    """The first value of the first row, if there is one."""
    rows = at_version(view, statement, parameters)
    return rows[0][0] if rows else None


def _rows(view: View, statement: Statement, parameters: dict[str, Any]) -> Sequence[AnyRow]:
    if isinstance(statement, Prepared):
        return statement.rows(view.connection, parameters)
    return view.connection.execute(statement, parameters).all()


def seen_in(table: type[Spanning], *, live: bool) -> ColumnElement[bool]:
    """What a statement of either form asks of a row."""
    return table.live() if live else table.at(VERSION)


def version_seen() -> ColumnElement[int]:
    """The version that the statement itself sees."""
    return select(Site.version).scalar_subquery().label("version")
