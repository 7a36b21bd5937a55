"""What time it is by the clock of the database, the one that all workers share."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.functions import FunctionElement

from cms.foundation import moments
from cms.foundation.database import UtcDateTime


class Now(FunctionElement[datetime]):
    """The moment at which the transaction began, or the statement where there is none."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(Now, "postgresql")
def _on_postgresql(_now: Now, _compiler: Any, **_options: Any) -> str:
    return "now()"


@compiles(Now, "sqlite")
def _on_sqlite(_now: Now, _compiler: Any, **_options: Any) -> str:
    # In the form of a stored moment, which has six digits.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"


def now(connection: Session | Connection) -> datetime:
    """The present moment, in whole milliseconds."""
    return moments.cut(connection.execute(select(Now())).scalar_one())
