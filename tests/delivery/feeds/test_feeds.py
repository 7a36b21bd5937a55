"""A feed reader sees what is published, under ids that never change."""

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery.feeds import readers
from tests.delivery.test_statements import cost

each_format = pytest.mark.parametrize("name", readers.FORMATS)
PLACES = ("", "/tags/news", "/authors/ann")
each_feed = pytest.mark.parametrize(
    "path", [f"{place}/{name}" for place in PLACES for name in readers.FORMATS]
)
BODY = (
    "See [here](/there?a=1&b=2), [below](#end), ![it](pic.png), [mail](mailto:a@b.test).\n\n# End"
)


@pytest.fixture
def post(editor: Caller) -> dict[str, str]:
    """A post with everything."""
    factories.an_author(editor, name="Ann & Co", slug="ann", bio="Writes <things>.")
    factories.a_tag(editor, name="News <now>", slug="news")
    return factories.a_published_post(
        editor,
        slug="first",
        title="First <b>title</b>",
        body=BODY,
        authors=["ann"],
        tags=["news"],
        cover={"url": "/covers/1.jpg?a=1&b=2", "alt": "A <cover>"},
    )


@each_feed
def test_a_post_is_in_each_feed_whole(
    path: str, post: dict[str, str], client: ContractClient
) -> None:
    read = readers.fetch(client, path)

    (item,) = read.items
    assert (item.id, item.title) == (f"urn:uuid:{post['id']}", "First <b>title</b>")
    assert item.address == "https://blog.test/posts/first"
    assert item.authors == ("Ann & Co",)
    assert item.tags == ("News <now>",)
    assert item.image == "https://blog.test/covers/1.jpg?a=1&b=2"
    assert read.links["self"] == f"http://localhost{path}"
    for address in (
        "https://blog.test/there?a=1&amp;b=2",
        "https://blog.test/posts/first#content-end",
        "https://blog.test/posts/pic.png",
        "mailto:a@b.test",
    ):
        assert f'="{address}"' in item.html


def test_a_feed_is_named_for_what_it_is_about(post: dict[str, str], client: ContractClient) -> None:
    assert post
    for name in readers.FORMATS:
        names = {place: readers.fetch(client, f"{place}/{name}") for place in PLACES}

        assert [read.title for read in names.values()] == [
            "Blog",
            "Blog: News <now>",
            "Blog: Ann & Co",
        ]
        assert [read.page for read in names.values()] == [
            "https://blog.test/",
            "https://blog.test/tags/news",
            "https://blog.test/by/ann",
        ]


@each_feed
def test_the_id_survives_another_title_slug_and_text(
    path: str, post: dict[str, str], editor: Caller, client: ContractClient
) -> None:
    before = readers.fetch(client, path).items[0]

    factories.edited(editor, post, slug="second", title="Other", body="Other")
    assert readers.fetch(client, path).items[0] == before
    factories.published(editor, post)

    after = readers.fetch(client, path).items[0]
    assert after.id == before.id
    assert (after.address, after.title) == ("https://blog.test/posts/second", "Other")


@each_feed
def test_drafts_and_withdrawn_posts_are_in_no_feed(
    path: str, post: dict[str, str], editor: Caller, client: ContractClient
) -> None:
    factories.a_post(editor, title="A draft", authors=["ann"], tags=["news"])
    assert len(readers.fetch(client, path).items) == 1

    factories.unpublished(editor, post)

    assert readers.fetch(client, path).items == []


@each_format
@pytest.mark.parametrize("kind", ["tags", "authors"])
def test_a_former_slug_leads_to_the_present_feed_and_a_deleted_one_is_gone(
    name: str, kind: str, editor: Caller, client: ContractClient
) -> None:
    make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
    subject = make(editor, slug="before")
    factories.edited(editor, subject, kind, slug="after")

    answer = client.get(f"/{kind}/before/{name}")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"/{kind}/after/{name}")
    assert client.get(f"/{kind}/never/{name}").status_code == 404

    factories.deleted(editor, subject, kind)
    assert client.get(f"/{kind}/before/{name}").status_code == 410
    assert client.get(f"/{kind}/after/{name}").status_code == 410


@each_feed
def test_all_pages_of_a_feed_show_every_post_once_while_others_publish(
    path: str, editor: Caller, client: ContractClient
) -> None:
    factories.an_author(editor, name="ann")
    posts = [factories.a_published_post(editor, authors=["ann"], tags=["news"]) for _ in range(5)]
    page = readers.fetch(client, f"{path}?limit=2")
    seen = page.items
    while "next" in page.links:
        factories.a_published_post(editor, authors=["ann"], tags=["news"])
        assert page.links["next"].startswith("http://localhost")
        page = readers.fetch(client, page.links["next"].removeprefix("http://localhost"))
        seen = seen + page.items

    assert [item.id for item in seen] == [f"urn:uuid:{post['id']}" for post in reversed(posts)]
    assert readers.fetch(client, f"{path}?limit=20").links["self"] == f"http://localhost{path}"


@each_feed
@pytest.mark.usefixtures("post")
def test_a_feed_of_summaries_holds_no_text(path: str, app: Edge, client: ContractClient) -> None:
    with readers.changed(app, feed_text="summary"):
        (item,) = readers.fetch(client, path).items
        body = client.get(path).get_data(as_text=True)

    assert item.html == ""
    assert "See here, below" in body


@each_format
@pytest.mark.usefixtures("post")
def test_the_hub_is_named_in_the_feed_and_in_its_headers(
    name: str, app: Edge, client: ContractClient
) -> None:
    with readers.changed(app, websub_hub="https://hub.test/?a=1&b=2", site_language="pt-BR"):
        read = readers.fetch(client, f"/{name}")
        link = client.get(f"/{name}").headers["Link"]

    assert read.links["hub"] == "https://hub.test/?a=1&b=2"
    assert '<https://hub.test/?a=1&b=2>; rel="hub"' in link
    assert f'<http://localhost/{name}>; rel="self"' in link
    assert "hub" not in readers.fetch(client, f"/{name}").links


@each_feed
@pytest.mark.usefixtures("post")
def test_without_addresses_of_pages_there_is_no_feed_and_the_answer_says_why(
    path: str, app: Edge, client: ContractClient
) -> None:
    with readers.changed(app, post_url=""):
        answer = client.get(path)

    assert (answer.status_code, answer.get_json()["code"]) == (404, "pages_unknown")
    assert "CMS_POST_URL" in answer.get_json()["detail"]


@each_feed
@pytest.mark.usefixtures("post")
def test_without_other_pages_feeds_lead_home(path: str, app: Edge, client: ContractClient) -> None:
    with readers.changed(app, tag_url="", author_url=""):
        assert readers.fetch(client, path).page == "https://blog.test/"


@each_format
def test_the_feed_of_an_empty_site_is_valid(name: str, client: ContractClient) -> None:
    assert readers.fetch(client, f"/{name}").items == []


@each_feed
@pytest.mark.usefixtures("post")
def test_a_feed_costs_as_many_statements_for_twenty_posts_as_for_one(
    path: str, app: Edge, admin: Caller
) -> None:
    expected = 1 if path.count("/") == 1 else 2
    assert cost(app, admin, path) == expected
    for number in range(20):
        factories.a_published_post(admin, authors=["ann"], tags=["news", f"other {number}"])

    assert cost(app, admin, path) == expected


@each_feed
@pytest.mark.usefixtures("post")
def test_whoever_has_a_feed_is_told_by_its_tag_that_it_changed(
    path: str, editor: Caller, client: ContractClient
) -> None:
    others = [
        factories.a_published_post(editor, authors=["ann"], tags=["news"], published_at=moment)
        for moment in ("1999-01-01T00:00:00Z", None)
    ]
    for one in others:
        answer = client.get(path)
        # No date says that something is missing.
        assert "Last-Modified" not in answer.headers
        held = {"If-None-Match": answer.headers["ETag"]}
        assert client.get(path, headers=held).status_code == 304

        factories.unpublished(editor, one)

        assert client.get(path, headers=held).status_code == 200
