"""The checks that need nothing but the post itself: one function for each thing to look at."""

import unicodedata
from collections.abc import Iterator
from typing import Final

from cms.content.markdown.parts import Parts
from cms.content.posts.checks.findings import Finding, Severity
from cms.content.posts.content import Content

# Search engines give a title about 600 pixels, and a description two lines of as many. In their
# fonts this is about as many Latin letters; a letter of Chinese or Japanese takes the room of two.
LONGEST_TITLE: Final = 60
LONGEST_DESCRIPTION: Final = 160

Findings = Iterator[Finding]


def title(content: Content) -> Findings:
    """Titles that search engines cut."""
    stated = content.seo["title"]
    text, pointer = (stated, "#/seo/title") if stated else (content.title, "#/title")
    if (room := _room(text)) > LONGEST_TITLE:
        remedy = "Shorten it" if stated else "Shorten it, or set a shorter seo.title"
        yield Finding(
            "long_title",
            Severity.WARNING,
            pointer,
            f"Takes the room of {room} letters; search engines cut titles after about "
            f"{LONGEST_TITLE}. {remedy}.",
        )


def description(content: Content) -> Findings:
    """Descriptions that search engines cut."""
    if (room := _room(content.seo["description"] or "")) > LONGEST_DESCRIPTION:
        yield Finding(
            "long_description",
            Severity.WARNING,
            "#/seo/description",
            f"Takes the room of {room} letters; search engines cut descriptions after about "
            f"{LONGEST_DESCRIPTION}. Say what matters first, or shorten it.",
        )


def excerpt(content: Content) -> Findings:
    """Lists and feeds without a word under the title."""
    if content.excerpt is None:
        detail = "There is none: publishing takes the first sentences of the text."
        yield Finding("empty_excerpt", Severity.INFO, "#/excerpt", detail)
    elif not content.excerpt.strip():
        detail = (
            "It is empty: lists and feeds show nothing under the title. Write one, or set it to "
            "null to have it made from the text."
        )
        yield Finding("empty_excerpt", Severity.WARNING, "#/excerpt", detail)


def cover(content: Content) -> Findings:
    """A cover that says nothing to those who do not see it."""
    if content.cover is not None and not (content.cover["alt"] or "").strip():
        detail = "The cover has no alternative text. Say what it shows to those who do not see it."
        yield Finding("missing_alt", Severity.WARNING, "#/cover/alt", detail)


def emptiness(parts: Parts) -> Findings:
    """A post without a text."""
    if parts.is_empty:
        yield Finding("empty_body", Severity.ERROR, "#/body", "The post has no text.")


def images(parts: Parts) -> Findings:
    """Images that say nothing to those who do not see them."""
    for image in parts.images:
        if image.alt is None or (image.alt and not image.alt.strip()):
            yield Finding(
                "missing_alt",
                Severity.WARNING,
                "#/body",
                f"The image {shown(image.address)} has no alternative text. Say what it shows: "
                '![here](…). One that only decorates: <img src="…" alt="">.',
                image.line,
            )


def headings(parts: Parts) -> Findings:
    """Headings that skip a level: who listens to the page then looks for a part that is not there.

    The title of the post is the heading of level 1 above all.
    """
    above = 1
    for heading in parts.headings:
        if heading.level > above + 1:
            yield Finding(
                "skipped_heading_level",
                Severity.WARNING,
                "#/body",
                f"A heading of level {heading.level} follows one of level {above}. "
                f"Make it one of level {above + 1}: {'#' * (above + 1)}.",
                heading.line,
            )
        above = heading.level


def fragments(parts: Parts) -> Findings:
    """Links to places in the text that are not there."""
    for link in parts.links:
        if link.is_broken:
            yield Finding(
                "broken_fragment",
                Severity.WARNING,
                "#/body",
                f"The link {shown(link.address)} leads to no heading, footnote or id of this text.",
                link.line,
            )


def footnotes(parts: Parts) -> Findings:
    """References to footnotes that nobody wrote: readers see their brackets."""
    for reference in parts.missing_footnotes:
        yield Finding(
            "missing_footnote",
            Severity.WARNING,
            "#/body",
            f"There is no footnote {shown(reference.label)}, so this stays as it is. Write "
            "one, or a backslash before the bracket if none is meant.",
            reference.line,
        )


def shown(address: str) -> str:
    """An address as a sentence can hold it."""
    return repr(address if len(address) <= 100 else f"{address[:99]}\u2026")  # noqa: PLR2004


def _room(text: str) -> int:
    """How much room a line takes, in Latin letters."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "FW")
        for letter in text
    )
