"""What the server-side commands share: a database, its users, and a clear word without them."""

from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from cms.accounts.login.queries import find_by_email
from cms.accounts.models import User
from cms.accounts.users import queries as user_queries
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
        answers = isinstance(error, IntegrityError)
        message = (
            f"The database {'refuses' if answers else 'does not answer'} ({shown}): {error.orig}"
        )
        raise click.ClickException(message) from error
    finally:
        database.dispose()


def counted(number: int, noun: str) -> str:
    """``1 post``, ``1,234 posts``."""
    return f"{number:,} {noun}{'s' if number != 1 else ''}"


def user_with(session: Session, email: str) -> User:
    """The user with this e-mail address."""
    found = find_by_email(session, email)
    if found is None:
        message = f"There is no user {email}."
        raise click.ClickException(message)
    return found


def an_admin(session: Session, reason: str) -> User:
    """An active admin, who is needed for ``reason``."""
    found = session.scalar(user_queries.admins().limit(1))
    if found is None:
        message = f"{reason} Run first: cms user create --role admin --email …"
        raise click.ClickException(message)
    return found
