"""Public answers are kept as a whole and never outlive what they show; no other answer is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.foundation.addresses import addresses

KEPT = {
    *(
        "get_archive",
        "list_redirects",
        "list_posts",
        "get_post",
        "get_neighbours",
        "get_related_posts",
    ),
    *("list_authors", "get_author", "list_tags", "get_tag"),
    *("get_rss", "get_atom", "get_json_feed", "get_tag_rss", "get_tag_atom", "get_tag_json_feed"),
    *("get_author_rss", "get_author_atom", "get_author_json_feed"),
    *("get_sitemap_index", "get_sitemap", "get_robots", "get_llms"),
    *("get_post_markdown", "get_post_json_ld"),
    *("search_posts", "suggest"),
    "get_changes",
}

# What an address cannot be asked without.
NEEDED = {"get_changes": "?since=0"}


def is_hit(answer: TestResponse) -> bool:
    """Whether it came from memory."""
    return answer.headers.get("Cache-Status") == "cms; hit"


@pytest.fixture
def known(editor: Caller) -> dict[str, str]:
    """Something at every public address."""
    factories.an_author(editor, name="ann")
    post = factories.a_published_post(editor, slug="one", authors=["ann"], tags=["one"])
    factories.an_author(editor, name="one", slug="one")
    return {"slug": "one", "part": "posts-1", "post_id": post["id"]}


def test_what_is_kept_was_meant_to_be(app: Edge) -> None:
    declared = {one.name for one in addresses(app) if getattr(one.view, "is_cacheable", False)}

    assert declared == KEPT


def test_only_what_declares_it_is_ever_kept(
    app: Edge, admin: Caller, client: ContractClient, known: dict[str, str]
) -> None:
    seen = set()
    for one in addresses(app, **known):
        if one.method not in {"GET", "HEAD"}:
            continue
        for caller in (admin, client, admin):
            path = one.path + NEEDED.get(one.name, "")
            hits = [is_hit(caller.request(one.method, path)) for _ in range(2)]
        assert hits == [one.name in KEPT] * 2, str(one)
        seen |= {one.name} if hits[0] else set()
    assert seen == KEPT


def test_who_asks_makes_no_difference(
    admin: Caller, contributor: Caller, client: ContractClient, known: dict[str, str]
) -> None:
    for path in (reading.POSTS, f"{reading.POSTS}/{known['slug']}", "/api/v1/tags"):
        answers = [
            caller.get(path, headers={"Cookie": "a=b"}) for caller in (admin, contributor, client)
        ]
        assert len({answer.get_data() for answer in answers}) == 1
        assert is_hit(answers[-1])


CHANGES: dict[str, Callable[[Caller, dict[str, Any]], object]] = {
    "published again": lambda by, site: factories.published(
        by, factories.edited(by, site["post"], title="Changed")
    ),
    "withdrawn": lambda by, site: factories.unpublished(by, site["post"]),
    "deleted": lambda by, site: factories.deleted(by, site["post"]),
    "another one published": lambda by, _site: factories.a_published_post(by),
    "tag renamed": lambda by, site: factories.edited(
        by, {"id": site["post"]["tag_ids"][0]}, "tags", name="Changed"
    ),
    "author renamed": lambda by, site: factories.edited(by, site["author"], "authors", name="C"),
    "tag created": lambda by, _site: factories.a_tag(by),
    "author created": lambda by, _site: factories.an_author(by),
}


@pytest.mark.parametrize("change", CHANGES)
def test_after_a_change_every_address_shows_what_it_would_show_without_memory(
    app: Edge, editor: Caller, client: ContractClient, change: str
) -> None:
    author = factories.an_author(editor, name="ann")
    post = factories.a_published_post(editor, slug="one", authors=["ann"], tags=["one"])
    paths = [
        *(f"{path}{query}" for path in reading.LISTS for query in ("", "?limit=1&total=true")),
        *(f"{path}/one" for path in reading.LISTS),
        "/api/v1/authors/ann",
        f"{reading.POSTS}/one?include=related,toc",
        f"{reading.POSTS}/one/neighbours",
        f"{reading.POSTS}/one/neighbours?tag=one",
        f"{reading.POSTS}/one/related",
        *("/feed.xml", "/atom.xml?limit=1", "/feed.json", "/tags/one/feed.xml"),
        *("/authors/ann/atom.xml", "/tags/one/feed.json"),
        *("/sitemap.xml", "/sitemaps/home-1.xml", "/sitemaps/posts-1.xml", "/sitemaps/tags-1.xml"),
        *("/llms.txt", "/posts/one.md", "/api/v1/posts/one/jsonld"),
        f"{reading.POSTS}?tag=one&author=ann&include=html",
    ]
    for path in paths:
        client.get(path)

    CHANGES[change](editor, {"post": post, "author": author})

    remembered = [client.get(path) for path in paths]
    app.extensions["cms.cache"].forget()
    app.extensions["cms.names"].forget()
    for path, answer in zip(paths, remembered, strict=True):
        fresh = client.get(path)
        assert (answer.status_code, answer.get_data()) == (fresh.status_code, fresh.get_data()) or (
            answer.status_code == fresh.status_code and fresh.status_code in {404, 410}
        ), path


def test_a_draft_is_saved_without_losing_what_is_kept(
    editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor)
    client.get(reading.POSTS)

    factories.edited(editor, post, title="Only a draft")
    factories.a_post(editor)

    assert is_hit(client.get(reading.POSTS))
