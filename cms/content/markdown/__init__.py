"""Markdown source to what readers get: safe HTML, its plain text and the numbers about it."""

from typing import Final, NamedTuple

from cms.content.markdown.parts import Parts
from cms.foundation.errors import Unprocessable

LONGEST_HTML: Final = 10_000_000


class Rendered(NamedTuple):
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


# The libraries behind the functions below take 0.1 s to import. Nothing needs them before the
# first publication, so they are imported by it and not by the start of the server.


def render(source: str) -> Rendered:
    """CommonMark with GFM tables, task lists, strikethrough and bare links, and footnotes.

    Raw HTML passes as far as ``sanitise`` lets it. Headings get ids made from their text. Raises
    ``MarkdownTooComplex``.
    """
    return render_and_read(source)[0]


def read(source: str) -> Parts:
    """What is in ``source``, with the line of each. Raises ``MarkdownTooComplex``."""
    from cms.content.markdown import writing  # noqa: PLC0415

    return writing.write(source).parts()


def render_and_read(source: str) -> tuple[Rendered, Parts]:
    """Both of the above for the price of one. Raises ``MarkdownTooComplex``."""
    from cms.content.markdown import sanitiser, writing  # noqa: PLC0415

    document = writing.write(source)
    html = sanitiser.sanitise(document.html(), is_orderly=document.is_orderly)
    return _described(html), document.parts()


def _described(html: str) -> Rendered:
    """What ``render`` says of its result, of HTML that has been sanitised."""
    from cms.content.markdown import prose  # noqa: PLC0415

    text, excerpt = prose.read(html)
    words, minutes = prose.count(text)
    return Rendered(
        html=html, text=text, word_count=words, reading_minutes=minutes, excerpt=excerpt
    )


def adopt(html: str) -> tuple[str, Rendered]:
    """Ready HTML as a Markdown source, with its rendering: what is left of it that is safe.

    What does not begin with a block gets a ``div`` around it.
    """
    from cms.content.markdown import ready  # noqa: PLC0415

    shown = ready.block(html)
    source = ready.source(shown)
    # As nearly always they are the same: one string, of which one copy is sent to another process.
    return (shown if source == shown else source), _described(shown)
