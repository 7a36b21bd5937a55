"""Markdown source to what readers get: safe HTML, its plain text and the numbers about it."""

from dataclasses import dataclass
from typing import Final

from cms.foundation.errors import Unprocessable

LONGEST_HTML: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Rendered:
    """One rendering. ``text`` and ``excerpt`` are plain text, not HTML.

    ``word_count``: in ``text``, a Han or Kana character is a word of its own; elsewhere a word is
    what stands between spaces and has a letter or a digit in it. ``reading_minutes`` is 0 for an
    empty text, otherwise at least 1. ``excerpt`` is at most 280 characters long.
    """

    html: str
    text: str
    word_count: int
    reading_minutes: int
    excerpt: str


class MarkdownTooComplex(Unprocessable):
    """The source is nested too deeply, or would become far more HTML than anybody wrote."""

    code = "markdown_too_complex"
    title = "The Markdown is too complex"


# The libraries behind the functions below take 0.2 s to import. Nothing needs them before the
# first publication, so they are imported by it and not by the start of the server.


def render(source: str) -> Rendered:
    """CommonMark with GFM tables, task lists, strikethrough and bare links, and footnotes.

    Raw HTML passes as far as ``sanitise`` lets it. Headings get ids made from their text. Raises
    ``MarkdownTooComplex``.
    """
    from cms.content.markdown import parser, prose, sanitiser  # noqa: PLC0415

    html = sanitiser.sanitise(parser.parse(source))
    text, excerpt = prose.read(html)
    return Rendered(
        html=html,
        text=text,
        word_count=prose.count_words(text),
        reading_minutes=prose.count_minutes(text),
        excerpt=excerpt,
    )


def sanitise(html: str) -> str:
    """Ready HTML with only that left in it which a post may contain.

    Ids get a prefix, and links inside the document follow them. Doing it twice changes nothing.
    """
    from cms.content.markdown import sanitiser  # noqa: PLC0415

    return sanitiser.sanitise(html)
