"""Sitemaps name every page there is, once, and say truly when it changed."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.delivery.blog import EXAMPLE, Blog
from cms.delivery.looking import View
from cms.delivery.maps import places, queries, sitemap
from cms.delivery.maps.sitemap import Place
from cms.delivery.markup import Document
from cms.editions.models import AuthorEdition, PostEdition, TagEdition
from cms.editions.present import Version
from cms.editions.queries import moment_of
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import conftest, factories
from tests.callers import Caller, ContractClient
from tests.delivery import test_growth as growth
from tests.delivery.feeds.readers import changed
from tests.delivery.maps import crawler
from tests.delivery.test_statements import cost, counted
from tests.plans import walks_an_index

grown = growth.grown


def view_of(app: Edge) -> View:
    """The site as it is."""
    present = app.present()
    assert isinstance(present, Version)
    return View(app.database.look(), present.number, present)


def blog_of(app: Edge) -> Blog:
    """The blog of an application."""
    return Blog.of(app.extensions["cms.settings"])


def parts_of(app: Edge, size: int) -> list[list[str]]:
    """The posts in each part of the map, when ``size`` fit in each, through the writer."""
    view, blog = view_of(app), blog_of(app)
    names = [place.address for place in places.parts(view, blog, size=size)]
    found = [name.rpartition("/")[2].removesuffix(".xml") for name in names]
    bodies = [
        sitemap.write(places.part(view, blog, name, size=size))
        for name in found
        if name.startswith("posts-")
    ]
    return [[one.rpartition("/")[2] for one in crawler.places(body)] for body in bodies]


def test_the_map_names_every_page_once(app: Edge, editor: Caller, client: ContractClient) -> None:
    factories.a_published_post(
        editor, slug="one", tags=["t"], cover={"url": "/a.png?x=1&y=2", "alt": ""}
    )
    factories.an_author(editor, slug="ann")
    factories.a_post(editor, slug="draft")
    withdrawn = factories.a_published_post(editor, slug="withdrawn")
    factories.unpublished(editor, withdrawn)

    found = crawler.everything(client)

    shown = client.get("/api/v1/posts/one").get_json()
    assert {part.removeprefix("http://localhost/sitemaps/") for part in found} == {
        "home-1.xml",
        "posts-1.xml",
        "tags-1.xml",
        "authors-1.xml",
    }
    pages: crawler.Places = {}
    for part in found.values():
        pages |= part
    assert pages.keys() == {
        "https://blog.test/",
        "https://blog.test/posts/one",
        "https://blog.test/tags/t",
        "https://blog.test/by/ann",
    }
    assert pages["https://blog.test/posts/one"] == (
        shown["updated_at"],
        "https://blog.test/a.png?x=1&y=2",
    )
    assert pages["https://blog.test/tags/t"] == (shown["published_at"], None)
    assert pages["https://blog.test/by/ann"] == (None, None)
    with changed(app, tag_url="", author_url=""):
        assert len(crawler.everything(client)) == 2
        assert client.get("/sitemaps/tags-1.xml").status_code == 404


def test_the_map_of_an_empty_site_is_valid_and_has_the_first_page(client: ContractClient) -> None:
    assert crawler.everything(client) == {
        "http://localhost/sitemaps/home-1.xml": {"https://blog.test/": (None, None)}
    }


@pytest.mark.parametrize(
    "name", ["posts-2", "posts-0", "posts-01", "posts-9999999", "posts", "users-1", "home-2", "x"]
)
def test_a_part_that_is_not_there_is_not_found(
    name: str, editor: Caller, client: ContractClient
) -> None:
    factories.a_published_post(editor)

    assert client.get(f"/sitemaps/{name}.xml").status_code == 404


def test_what_is_at_home_elsewhere_is_not_on_the_map(
    editor: Caller, client: ContractClient
) -> None:
    for slug, canonical in (("a", "https://other.test/a"), ("b", "/posts/b"), ("c", None)):
        factories.a_published_post(editor, slug=slug, seo={"canonical_url": canonical})

    found = crawler.everything(client)["http://localhost/sitemaps/posts-1.xml"]

    assert list(found) == ["https://blog.test/posts/b", "https://blog.test/posts/c"]


def test_an_image_with_an_endless_address_is_left_out(
    editor: Caller, client: ContractClient
) -> None:
    cover = {"url": "https://a.test/" + "x" * 1000, "alt": ""}
    factories.a_published_post(editor, slug="one", cover=cover)

    found = crawler.everything(client)["http://localhost/sitemaps/posts-1.xml"]

    assert found["https://blog.test/posts/one"][1] is None


any_text = st.text(st.characters(exclude_categories=["Cs"]))
any_place = st.builds(
    Place,
    address=any_text.map("https://blog.test/".__add__),
    changed=st.sampled_from(["", "2026-03-01T09:00:00.000Z"]),
    image=st.one_of(st.just(""), any_text.map("https://a.test/".__add__)),
)


MAPS = {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}
IMAGES = {"xmlns:image": "http://www.google.com/schemas/sitemap-image/1.1"}


def written(root: str, namespaces: dict[str, str], name: str, found: list[Place]) -> bytes:
    """What a writer of XML makes of it."""
    xml = Document()
    with xml.element(root, namespaces):
        for place in found:
            with xml.element(name):
                xml.text("loc", place.address)
                if place.changed:
                    xml.text("lastmod", place.changed)
                if place.image:
                    with xml.element("image:image"):
                        xml.text("image:loc", place.image)
    return xml.finished()


@given(st.lists(any_place, max_size=3))
def test_a_map_has_the_bytes_that_a_writer_of_xml_gives_it(found: list[Place]) -> None:
    assert sitemap.write(found) == written("urlset", {**MAPS, **IMAGES}, "url", found)

    bare = [place._replace(image="") for place in found]
    assert sitemap.write_index(bare) == written("sitemapindex", MAPS, "sitemap", bare)


@given(any_text)
def test_any_slug_can_stand_in_an_address(slug: str) -> None:
    address = EXAMPLE.post(slug)

    assert address == f"https://blog.example/{quote(slug, safe='')}"
    assert unquote(address).removeprefix("https://blog.example/") == slug


@given(
    posts=st.lists(st.sampled_from(["live", "draft", "withdrawn"]), max_size=7),
    size=st.integers(1, 4),
)
@settings(
    deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_parts_split_the_live_posts_in_the_order_of_their_creation(
    app: Edge, posts: list[str], size: int
) -> None:
    conftest.empty(app)
    editor = factories.a_caller(app, "editor")
    for number, state in enumerate(posts):
        make = factories.a_post if state == "draft" else factories.a_published_post
        moment = f"20{30 - number}-01-01T00:00:00Z" if number > 5 else None
        post = make(editor, slug=f"post-{number}", published_at=moment)
        if state == "withdrawn":
            factories.unpublished(editor, post)
    live = [f"post-{number}" for number, state in enumerate(posts) if state == "live"]

    found = parts_of(app, size)

    assert found == [live[at : at + size] for at in range(0, len(live), size)]


def test_a_new_post_and_an_edit_move_no_other_part(app: Edge, editor: Caller) -> None:
    posts = [factories.a_published_post(editor, slug=f"post-{number}") for number in range(5)]
    before = parts_of(app, 2)

    factories.a_published_post(editor, slug="new", published_at="2001-01-01T00:00:00Z")
    factories.published(editor, factories.edited(editor, posts[0], title="Other"))

    after = parts_of(app, 2)
    assert after[:2] == before[:2]
    assert after[2] == [*before[2], "new"]


def test_a_part_says_when_anything_in_it_changed(app: Edge) -> None:
    def times() -> list[datetime]:
        found = places.parts(view_of(app), blog_of(app), size=2)
        parts = [place for place in found if "posts-" in place.address]
        return [datetime.fromisoformat(place.changed) for place in parts]

    with time_machine.travel("2026-05-01T00:00:00Z", tick=False) as clock:
        editor = factories.a_caller(app, "editor")
        made = []
        for number in range(4):
            made.append((factories.a_published_post(editor, slug=f"p-{number}"), moments.now()))
            clock.shift(timedelta(minutes=1))
        (first, _), (_, second_at), (third, _), (_, last_at) = made
        assert times() == [second_at, last_at]

        factories.published(editor, factories.edited(editor, third, title="Other"))
        assert times() == [second_at, moments.now()]

        edited_at = moments.now()
        clock.shift(timedelta(minutes=1))
        factories.unpublished(editor, first)
        assert times() == [moments.now(), last_at]
        assert edited_at < moments.now()


def test_maps_cost_few_statements_however_many_pages_there_are(app: Edge, admin: Caller) -> None:
    factories.an_author(admin, slug="ann")
    for number in range(2):
        factories.a_published_post(admin, authors=["ann"], tags=["t"], slug=f"p-{number}")
    paths = ("/sitemap.xml", "/sitemaps/posts-1.xml", "/sitemaps/tags-1.xml", "/llms.txt")
    few = {path: cost(app, admin, path) for path in paths}
    for number in range(20):
        factories.a_published_post(admin, tags=[f"t {number}"])

    assert few == {path: cost(app, admin, path) for path in paths}
    assert list(few.values()) == [4, 1, 1, 1]


def test_a_part_is_read_a_batch_at_a_time(
    app: Edge, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.delivery.maps.queries.BATCH", 2)
    slugs = [factories.a_published_post(editor)["slug"] for _ in range(5)]

    with counted(app.database) as statements:
        rows = places.part(view_of(app), blog_of(app), "posts-1", size=50)
        found = [place.address.rpartition("/")[2] for place in rows]

    assert found == slugs
    assert len([one for one in statements if "post_editions" in one]) == 3


WALKS: dict[str, Any] = {
    "parts of posts": lambda view: queries.parts(view, PostEdition, 100),
    "parts of tags": lambda view: queries.parts(view, TagEdition, 10),
    "first posts": lambda view: list(queries.part(view, PostEdition, 1, 100)),
    "further posts": lambda view: list(queries.part(view, PostEdition, 3, 100)),
    "further authors": lambda view: list(queries.part(view, AuthorEdition, 2, 10)),
    "when it changed": lambda view: moment_of(view.connection, view.version),
}


@pytest.mark.parametrize("version", [growth.NOW, 3], ids=["now", "as of an older version"])
@pytest.mark.parametrize("question", WALKS)
def test_maps_walk_along_indexes(grown: Any, question: str, version: int) -> None:
    found = growth.plans(grown, WALKS[question], version)

    assert found
    for statement, plan in found:
        # The starts of the parts are no table.
        assert walks_an_index(plan.replace("SCAN starts", "")), f"{statement}\n{plan}"
