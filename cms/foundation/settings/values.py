"""Whether the values of settings can be used. Each raises ``ValidationError``."""

import ipaddress
from email.message import EmailMessage
from urllib.parse import urlsplit

from marshmallow import ValidationError, validate
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def between(smallest: int, largest: int) -> validate.Range:
    """Within both ends."""
    return validate.Range(smallest, largest, error="Must be from {min} to {max}.")


def database(value: str) -> None:
    """The address of a database that is supported."""
    try:
        url = make_url(value)
    except ArgumentError as error:
        message = "Not a database address. Write sqlite:///path or postgresql://user@host/name."
        raise ValidationError(message) from error
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        message = f"{url.get_backend_name()} is not supported: SQLite and PostgreSQL are."
        raise ValidationError(message)
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        message = "A database in memory would be lost with each process. Name a file."
        raise ValidationError(message)


def address(value: str) -> None:
    """An absolute address."""
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        message = "Not an address. Write https://cms.example.org."
        raise ValidationError(message)


def origins(values: list[str]) -> None:
    """Origins, or ``*``."""
    for value in values:
        parts = urlsplit(value.strip())
        plain = parts.hostname and not (parts.path or parts.query or parts.fragment)
        # Flask-Cors would take these characters as a regular expression.
        plain = plain and not set(value) & set("*[]()^$\\")
        if value.strip() != "*" and not (parts.scheme in {"http", "https"} and plain):
            message = f"{value!r} is not an origin. Write https://blog.example.org, without a path."
            raise ValidationError(message)


def networks(values: list[str]) -> None:
    """Networks or single addresses."""
    for value in values:
        try:
            ipaddress.ip_network(value.strip())
        except ValueError as error:
            message = f"{value!r} is not a network. Write 10.0.0.0/8 or a single address."
            raise ValidationError(message) from error


def cost(values: list[str]) -> None:
    """Memory in KiB, passes and lanes of argon2id."""
    numbers = [int(item) for item in values if item.strip().isdecimal()]
    valid = len(numbers) == len(values) == 3 and min(numbers) >= 1  # noqa: PLR2004
    if not valid or not 8 * numbers[2] <= numbers[0] <= 4_194_304:  # noqa: PLR2004 - 4 GiB
        message = "Write memory in KiB, passes and lanes, such as 19456,2,1."
        raise ValidationError(message)


def rate(value: str) -> None:
    """So many in a time."""
    # Slow to import, and not needed for the default.
    from limits import parse  # noqa: PLC0415

    try:
        parse(value)
    except ValueError as error:
        message = f"{value!r} is not a rate. Write 10 per minute."
        raise ValidationError(message) from error


def rate_storage(value: str) -> None:
    """Where failed logins are counted."""
    if urlsplit(value).scheme not in {"memory", "redis", "rediss", "valkey", "valkeys"}:
        message = "Write memory:// or redis://host:6379."
        raise ValidationError(message)


def mail_server(value: str) -> None:
    """The address of a mail server; empty: there is none. Never repeats what may be a password."""
    if not value:
        return
    message = "Write smtps://user:password@host:465 or smtp://user:password@host:587."
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise ValidationError(message) from error
    rest = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or rest:
        raise ValidationError(message)


def sender(value: str) -> None:
    """An address with or without a name before it; empty: there is none."""
    if not value:
        return
    message = EmailMessage()
    try:
        message["From"] = value
        (mailbox,) = message["From"].addresses
        validate.Email()(mailbox.addr_spec)
    except (ValueError, IndexError) as error:
        explanation = "Write cms@example.org or Blog <cms@example.org>."
        raise ValidationError(explanation) from error
