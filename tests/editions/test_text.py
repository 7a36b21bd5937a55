"""The plain text and the headings of an edition are what its HTML says."""

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.content import markdown
from cms.editions import text

PIECES = st.sampled_from(
    [
        *("# One", "## One", "### *Two* & `three`", "#### <b>Four</b> [five](/x)", "######"),
        *("<h2>Raw</h2>", '<h3 id="own">Own</h3>', "<h2><img src=/a.png alt=x></h2>"),
        *("<details><h4>Inside</h4></details>", "> # Quoted", "- # Listed", "Setext\n---"),
        *("# Note[^1]\n\n[^1]: # Below", "# " + "x" * 200, "# <script>alert(1)</script>", "# 漢字"),
        *("a  b\nc", "| a | b |\n|-|-|\n| c | d |", "```\n# code\n```", "&lt;h1&gt; &amp;amp;"),
        *("<h1>a<div><h1>b</h1></div></h1>", "<h2>a<h3>b", "#### \u202eright to left", "# \x00"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=6))
def test_the_table_of_contents_has_the_anchors_of_the_html_in_order(pieces: list[str]) -> None:
    html = markdown.render("\n\n".join(pieces)).html
    # Looking ahead only: HTML may have a heading in a heading.
    openings = re.findall(r"(?=<h([1-6])([^>]*)>(.*?)</h\1>)", html, re.DOTALL)

    found = text.headings(html)

    expected = []
    for level, attributes, inner in openings:
        # Marks of footnotes, and the ways back from them, are no part of what a heading says.
        marks = r'<sup class="footnote-ref">.*?</sup>|<a [^>]*class="footnote-backref".*?</a>'
        bare = re.sub(marks, "", inner, flags=re.DOTALL)
        title = " ".join(unescape(re.sub("<[^>]+>", " ", bare)).split())
        if title:
            anchor = re.search(' id="([^"]+)"', attributes)
            expected.append((anchor and anchor[1], int(level), title.replace(" ", "")))
    assert [(one["id"], one["level"], one["title"].replace(" ", "")) for one in found] == expected


@settings(max_examples=100, deadline=None)
@given(st.lists(PIECES, max_size=6))
def test_the_plain_text_is_what_words_are_counted_in(pieces: list[str]) -> None:
    rendered = markdown.render("\n\n".join(pieces))

    assert text.plain(rendered.html) == rendered.text


@pytest.mark.parametrize(
    ("source", "heading"),
    [
        ("## A *b* `c` [d](/e)", {"id": "content-a-b-c-d", "level": 2, "title": "A b c d"}),
        ("# 1 < 2 & 3", {"id": "content-1-2-3", "level": 1, "title": "1 < 2 & 3"}),
        ("<h3>Raw</h3>", {"id": None, "level": 3, "title": "Raw"}),
        ('<h6 id="own">Own</h6>', {"id": "content-own", "level": 6, "title": "Own"}),
    ],
)
def test_a_heading_says_where_it_is_and_what(source: str, heading: dict[str, object]) -> None:
    assert text.headings(markdown.render(source).html) == [heading]
