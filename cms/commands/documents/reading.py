"""Reads a text file as a document: title, text, and the fields its front matter states."""

import re
from pathlib import Path
from typing import Final

from cms.commands.documents import fields, front_matter, titles
from cms.commands.documents.document import Document, DocumentFault
from cms.commands.documents.fields import NOTHING, Overrides

MAX_BYTES: Final = 5 * 1024 * 1024
SUFFIXES: Final = (".md", ".markdown", ".txt")


def load(path: Path, overrides: Overrides = NOTHING) -> Document:
    """Read a Markdown or plain text file; a name that ends in `.txt` means plain text."""
    try:
        text = _read(path).decode("utf-8")
    except OSError as fault:
        message = f"cannot be read: {fault.strerror or fault}"
        raise DocumentFault(message) from fault
    except UnicodeDecodeError as fault:
        message = f"is not UTF-8 text (byte {fault.start + 1}); save it as UTF-8"
        raise DocumentFault(message) from fault
    return parse(text, plain_text=path.suffix.lower() == ".txt", overrides=overrides)


def parse(text: str, *, plain_text: bool = False, overrides: Overrides = NOTHING) -> Document:
    """Return the document that a file's text describes, or raise DocumentFault."""
    text = usable(text)
    if not text.strip():
        message = "is empty"
        raise DocumentFault(message)
    header, text = front_matter.split(text)
    found = fields.stated(header) | fields.overridden(overrides)
    title, body = titles.split(text, found.pop("title", None))
    if plain_text:
        body = _markdown(body)
    stated = frozenset({"title", "body", *found})
    return Document(title=title, body=body, stated=stated, **found)


def usable(text: str) -> str:
    """Return a file's text with newlines only, or raise DocumentFault for what is no text."""
    fields.refuse_unusable(text)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _read(path: Path) -> bytes:
    if not path.is_file():
        message = "is not a file" if path.exists() else "does not exist"
        raise DocumentFault(message)
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 1024 // 1024} MB"
        raise DocumentFault(message)
    return content


_INDENT = re.compile(r"\A(?: {0,3}\t| {4,})\s*")
_TAG = re.compile(r"<(?=[A-Za-z/!?])(?!https?://|[^\s<>@]+@[^\s<>]+>)")


def _markdown(text: str) -> str:
    """Return plain text as Markdown source with the same paragraphs.

    Where Markdown would hide what the author wrote, it is kept visible: an indented first line is
    not code, and `<words>` are not HTML. Lists, links and emphasis look the same in both.
    """
    paragraphs = re.split(r"\n(?:[ \t]*\n)+", text)
    return "\n\n".join(_TAG.sub(r"\\<", _INDENT.sub("", paragraph)) for paragraph in paragraphs)
