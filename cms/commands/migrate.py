"""`cms migrate`: bring the database to the state that this version of the code needs."""

import rich_click as click

from cms.commands.console import opened
from cms.foundation import migrations
from cms.foundation.database import Database
from cms.foundation.settings import load


@click.command()
def migrate() -> None:
    """Create or update the tables.

    Safe to run again: a database that is up to date stays as it is. Stop the servers of the
    version before, or run it before you start those of the new one.
    """
    with opened(load(), must_be_migrated=False) as database:
        changed = bring_up(database)
        newest = migrations.head()
    click.echo(f"The database is at migration {newest}{'' if changed else ' already'}.")


def bring_up(database: Database) -> bool:
    """Migrate to the newest revision; say whether there was anything to do."""
    if migrations.current(database) == migrations.head():
        return False
    migrations.upgrade(database)
    return True
