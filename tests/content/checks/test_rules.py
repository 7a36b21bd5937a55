"""Each rule over the post alone, as a table."""

from typing import Any

import pytest

from cms.content import markdown
from cms.content.posts.checks import rules
from cms.content.posts.checks.findings import Severity
from cms.content.posts.content import Content

NO_SEO = {"title": None, "description": None, "canonical_url": None}


def a_content(**changed: Any) -> Content:
    """A post with nothing wrong."""
    values: dict[str, Any] = {
        "slug": "a-title",
        "title": "A title",
        "excerpt": "An excerpt.",
        "body": "Text.",
        "cover": None,
        "seo": NO_SEO,
        "featured": False,
        "published_at": None,
        "author_ids": (),
        "tag_ids": (),
    }
    return Content(**{**values, **changed})


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (a_content(title="x" * 60), []),
        (a_content(title="x" * 61), ["#/title"]),
        (a_content(title="\u00e9" * 60), []),
        (a_content(title="e\u0301" * 60), []),
        (a_content(title="\u6f22" * 30), []),
        (a_content(title="\u6f22" * 31), ["#/title"]),
        (a_content(title="x" * 300, seo={**NO_SEO, "title": "Short"}), []),
        (a_content(seo={**NO_SEO, "title": "x" * 61}), ["#/seo/title"]),
    ],
)
def test_search_engines_cut_long_titles(content: Content, pointers: list[str]) -> None:
    assert [finding.pointer for finding in rules.title(content)] == pointers


@pytest.mark.parametrize(("length", "count"), [(0, 0), (160, 0), (161, 1), (1000, 1)])
def test_search_engines_cut_long_descriptions(length: int, count: int) -> None:
    found = list(rules.description(a_content(seo={**NO_SEO, "description": "x" * length})))

    assert [finding.pointer for finding in found] == ["#/seo/description"] * count


@pytest.mark.parametrize(
    ("excerpt", "severities"),
    [
        ("Words.", []),
        (None, [Severity.INFO]),
        ("", [Severity.WARNING]),
        (" \n", [Severity.WARNING]),
    ],
)
def test_an_empty_excerpt_is_worse_than_none(
    excerpt: str | None, severities: list[Severity]
) -> None:
    assert [finding.severity for finding in rules.excerpt(a_content(excerpt=excerpt))] == severities


@pytest.mark.parametrize(
    ("cover", "count"),
    [
        (None, 0),
        ({"url": "/a", "alt": "A cat", "caption": None}, 0),
        ({"url": "/a", "alt": "", "caption": None}, 1),
        ({"url": "/a", "alt": " ", "caption": "A cat"}, 1),
    ],
)
def test_a_cover_needs_words(cover: dict[str, Any] | None, count: int) -> None:
    found = list(rules.cover(a_content(cover=cover)))

    assert [finding.pointer for finding in found] == ["#/cover/alt"] * count


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("![A cat](/a)", []),
        ("x\n\n![](/a)", [3]),
        ("![ ](/a)\n![\n](/b)", [1, 2]),
        ('<img src="/a">', [1]),
        ('<img src="/a" alt="">', []),
        ('<img src="/a" alt="  ">', [1]),
        ("`![](/a)`", []),
    ],
)
def test_an_image_needs_words_unless_html_says_that_it_decorates(
    source: str, lines: list[int]
) -> None:
    assert [finding.line for finding in rules.images(markdown.read(source))] == lines


@pytest.mark.parametrize(
    ("levels", "skipping"),
    [
        ([], []),
        ([1, 2, 3, 2, 3, 1], []),
        ([2, 3, 4, 2], []),
        ([3], [3]),
        ([2, 4, 4, 5], [4]),
        ([2, 6, 3, 5], [6, 5]),
    ],
)
def test_headings_go_down_one_level_at_a_time(levels: list[int], skipping: list[int]) -> None:
    source = "\n\n".join(f"{'#' * level} Title {level}" for level in levels)

    found = list(rules.headings(markdown.read(source)))

    assert [finding.detail.split()[4] for finding in found] == [str(level) for level in skipping]


@pytest.mark.parametrize(("source", "count"), [("", 1), ("\n", 1), ("x", 0), ("![](/a)", 0)])
def test_a_post_has_a_text(source: str, count: int) -> None:
    found = list(rules.emptiness(markdown.read(source)))

    assert [finding.severity for finding in found] == [Severity.ERROR] * count


def test_a_broken_link_into_the_text_is_shown_with_its_line() -> None:
    (found,) = rules.fragments(markdown.read("## Here\n\n[a](#here)\n[b](#there)"))

    assert (found.line, "'#there'" in found.detail) == (4, True)


def test_a_reference_without_its_footnote_is_a_warning_with_its_line() -> None:
    (found,) = rules.footnotes(markdown.read("One[^a]\ntwo[^b]\n\n[^a]: Note."))

    assert (found.code, found.severity) == ("missing_footnote", Severity.WARNING)
    assert (found.pointer, found.line, "'[^b]'" in found.detail) == ("#/body", 2, True)
