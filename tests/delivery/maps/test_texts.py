"""robots.txt and llms.txt say what they should and cannot be made to say more."""

import urllib.robotparser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cms.delivery.blog import Blog
from cms.delivery.maps import llms
from cms.editions.schemas import SUMMARY
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery.feeds.readers import changed

BLOG = Blog(
    service="https://cms.test",
    home="",
    name="Blog",
    description="",
    language="",
    post_pattern="",
    tag_pattern="",
    author_pattern="",
)


def test_robots_lets_crawlers_see_what_is_public(app: Edge, client: ContractClient) -> None:
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer.content_type) == (200, "text/plain; charset=utf-8")
    robots = urllib.robotparser.RobotFileParser()
    robots.parse(answer.get_data(as_text=True).splitlines())

    assert robots.site_maps() == ["http://localhost/sitemap.xml"]
    for path in ("/api/v1/posts", "/feed.xml", "/sitemap.xml", "/llms.txt", "/posts/a.md"):
        assert robots.can_fetch("anybot", path)
    assert not robots.can_fetch("anybot", "/api/v1/manage/posts")
    assert not robots.can_fetch("anybot", "/api/v1/auth/login")
    with changed(app, post_url=""):
        assert "Sitemap" not in client.get("/robots.txt").get_data(as_text=True)


def test_llms_leads_to_the_markdown_of_each_post(
    app: Edge, editor: Caller, client: ContractClient
) -> None:
    factories.a_published_post(editor, title="A *bold* [claim](x)", slug="one", excerpt="So\nit is")
    factories.a_post(editor, title="Draft")
    with changed(app, site_description="What we think"):
        answer = client.get("/llms.txt")

    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.get_data(as_text=True) == (
        "# Blog\n\n> What we think\n\n## Posts\n\n"
        r"- [A \*bold\* \[claim\](x)](http://localhost/posts/one.md): So it is"
        "\n"
    )
    assert client.get("/posts/one.md").status_code == 200


def test_llms_names_the_newest_and_where_the_rest_is(
    editor: Caller, client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(llms, "MOST_POSTS", 2)
    for number in range(3):
        factories.a_published_post(editor, slug=f"p-{number}")

    text = client.get("/llms.txt").get_data(as_text=True)

    assert "p-2.md" in text
    assert "p-1.md" in text
    assert "p-0.md" not in text
    assert "(http://localhost/api/v1/posts)" in text


@given(
    title=st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1),
    excerpt=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_title_is_one_link_with_these_words(title: str, excerpt: str) -> None:
    title = " ".join(title.split()) or "x"
    text = llms.write(BLOG, [{**SUMMARY, "title": title, "excerpt": excerpt}], more=False)

    tokens = MarkdownIt("commonmark").parse(text)

    lines = [token for token in tokens if token.type == "inline"]
    assert [token.content for token in lines[:2]] == ["Blog", "Posts"]
    (item,) = lines[2:]
    assert item.children is not None
    kinds = [child.type for child in item.children]
    assert kinds[:1] + kinds[2:3] == ["link_open", "link_close"]
    assert set(kinds[3:]) <= {"text"}
    assert item.children[0].attrGet("href") == f"https://cms.test/posts/{SUMMARY['slug']}.md"
    assert item.children[1].content == title
