"""Files become documents: titles, front matter, and what is refused."""

import subprocess
import sys
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cms.commands.documents import reading
from cms.commands.documents.document import Byline, Cover, Document, DocumentFault, Seo
from cms.commands.documents.fields import Overrides

FULL = """---
title: A Title
slug: a-slug
excerpt: Short.
authors: [Jane Doe, {name: Max, slug: max, bio: Writes.}]
tags: [One, Two, one]
published_at: 2026-03-01T09:00:00+02:00
featured: true
cover: {url: https://example.org/a.jpg, alt: A tree}
seo: {title: Other, canonical_url: https://example.org/x}
status: in_review
---
The text.
"""


def test_every_front_matter_key_is_read() -> None:
    document = reading.parse(FULL)
    assert document.title == "A Title"
    assert document.slug == "a-slug"
    assert document.excerpt == "Short."
    assert document.authors == (Byline("Jane Doe"), Byline("Max", "max", "Writes."))
    assert document.tags == ("One", "Two")
    assert document.published_at == datetime(2026, 3, 1, 7, tzinfo=UTC)
    assert document.featured is True
    assert document.cover == Cover("https://example.org/a.jpg", "A tree")
    assert document.seo == Seo("Other", None, "https://example.org/x")
    assert document.status == "in_review"
    assert document.body == "The text."
    assert "author" not in document.stated


def test_toml_front_matter_says_the_same_as_yaml() -> None:
    toml = """+++
title = "A Title"
slug = "a-slug"
excerpt = "Short."
authors = ["Jane Doe", {name = "Max", slug = "max", bio = "Writes."}]
tags = ["One", "Two"]
date = 2026-03-01T09:00:00+02:00
featured = true
cover = {url = "https://example.org/a.jpg", alt = "A tree"}
seo = {title = "Other", canonical_url = "https://example.org/x"}
status = "in_review"
+++
The text.
"""
    assert reading.parse(toml) == reading.parse(FULL)


@pytest.mark.parametrize(
    ("text", "title", "body"),
    [
        ("# A *nice* title\n\nText.", "A nice title", "Text."),
        ("# Title #\nText.", "Title", "Text."),
        ("Title\n=====\n\nText.", "Title", "Text."),
        ("Before.\n\n# Title\n\nText.", "Title", "Before.\n\n# Title\n\nText."),
        ("```\n# no title\n```\n\n# Title\n", "Title", "```\n# no title\n```\n\n# Title"),
        ("## Second\n\nText.", "Second", "Text."),
        ("First line\n\nText.", "First line", "Text."),
        ("First line\ngoes on.\n", "First line", "First line\ngoes on."),
        ("#hashtag first\n\nText.", "hashtag first", "Text."),
        ("***\n\nWords", "Words", "***\n\nWords"),
        ("Only this", "Only this", ""),
        ("---\ntitle: Stated\n---\n# Stated\n\nText.", "Stated", "Text."),
        ("---\ntitle: Stated\n---\n# Other\n\nText.", "Stated", "# Other\n\nText."),
        ("\ufeff# Title\r\n\r\nText.\r\n", "Title", "Text."),
        ("See [the page](https://example.org)\n\nText.", "See the page", "Text."),
    ],
)
def test_the_title_is_found_in_the_text(text: str, title: str, body: str) -> None:
    document = reading.parse(text)
    assert (document.title, document.body) == (title, body)


def test_a_title_made_from_a_long_first_line_ends_at_a_word() -> None:
    document = reading.parse("word " * 100 + "\nmore")
    assert document.title.endswith("word…")
    assert len(document.title) <= 121
    assert document.body.startswith("word word")


@pytest.mark.parametrize(
    ("header", "title"),
    [("1984", "1984"), ("0123", "0123"), ("No", "No"), ('"true"', "true"), ("2026-01-01", None)],
)
def test_a_plain_yaml_word_means_what_it_says(header: str, title: str | None) -> None:
    document = reading.parse(f"---\ntitle: {header}\ntags: [no, 1.10]\n---\nText")
    assert document.title == (title or header)
    assert document.tags == ("no", "1.10")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01 09:30:00", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00-05:00", datetime(2026, 3, 1, 14, 30, tzinfo=UTC)),
    ],
)
def test_a_date_without_a_zone_is_utc(value: str, moment: datetime) -> None:
    for text in (f"---\ndate: {value}\n---\nText", f"+++\ndate = {value}\n+++\nText"):
        assert reading.parse(text).published_at == moment


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("titel: x", 'unknown front matter: "titel"; allowed are title, slug'),
        ("seo: {titel: x}", 'unknown front matter: "seo.titel"; allowed are title, description'),
        ("authors: [{nam: x}]", '"authors.nam"'),
        ("a: &x [1]\nb: *x", "anchors or aliases"),
        ("a: &x 1", "anchors or aliases"),
        ("title: !!python/object:os.system x", "YAML tags"),
        ("title: x\ntitle: y", 'says "title" twice'),
        ("author: A\nauthors: [B]", "mean the same"),
        ("date: 2026-01-01\npublished_at: 2026-01-01", "mean the same"),
        ("date: soon", "no date such as"),
        ("date: 0001-01-01T00:00:00+10:00", "no date such as"),
        ("featured: yes", "neither true nor false"),
        ("status: live", "none of draft, in_review, published"),
        ("tags: One", "not a list"),
        ("title: [x]", "not text"),
        ("title: ' '", 'empty "title"'),
        ("cover: {alt: x}", "without an url"),
        ("authors: [{slug: x}]", "without a name"),
        ("just words", 'not made of "key: value" lines'),
        ("title: [x", "cannot be read (line"),
        ('title: "\\UFFFFFFFF"', "YAML does not allow"),
        ('title: "\\ud800"', "surrogate"),
        ('title: "a\\0b"', "NUL"),
        ("tags: " + "[" * 200, "nested too deep"),
        ("title: " + "x" * 70_000, "more than 64 KB"),
    ],
)
def test_front_matter_that_cannot_be_used_is_refused_with_a_reason(
    header: str, message: str
) -> None:
    with pytest.raises(DocumentFault) as fault:
        reading.parse(f"---\n{header}\n---\nText")
    assert message in str(fault.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("a\0b", "NUL"),
        ("\ud800", "surrogate"),
        ("***\n---\n", "no title"),
        ("---\ntitle: x\n", 'no line "---" ends'),
        ("+++\ntitle = x\n+++\n", "TOML"),
        ("+++\ntags = " + "[" * 5000 + "\n+++\n", "nested too deep"),
        ("+++\ntitle = " + "9" * 5000 + "\n+++\n", "too large a number"),
    ],
)
def test_a_text_that_is_no_post_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(DocumentFault) as fault:
        reading.parse(text)
    assert message in str(fault.value)


def test_what_the_caller_says_wins_over_the_file() -> None:
    overrides = Overrides(title="T", slug="s", authors=("A", "B"), tags=("x",))
    document = reading.parse(FULL, overrides=overrides)
    assert (document.title, document.slug) == ("T", "s")
    assert document.authors == (Byline("A"), Byline("B"))
    assert document.tags == ("x",)
    assert document.excerpt == "Short."


def test_only_what_the_file_says_is_stated() -> None:
    assert reading.parse("# Title\n\nText").stated == {"title", "body"}
    cleared = reading.parse("---\nexcerpt:\ncover:\ntags: []\nslug:\ndate:\n---\n# T\n")
    assert cleared.stated == {"title", "body", "excerpt", "cover", "tags"}


def test_plain_text_keeps_its_paragraphs_and_nothing_vanishes() -> None:
    text = "A Title\n\n    Indented <first> line\nof a paragraph.\n \n\nSecond, 1 < 2.\n\n- item\n"
    document = reading.parse(text, plain_text=True)
    assert document.title == "A Title"
    assert document.body == ("Indented \\<first> line\nof a paragraph.\n\nSecond, 1 < 2.\n\n- item")


def test_text_copied_from_a_page_keeps_every_line_below_a_stated_title() -> None:
    text = "top of page\n  • Somebody\n\nThe Title\n\nFirst.\n\nSecond.\n"
    document = reading.parse(text, plain_text=True, overrides=Overrides(title="The Title"))
    assert document.title == "The Title"
    assert document.body == text.strip()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfeT\x00", "not UTF-8"),
        (b"Caf\xe9", "not UTF-8 text (byte 4)"),
        (b"x" * (reading.MAX_BYTES + 1), "larger than 5 MB"),
        (b"a\0", "NUL"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "post.md"
    file.write_bytes(content)
    with pytest.raises(DocumentFault) as fault:
        reading.load(file)
    assert message in str(fault.value)


def test_a_file_of_exactly_the_largest_size_is_read(tmp_path: Path) -> None:
    file = tmp_path / "post.txt"
    file.write_bytes(b"Title\n\n" + b"x" * (reading.MAX_BYTES - 7))
    assert reading.load(file).title == "Title"


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path, message in ((tmp_path / "no.md", "does not exist"), (tmp_path, "is not a file")):
        with pytest.raises(DocumentFault, match=message):
            reading.load(path)


_PIECES = st.sampled_from(
    [
        *("---\n", "+++\n", "...\n", "title: ", "tags: [", "]", "{", "}", "a: &a [*a]\n", "date: "),
        *("*a", "<<: ", "? ", "- ", "|\n ", "'", '"', "\\U", "\n", "=\n", "```\n", "title = "),
        *("2026-13-01", "0x", "!!int x", "%YAML 1.9\n", "\ud800", "\0", "\x85", "\u2028", "# "),
        *("\ufeff", "[[a]]", "&", "*", ">", "@", "`", "\t", "\r", "# x\n"),
    ]
)
_TEXTS = st.one_of(st.text(), st.lists(st.one_of(_PIECES, st.text(max_size=5))).map("".join))


def _parsed(text: str, *, plain_text: bool = False) -> Document | None:
    """Return the document, or None for a fault; anything else is a crash."""
    try:
        return reading.parse(text, plain_text=plain_text)
    except DocumentFault:
        return None


@given(text=_TEXTS, plain_text=st.booleans())
@example(text="---\n!!timestamp x\n---\n", plain_text=False)
def test_any_text_is_a_document_or_a_fault(text: str, *, plain_text: bool) -> None:
    document = _parsed(text, plain_text=plain_text)
    assert document is None or document.title.strip()
    assert document is None or "\0" not in document.body


@given(header=_TEXTS, mark=st.sampled_from(["---", "+++"]))
def test_any_front_matter_is_a_document_or_a_fault(header: str, mark: str) -> None:
    document = _parsed(f"{mark}\n{header}\n{mark}\nText")
    assert document is None or document.title.strip()


def test_reading_documents_needs_neither_an_http_client_nor_rich() -> None:
    code = (
        "import sys, cms.commands.documents.reading\n"
        "print([name for name in ('httpx2', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_example_is_a_document() -> None:
    folder = resources.files("cms.commands") / "examples"
    examples = [
        reading.parse(file.read_text("utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".md")
    ]
    assert len(examples) >= 7
    assert len({document.slug for document in examples}) == len(examples)
    assert [document.slug for document in examples if document.featured]
    assert {document.status for document in examples} == {"draft", "published"}
    assert all(byline.slug for document in examples for byline in document.authors)
