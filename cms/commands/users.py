"""`cms user`: who can log in, from the machine that the CMS runs on."""

import secrets
import sys
from typing import Any

import rich_click as click
from marshmallow import Schema, ValidationError

from cms.accounts.links import actions as link_actions
from cms.accounts.links.schemas import InvitationIn
from cms.accounts.links.sending import Sender
from cms.accounts.models import Role, User
from cms.accounts.passwords import Passwords
from cms.accounts.users import actions
from cms.accounts.users.schemas import UserIn
from cms.commands.console import opened, user_with
from cms.foundation import moments
from cms.foundation.database import Database
from cms.foundation.settings import Settings, load

ROLE = click.option(
    "--role",
    required=True,
    type=click.Choice([str(role) for role in Role]),
    help="What they may do.",
)
NAME = click.option("--name", help="How others see them; the e-mail's first part if absent.")
PRINT = click.option("--print", "only_print", is_flag=True, help="Print the link; send no mail.")


@click.group()
def user() -> None:
    """Create users, and let them in again."""


@user.command()
@click.option("--email", required=True, help="What they log in with.")
@ROLE
@NAME
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def create(email: str, role: str, name: str | None, *, password_stdin: bool) -> None:
    """Create a user.

    Asks for the password. Without a terminal and without --password-stdin a random one is made and
    printed, this one time.
    """
    settings = load()
    password, is_random = _password(from_stdin=password_stdin)
    values = _values(email, role, name)
    with opened(settings) as database:
        create_user(database, settings, {**values, "password": password})
    click.echo(f"Created {role} {email}.")
    if is_random:
        click.echo(f"Password (shown only now): {password}")


@user.command()
@click.option("--email", required=True, help="Where the invitation goes.")
@ROLE
@NAME
@PRINT
def invite(email: str, role: str, name: str | None, *, only_print: bool) -> None:
    """Invite somebody, who chooses the password.

    Sends a link that is good once and for seven days; prints it where no mail server is set up.
    """
    settings = load()
    values = _values(email, role, name)
    checked = _checked(InvitationIn(), values)
    now = moments.now()
    with opened(settings) as database:
        with database.transaction() as session:
            passwords = Passwords(*settings.password_cost)
            invited = actions.create(session, passwords, checked, by=None, now=now)
            _, text = link_actions.issue(session, invited, now=now)
        click.echo(f"Invited {role} {email}.")
        _pass_on(settings, invited, text, only_print=only_print)


@user.command("reset-password")
@click.option("--email", required=True, help="Whose password it is.")
@PRINT
def reset_password(email: str, *, only_print: bool) -> None:
    """Let somebody choose a new password.

    Sends a link that is good once and for an hour; prints it where no mail server is set up. The
    old password works until the link is used.
    """
    settings = load()
    with opened(settings) as database:
        with database.transaction() as session:
            found = user_with(session, email)
            _, text = link_actions.issue(session, found, now=moments.now())
        _pass_on(settings, found, text, only_print=only_print)


def _pass_on(settings: Settings, to: User, text: str, *, only_print: bool) -> None:
    sender = Sender(settings)
    if not only_print and sender.mailer.is_set_up:
        if sender.send(to, text):
            click.echo(f"A link is on its way to {to.email}.")
            return
        click.echo("The mail could not be sent; pass the link on yourself.", err=True)
    click.echo(f"Link (shown only now): {sender.address(text)}")


def create_user(database: Database, settings: Settings, values: dict[str, str]) -> None:
    """Create a user by the same rules as the API."""
    checked = _checked(UserIn(), values)
    with database.transaction() as session:
        actions.create(
            session, Passwords(*settings.password_cost), checked, by=None, now=moments.now()
        )


def _values(email: str, role: str, name: str | None) -> dict[str, str]:
    return {"email": email, "role": role, **({"name": name} if name else {})}


def _checked(schema: Schema, values: dict[str, str]) -> dict[str, Any]:
    try:
        checked: dict[str, Any] = schema.load(values)
    except ValidationError as error:
        found: dict[str, list[str]] = error.normalized_messages()  # type: ignore[no-untyped-call]
        faults = (f"{name}: {' '.join(messages)}" for name, messages in found.items())
        raise click.ClickException(f"Not valid: {'; '.join(faults)}") from error
    return checked


def random_password() -> str:
    """One that nobody guesses: 120 bits."""
    return secrets.token_urlsafe(15)


def _password(*, from_stdin: bool) -> tuple[str, bool]:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    if sys.stdin.isatty():
        return click.prompt("Password", hide_input=True, confirmation_prompt=True), False
    return random_password(), True
