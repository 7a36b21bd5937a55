"""Whatever a post says, its feeds are valid and say the same."""

import re
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cms.delivery.feeds import links
from cms.delivery.feeds.answers import ATOM, JSON, RSS
from cms.delivery.feeds.feed import Entry, Feed, Person, Tag
from tests.delivery.feeds import readers

FORMATS = {one.name: one for one in (RSS, ATOM, JSON)}
HOSTILE = (
    "</title></item><item><title>x",
    "<script>alert(1)</script>",
    "]]><!--",
    "a &amp; b &lt;c&gt; &nbsp; &bogus;",
    "<?xml version='1.0'?>",
    '" onload="x',
    "\u202eright to left\u202c",
    "\ufffe\uffff",
    "\x00\x08\x0b\x1f",
    "\U0001f600\U0010ffff",
    "{{7*7}} ${x} %s",
)
# Control characters that feedparser takes for characters of Windows. No title has them.
WINDOWS = [chr(number) for number in range(0x80, 0xA0)]
texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters=WINDOWS),
    min_size=1,
    max_size=60,
)
# What XML 1.0 cannot carry, by its own list of what it can.
LEGAL = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def carried(text: str) -> str:
    """What is left of a text in XML, for a reader that folds the space around it."""
    return "".join(LEGAL.findall(text)).replace("\r\n", "\n").replace("\r", "\n").strip()


def a_feed(text: str) -> Feed:
    """A feed that has ``text`` wherever an author can write."""
    moment = datetime(2026, 3, 1, 9, tzinfo=UTC)
    entry = Entry(
        id="urn:uuid:019ab3c4-0000-7000-8000-0000000000c1",
        address="https://blog.test/posts/one",
        title=text,
        summary=text,
        html=f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>",
        image="https://blog.test/a.png?a=1&b=2",
        authors=(Person(text, "https://blog.test/by/ann"),),
        tags=(Tag("news", text),),
        published=moment,
        updated=moment,
    )
    return Feed(
        id="https://blog.test/",
        address="http://localhost/feed",
        page="https://blog.test/",
        title=f"Blog: {text}",
        description=text,
        language="",
        publisher=f"Blog {text}",
        hub="",
        following="",
        entries=(entry, replace(entry, id="urn:uuid:019ab3c4-0000-7000-8000-0000000000c2")),
    )


@pytest.mark.parametrize("name", FORMATS)
@given(text=texts)
@settings(deadline=None)
def test_any_title_comes_back_from_a_valid_feed(name: str, text: str) -> None:
    assert_comes_back(name, text)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_title_comes_back_from_a_valid_feed(name: str, text: str) -> None:
    assert_comes_back(name, text)


def assert_comes_back(name: str, text: str) -> None:
    """Through a schema and a reader."""
    # Where all characters are of Latin-1, feedparser looks for a wrong encoding and "repairs" it.
    text = f"\u2603{text}"
    body = FORMATS[name].write(a_feed(text))
    readers.check(name, body)

    read = readers.read(name, body)

    wanted = text if name == "feed.json" else carried(text)
    assert [item.title for item in read.items] == [wanted] * 2
    assert read.title == f"Blog: {wanted}"


ADDRESSES = st.sampled_from(
    (
        *("/a", "a/../b", "?q=1&r=2", "#x", "//cdn.test/a", "https://a.test/", "mailto:a@b.test"),
        *("tel:1", "http://[", "http://a.test:port/", "", "a b", "&amp;"),
    )
)


@given(st.lists(ADDRESSES, max_size=5))
@example(["http://["])
def test_making_addresses_whole_twice_changes_nothing_more(addresses: list[str]) -> None:
    html = "".join(
        f'<a href="{one.replace("&", "&amp;")}">&lt;a href="/x"&gt;</a>' for one in addresses
    )
    page = "https://blog.test/posts/one"

    once = links.whole(html, seen_from=page)

    assert links.whole(once, seen_from=page) == once
    assert once.count('&lt;a href="/x"&gt;') == len(addresses)
    assert ' href="/' not in once.replace('&lt;a href="/x"&gt;', "")


def test_only_addresses_are_touched() -> None:
    html = (
        '<p title="/a" class="k">href="/b" &amp; <img src="/c" alt="src=&quot;/d&quot;" '
        'loading="lazy"><blockquote cite="e">x</blockquote></p>'
    )

    assert links.whole(html, seen_from="https://blog.test/posts/one") == (
        '<p title="/a" class="k">href="/b" &amp; <img src="https://blog.test/c" '
        'alt="src=&quot;/d&quot;" loading="lazy"><blockquote cite="https://blog.test/posts/e">'
        "x</blockquote></p>"
    )


def test_the_test_knows_what_xml_cannot_carry() -> None:
    assert all(unicodedata.category(one) in {"Cc", "Cn"} for one in "\x00\x1f\ufffe\uffff")
    assert carried("a\x00\ufffeb\U0001f600") == "ab\U0001f600"
