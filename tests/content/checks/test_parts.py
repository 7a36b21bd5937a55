"""What a Markdown source is made of, and in which line."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cms.content import markdown
from cms.content.markdown.parts import Heading, Image, Link, Reference

PIECES = st.sampled_from(
    [
        *("# ", "### ", "Title\n===\n", "[a](/posts/b)", "![](c)", '![*d*](e "f")', "\n", "\n\n"),
        *("> ", "- ", "[^1]", "\n\n[^1]: note\n", "<img src=g>", "<h4 id=i>", "</h4>"),
        *("<a href=#i>", "<div>\n", "<!-- ", "-->", "`", "```\n", "| a | b |\n|---|---|\n"),
        *("[r]: /x\n\n[r]", "[#](#i)", "\\", "&#0;", "\u202e", "www.k.test", "<script>"),
        "![" * 20,
    ]
)
SOURCES = st.lists(PIECES | st.text(max_size=10), max_size=30).map("".join)


def test_each_part_has_its_line() -> None:
    parts = markdown.read(
        "# One\n"
        "\n"
        "Text [a](/a)\n"
        "goes on ![b *c* `d`](/b) and  \n"
        "ends [e][ref] <img src=/f\n"
        "  alt=g> www.h.test\n"
        "\n"
        "Two\n"
        "---\n"
        "\n"
        "> - ![](/i)\n"
        "\n"
        "| j | k |\n"
        "|---|---|\n"
        "| x | [l](/l) |\n"
        "\n"
        "<div>\n"
        "<h4>M</h4>\n"
        "<p><a href='/n&amp;o'>n</a><img src=/p alt>\n"
        "\n"
        "Note.[^q]\n"
        "\n"
        "[^q]: See [r](/r).\n"
        "\n"
        "[ref]: /e\n"
    )

    assert parts.headings == (Heading(1, 1), Heading(2, 8), Heading(4, 18))
    assert parts.links == (
        Link("/a", 3),
        Link("/e", 5),
        Link("http://www.h.test", 6),
        Link("/l", 15),
        Link("/n&o", 19),
        Link("/r", 23),
    )
    assert parts.images == (
        Image("/b", "b c d", 4),
        Image("/f", "g", 5),
        Image("/i", None, 11),
        Image("/p", "", 19),
    )


@pytest.mark.parametrize("before", ["`a\nb`", "<b\nid=c>", "![a\nb](/c)", "[a\nb](/c)", "ä\\\n"])
def test_the_line_of_a_link_is_exact_behind_what_has_lines_itself(before: str) -> None:
    source = f"> é {before} [d](/d)".replace("\n", "\n> ")
    assert markdown.read(source).links[-1] == Link("/d", 2)


@pytest.mark.parametrize(
    "source", ["`[a](/a)`", "    [a](/a)", "<!-- <a href=/a> -->", "<script><a href=/a></script>"]
)
def test_what_readers_cannot_follow_is_no_link(source: str) -> None:
    assert markdown.read(source).links == ()


def test_a_reference_without_its_footnote_has_its_line() -> None:
    parts = markdown.read(
        "One[^a] and [^b]\ntwo[^c] *[^d]* [e [^e]](/e)\n\n> - [^f]\n\n[^b]: Note.[^g]\n"
    )

    assert parts.missing_footnotes == (
        Reference("[^a]", 1),
        *(Reference(f"[^{label}]", 2) for label in "cde"),
        Reference("[^f]", 4),
        Reference("[^g]", 6),
    )


@pytest.mark.parametrize(
    "source",
    [
        *("[^a]\n\n[^a]: Note.", "`[^a]`", "    [^a]", "```\n[^a]\n```", r"\[^a]", r"[\^a]"),
        *("[^a](/b)", "[^a][b]\n\n[b]: /b", "[^a b]", "[^]", "[ ^a]", "<b title='[^a]'>"),
        *("<!-- [^a] -->", "![^a](/b)", "<https://k.test/[^a]>"),
    ],
)
def test_what_is_no_reference_misses_no_footnote(source: str) -> None:
    assert markdown.read(source).missing_footnotes == ()


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("a[^b]c", "<p>a[^b]c</p>"),
        ("[^*a*]", "<p>[^<em>a</em>]</p>"),
        ("**[^a]**", "<p><strong>[^a]</strong></p>"),
        ("x@[^a]y.zz www.k.test[^a]", None),
        ("## A [^b]", None),
    ],
)
def test_a_reference_without_its_footnote_stays_text(source: str, html: str | None) -> None:
    rendered = markdown.render(source)
    # With a footnote elsewhere the words are looked up, and not found.
    other = markdown.render(f"{source}\n\n[^z]: Note.")

    assert rendered.html.strip() == other.html.partition("<section")[0].strip()
    assert html is None or rendered.html.strip() == html
    assert len(markdown.read(source).missing_footnotes) > 0


@pytest.mark.parametrize(
    ("source", "is_empty"),
    [("", True), (" \n\t\n", True), ("[a]: /b\n", True), ("x", False), ("![](/a)", False)],
)
def test_a_text_is_empty_when_it_shows_nothing(source: str, *, is_empty: bool) -> None:
    assert markdown.read(source).is_empty is is_empty


LINKED = '# One two\n\n# One two\n\n<b id="raw">x</b> y[^a] z[^a]\n\n[^a]: Note.\n\n'


@pytest.mark.parametrize(
    ("address", "is_broken"),
    [
        ("#one-two", False),
        ("#One%20Two", False),
        ("#one-two-2", False),
        ("#content-one-two", False),
        ("#raw", False),
        ("#fn-1", False),
        ("#fnref-1-2", False),
        ("#", False),
        ("#Top", False),
        ("#one-two-3", True),
        ("#fn-2", True),
        ("#fnref-1-3", True),
        ("#%FF", True),
        ("/elsewhere#three", False),
    ],
)
def test_a_link_into_the_text_is_broken_where_nothing_is_called_so(
    address: str, *, is_broken: bool
) -> None:
    source = f"{LINKED}[x]({address})"

    (link,) = markdown.read(source).links
    (shown,) = [
        part.partition('"')[0]
        for part in markdown.render(source).html.split('<a href="')[1:]
        if ">x<" in part
    ]

    assert link.is_broken is is_broken
    # And so the page has it: what leads somewhere was led there.
    if not is_broken and len(shown) > 1 and shown.startswith("#content"):
        assert f'id="{shown[1:]}"' in markdown.render(source).html


@settings(deadline=None)
@given(SOURCES)
@example("![" * 500 + "](x)" * 500)
@example("\r\n\r\n<a\r\nhref=x>\r\n[y](z)")
def test_any_text_has_parts_on_lines_that_it_has(source: str) -> None:
    parts = markdown.read(source)

    last = source.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    lines = [
        *(heading.line for heading in parts.headings),
        *(link.line for link in parts.links),
        *(image.line for image in parts.images),
        *(reference.line for reference in parts.missing_footnotes),
    ]
    assert all(1 <= line <= last for line in lines)
    assert all(1 <= heading.level <= 6 for heading in parts.headings)


@settings(deadline=None)
@given(SOURCES)
def test_reading_beside_rendering_changes_neither(source: str) -> None:
    rendered, parts = markdown.render_and_read(source)

    assert rendered == markdown.render(source)
    assert parts == markdown.read(source)
