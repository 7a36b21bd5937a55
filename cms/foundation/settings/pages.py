"""What an operator may say of the blog: its name, and where its pages are."""

import re
import unicodedata
from urllib.parse import SplitResult, urlsplit

from marshmallow import ValidationError, validate

SLUG, TOKEN = "{slug}", "{token}"
# With a slug behind it and an image, 50,000 must fit into the 50 MB that a sitemap may have.
LONGEST_ADDRESS = 200
# Control characters, halves of a surrogate pair, separators of lines.
BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})
# What stands in an address, and the braces of the gap (RFC 3986, 2).
_ADDRESS = re.compile(r"[\w.~:/?#\[\]@!$&'()*+,;=%{}-]+", re.ASCII)


def check_pattern(value: str) -> None:
    """An absolute address with one gap for a slug; empty: there is no such page."""
    _check_gap(value, SLUG)


def check_password_pattern(value: str) -> None:
    """An absolute address with one gap for a token; empty: there is no such page."""
    _check_gap(value, TOKEN)


def _check_gap(value: str, gap: str) -> None:
    if not value:
        return
    check_address(value.replace(gap, "x"))
    if value.count(gap) != 1 or gap in urlsplit(value).netloc:
        message = f"Must hold {gap} once, behind the host: https://blog.example/{gap}."
        raise ValidationError(message)


def check_address(value: str) -> None:
    """An absolute address, or empty."""
    if not value:
        return
    parts = _split(value)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        message = "Must be a whole address with http:// or https://, such as https://blog.example/."
        raise ValidationError(message)
    if not _ADDRESS.fullmatch(value) or set("{}") & set(value):
        message = "Holds a character that must be percent-encoded, or a gap other than {slug}."
        raise ValidationError(message)
    if len(value) > LONGEST_ADDRESS:
        message = f"Longer than {LONGEST_ADDRESS} characters."
        raise ValidationError(message)


def check_name(value: str) -> None:
    """One line, not empty."""
    validate.Length(1, 200)(value)
    check_description(value)


def check_description(value: str) -> None:
    """One line, or empty."""
    validate.Length(0, 1000)(value)
    if any(unicodedata.category(character) in BREAKING for character in value):
        message = "Must be one line of text."
        raise ValidationError(message)


def check_language(value: str) -> None:
    """A language tag in the form of RFC 5646, or empty."""
    if value and not re.fullmatch("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*", value):
        message = "Must be a language tag, such as en or pt-BR."
        raise ValidationError(message)


def root_of(pattern: str) -> str:
    """The root of the place that a pattern leads to; empty for an empty one."""
    if not pattern:
        return ""
    parts = urlsplit(pattern)
    return f"{parts.scheme}://{parts.netloc}/"


def _split(value: str) -> SplitResult | None:
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError:
        return None
    return parts
