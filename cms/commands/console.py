"""What the server-side commands share: an open database, and a clear word when there is none."""

from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click
from sqlalchemy.exc import DBAPIError

from cms.foundation import audit, migrations
from cms.foundation.database import Database
from cms.foundation.settings import Settings


@contextmanager
def opened(settings: Settings, *, must_be_migrated: bool = True) -> Iterator[Database]:
    """The database of ``settings``; closed afterwards."""
    database = Database(settings.database_url, pool_size=1)
    command = click.get_current_context(silent=True)
    if command is not None:
        database.info[audit.ORIGIN] = audit.Origin(action=command.command_path)
    if database.path is not None:
        database.path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if must_be_migrated and migrations.current(database) != migrations.head():
            message = "The database is not at the newest migration. Run: cms migrate"
            raise click.ClickException(message)
        yield database
    except DBAPIError as error:
        shown = database.url.render_as_string(hide_password=True)
        message = f"The database does not answer ({shown}): {error.orig}"
        raise click.ClickException(message) from error
    finally:
        database.dispose()
