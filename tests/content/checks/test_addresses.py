"""Which links lead to the blog's own pages."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cms.content.posts.checks.addresses import Pages, Place
from tests.conftest import make_settings


def _pages(post: str = "", tag: str = "", author: str = "") -> Pages:
    urls = {"post_url": post, "tag_url": tag, "author_url": author}
    return Pages.of(make_settings("sqlite://", Path(), **urls))


USUAL = _pages(
    "https://blog.test/posts/{slug}",
    "https://blog.test/tags/{slug}/",
    "https://blog.test/by/{slug}",
)
ROOT = _pages("https://blog.test/{slug}", "https://blog.test/tags/{slug}")


def _found(pages: Pages, address: str) -> tuple[str, str] | None:
    place = pages.place(address, seen_from="own")
    return None if place is None else (place.kind, place.slug)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://blog.test/posts/a-b", ("post", "a-b")),
        ("http://BLOG.test:80/posts/a-b/", ("post", "a-b")),
        ("//blog.test/posts/a", ("post", "a")),
        ("/posts/a?from=b#c", ("post", "a")),
        ("other", ("post", "other")),
        ("./../posts/a", ("post", "a")),
        ("/tags/news", ("tag", "news")),
        ("/tags/news/", ("tag", "news")),
        ("/by/jane", ("author", "jane")),
        ("https://blog.test:8443/posts/a", None),
        ("https://other.test/posts/a", None),
        ("https://blog.test.evil.test/posts/a", None),
        ("/posts/", None),
        ("/posts", None),
        ("/posts/a/b", None),
        ("/posts/a.html", None),
        ("/posts/A", None),
        (f"/posts/{'a' * 101}", None),
        ("/posts/a%2Fb", None),
        ("/about", None),
        ("/", None),
        ("mailto:a@blog.test", None),
        ("https://[", None),
        ("https://blog.test:x/posts/a", None),
    ],
)
def test_an_address_is_read_as_a_browser_on_the_page_would(
    address: str, found: tuple[str, str] | None
) -> None:
    assert _found(USUAL, address) == found


@pytest.mark.parametrize(
    ("pattern", "address", "slug"),
    [
        ("https://b.test/{slug}.html", "/a.html#c", "a"),
        ("https://b.test/{slug}.html", "/a", None),
        ("https://b.test/?p={slug}", "/?p=a#c", "a"),
        ("https://b.test/?p={slug}", "/?p=a&q=b", None),
        ("https://b.test/#/{slug}", "/#/a", "a"),
        ("https://b.test/#{slug}", "/#a", "a"),
        ("https://b.test/p/{slug}?x=1", "/p/a?x=1", "a"),
        ("https://b.test/p/{slug}?x=1", "/p/a", None),
        ("https://b.test/SLUG/{slug}", "/SLUG/a", "a"),
    ],
)
def test_every_pattern_that_the_settings_allow_is_understood(
    pattern: str, address: str, slug: str | None
) -> None:
    found = _found(_pages(pattern), address)

    assert found == (slug and ("post", slug))


def test_right_below_the_root_any_page_may_be() -> None:
    assert ROOT.place("/about", seen_from="own") == Place("post", "about", is_certain=False)
    assert ROOT.place("/tags/news", seen_from="own") == Place("tag", "news", is_certain=True)


def test_without_addresses_nothing_is_ours() -> None:
    assert _found(_pages(), "/posts/a") is None
    assert _found(_pages(tag="https://b.test/t/{slug}"), "/t/a") is None
    assert _found(_pages(tag="https://b.test/t/{slug}"), "https://b.test/t/a") == ("tag", "a")


@given(st.text() | st.text(alphabet="/:?#[]@.%ab1\\ \x00\ud800").map("https://blog.test/".__add__))
@example("//[")
@example("https://blog.test:99999/posts/a")
def test_no_address_is_too_strange(address: str) -> None:
    for pages in (USUAL, ROOT):
        place = pages.place(address, seen_from="own")
        assert place is None or place.slug.replace("-", "").isalnum()
