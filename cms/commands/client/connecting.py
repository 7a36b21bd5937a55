"""How a command is told its server and its user: the options, and what is asked for."""

import functools
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import rich_click as click

from cms.commands.client import storage, terminal
from cms.commands.client.remote import Credentials, Login, Remote
from cms.commands.client.server import BadAddress, Server, server_at
from cms.commands.client.session import Sessions
from cms.commands.client.transport import Transport

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--server",
        envvar="CMS_SERVER",
        required=True,
        show_envvar=True,
        help="Address of the CMS.",
    ),
    click.option("--email", envvar="CMS_EMAIL", show_envvar=True, help="Who logs in."),
    click.option("--password-stdin", is_flag=True, help="Read the password from standard input."),
    click.option(
        "--token",
        envvar="CMS_TOKEN",
        show_envvar=True,
        help="An access token, in place of a login. Better in the environment than typed here.",
    ),
    click.option(
        "--insecure", is_flag=True, help="Allow plain http, unencrypted, to another machine."
    ),
)


def connecting(command: F) -> Callable[..., None]:
    """Give a command the options that say where and who; it gets a ``Remote`` in their place."""

    @functools.wraps(command)
    def connected(
        *,
        server: str,
        email: str | None,
        password_stdin: bool,
        token: str | None,
        insecure: bool,
        **rest: Any,
    ) -> None:
        where = _server(server, insecure=insecure)
        password = None if password_stdin else os.environ.get("CMS_PASSWORD")
        ask = _asker(where, email, password=password, stdin=password_stdin)
        with _remote(where, Credentials(_checked(token), email, ask)) as remote:
            command(remote, **rest)

    for option in reversed(_OPTIONS):
        option(connected)
    return connected


@contextmanager
def _remote(server: Server, credentials: Credentials) -> Iterator[Remote]:
    transport = Transport(server)
    try:
        yield Remote(transport, Sessions(storage.folder()), credentials)
    finally:
        transport.close()


def _server(address: str, *, insecure: bool) -> Server:
    try:
        return server_at(address, insecure=insecure)
    except BadAddress as fault:
        raise click.BadParameter(str(fault), param_hint="--server") from fault


def _checked(token: str | None) -> str | None:
    token = token.strip() if token else None
    if token and not (token.isascii() and token.isprintable() and " " not in token):
        message = "that is not a token: it holds spaces or characters outside ASCII"
        raise click.BadParameter(message, param_hint="--token")
    return token or None


def _asker(
    server: Server, email: str | None, *, password: str | None, stdin: bool
) -> Callable[[], Login | None]:
    """Return what finds e-mail and password: options and environment first, then the user."""

    def ask() -> Login | None:
        nonlocal email, password
        if stdin and password is None:
            password = sys.stdin.readline().rstrip("\r\n")
        if not (email and password) and not sys.stdin.isatty():
            return None
        if not email:
            terminal.say(f"Log in to {server.address}")
            email = click.prompt("E-mail", err=True, type=str)
        if not password:
            password = click.prompt(f"Password of {email}", hide_input=True, err=True, type=str)
        return Login(email, password) if email and password else None

    return ask
