"""`cms user`: who can log in, from the machine that the CMS runs on."""

import secrets
import sys

import rich_click as click
from marshmallow import ValidationError

from cms.accounts.models import Role
from cms.accounts.passwords import Passwords
from cms.accounts.users import actions
from cms.accounts.users.schemas import UserIn
from cms.commands.console import opened
from cms.foundation import moments
from cms.foundation.database import Database
from cms.foundation.settings import Settings, load


@click.group()
def user() -> None:
    """Create users."""


@user.command()
@click.option("--email", required=True, help="What they log in with.")
@click.option(
    "--role",
    required=True,
    type=click.Choice([str(role) for role in Role]),
    help="What they may do.",
)
@click.option("--name", help="How others see them; the e-mail's first part if absent.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, role: str, name: str | None, *, password_stdin: bool) -> None:
    """Create a user.

    Asks for the password. Without a terminal and without --password-stdin a random one is made and
    printed, this one time.
    """
    settings = load()
    password, is_random = _password(from_stdin=password_stdin)
    values = {"email": email, "role": role, **({"name": name} if name else {})}
    with opened(settings) as database:
        create_user(database, settings, {**values, "password": password})
    click.echo(f"Created {role} {email}.")
    if is_random:
        click.echo(f"Password (shown only now): {password}")


def create_user(database: Database, settings: Settings, values: dict[str, str]) -> None:
    """Create a user by the same rules as the API."""
    try:
        checked = UserIn().load(values)
    except ValidationError as error:
        found: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]
        faults = (f"{name}: {' '.join(messages)}" for name, messages in found.items())
        raise click.ClickException(f"Not valid: {'; '.join(faults)}") from error
    with database.transaction() as session:
        actions.create(
            session, Passwords(*settings.password_cost), checked, by=None, now=moments.now()
        )


def random_password() -> str:
    """One that nobody guesses: 120 bits."""
    return secrets.token_urlsafe(15)


def _password(*, from_stdin: bool) -> tuple[str, bool]:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=True), False
    return random_password(), True
