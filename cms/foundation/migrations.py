"""Migrations: where they lie, which is the newest, which one a database has, and running them."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from cms.foundation import shipped
from cms.foundation.database import Database

if TYPE_CHECKING:
    from alembic.config import Config


def folder() -> Path:
    """The scripts."""
    return shipped.folder("migrations")


@cache
def head() -> str:
    """The newest revision, read from the scripts without importing Alembic's machinery."""
    revisions: dict[str, str | None] = {}
    for script in (folder() / "versions").glob("*.py"):
        source = script.read_text()
        revision = re.search(r'^revision = "(\w+)"', source, re.MULTILINE)
        previous = re.search(r'^down_revision = "(\w+)"', source, re.MULTILINE)
        if revision:
            revisions[revision[1]] = previous[1] if previous else None
    (newest,) = set(revisions) - set(revisions.values())
    return newest


def current(database: Database) -> str | None:
    """The revision of a database; ``None`` for an empty one."""
    with database.reader.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring a database to ``revision``."""
    from alembic import command  # noqa: PLC0415 - half of Alembic, needed only here

    command.upgrade(configuration(database), revision)


def configuration(database: Database) -> "Config":
    """Alembic's settings for one database."""
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(folder()))
    config.attributes["database"] = database
    return config
