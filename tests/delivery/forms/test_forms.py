"""A post as Markdown and as JSON-LD: what it says is in it, and nothing gets out of it."""

import json
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.commands.documents import front_matter, reading
from cms.delivery.forms import json_ld, markdown
from cms.delivery.forms.schemas import BlogPosting
from cms.editions.schemas import SUMMARY
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery.feeds.readers import changed
from tests.delivery.test_statements import cost

ADDRESSES = ("/posts/{}.md", "/api/v1/posts/{}/jsonld")
each_form = pytest.mark.parametrize("address", ADDRESSES)
BODY = "---\n\nIt *works*. <script>x</script>\n"
VALUES: dict[str, Any] = {
    "title": 'A "title": with # and </script> & more',
    "slug": "one",
    "excerpt": "Short\n---\nand: sweet",
    "body": BODY,
    "authors": ["ann"],
    "tags": ["News: now"],
    "published_at": "2020-02-29T12:00:00.000Z",
    "featured": True,
    "cover": {"url": "/a.png", "alt": "- a", "caption": None},
    "seo": {"title": None, "description": "For engines", "canonical_url": None},
}


@pytest.fixture
def post(editor: Caller) -> dict[str, Any]:
    """A post with everything."""
    factories.an_author(editor, name="Ann: B", slug="ann")
    return factories.a_published_post(editor, **VALUES)


@pytest.mark.usefixtures("post")
def test_the_markdown_of_a_post_is_what_it_was_published_from(
    editor: Caller, post: dict[str, Any], client: ContractClient
) -> None:
    factories.edited(editor, post, body="A draft", title="A draft")

    answer = client.get("/posts/one.md")

    assert answer.content_type == "text/markdown; charset=utf-8"
    stated, text = front_matter.split(answer.get_data(as_text=True))
    assert text == f"\n\n{BODY}"
    assert stated == {
        **{name: VALUES[name] for name in ("title", "slug", "excerpt", "featured", "cover")},
        "published_at": VALUES["published_at"],
        "authors": [{"name": "Ann: B", "slug": "ann"}],
        "tags": ["News: now"],
        "seo": {"description": "For engines"},
    }


@pytest.mark.usefixtures("post")
def test_the_authors_client_takes_the_markdown_back(client: ContractClient) -> None:
    document = reading.parse(client.get("/posts/one.md").get_data(as_text=True))

    assert (document.title, document.slug) == (VALUES["title"], "one")
    assert document.body.strip() == BODY.strip()
    assert [author.slug for author in document.authors] == ["ann"]
    assert document.tags == ("News: now",)


@given(st.text(st.characters(exclude_categories=["Cs"])))
@settings(deadline=None)
def test_any_title_stays_inside_of_the_front_matter(title: str) -> None:
    text = markdown.write({**SUMMARY, "title": title}, "# Body\n")

    stated, body = front_matter.split(text)

    assert stated.get("title", "") == title
    assert stated["slug"] == SUMMARY["slug"]
    assert body == "\n\n# Body\n"


def test_json_ld_says_what_the_post_is(
    app: Edge, post: dict[str, Any], client: ContractClient
) -> None:
    shown = client.get("/api/v1/posts/one").get_json()
    with changed(app, site_language="en"):
        found = client.get("/api/v1/posts/one/jsonld").get_json(force=True)

    assert found == {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "@id": f"urn:uuid:{post['id']}",
        "url": "https://blog.test/posts/one",
        "mainEntityOfPage": "https://blog.test/posts/one",
        "headline": VALUES["title"],
        "description": "For engines",
        "image": "https://blog.test/a.png",
        "datePublished": VALUES["published_at"],
        "dateModified": shown["updated_at"],
        "author": [{"@type": "Person", "name": "Ann: B", "url": "https://blog.test/by/ann"}],
        "publisher": {"@type": "Organization", "name": "Blog", "url": "https://blog.test/"},
        "keywords": ["News: now"],
        "wordCount": shown["word_count"],
        "timeRequired": f"PT{shown['reading_minutes']}M",
        "inLanguage": "en",
    }


@pytest.mark.usefixtures("post")
def test_without_addresses_of_pages_json_ld_has_none(app: Edge, client: ContractClient) -> None:
    with changed(app, post_url="", author_url="", home_url=""):
        found = client.get("/api/v1/posts/one/jsonld").get_json(force=True)

    assert not {"url", "mainEntityOfPage", "image"} & found.keys()
    assert found["headline"] == VALUES["title"]


class _Scripts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert attrs is not None
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(["</script>", "<!--"]))
@settings(deadline=None)
def test_json_ld_cannot_leave_its_script_element(title: str) -> None:
    text = json_ld.write({**BlogPosting.example, "headline": title}).decode()
    page = _Scripts()
    page.feed(f'<script type="application/ld+json">{text}</script>')
    page.close()

    assert page.tags == ["script"]
    assert json.loads(page.text)["headline"] == title
    assert not set(text) & set("<>&")


@each_form
def test_forms_move_and_go_with_the_post(
    address: str, editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor, slug="before")
    factories.published(editor, factories.edited(editor, post, slug="after"))
    factories.a_post(editor, slug="draft")

    answer = client.get(address.format("before"))
    assert answer.status_code == 308
    assert answer.headers["Location"] == address.format("after")
    assert client.get(address.format("draft")).status_code == 404

    factories.unpublished(editor, post)

    for slug in ("before", "after"):
        assert client.get(address.format(slug)).status_code == 410


@each_form
def test_forms_show_the_past(address: str, editor: Caller, client: ContractClient) -> None:
    post = factories.a_published_post(editor, slug="one", title="Old")
    version = client.get("/api/v1/posts").get_json()["version"]
    old = client.get(address.format("one")).get_data()
    factories.published(editor, factories.edited(editor, post, title="New", slug="two"))

    answer = client.get(f"{address.format('one')}?as_of={version}")

    assert answer.get_data() == old


@each_form
@pytest.mark.usefixtures("post")
def test_a_form_costs_one_statement(address: str, app: Edge, admin: Caller) -> None:
    assert cost(app, admin, address.format("one")) == 1
