"""Public answers can be kept, checked and purged: ETag, Cache-Control, Surrogate-Key, HEAD."""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import Made
from tests.content.test_merging import merged
from tests.delivery import reading
from tests.delivery.test_moved import MAKE, moved

ADDRESSES = {
    "posts": "/api/v1/posts?limit=1&include=html&total=true",
    "post": "/api/v1/posts/one",
    "archive": "/api/v1/archive",
    "redirects": "/api/v1/redirects?types=post",
    "neighbours": "/api/v1/posts/one/neighbours?tag=a",
    "related": "/api/v1/posts/one/related?fields=slug",
    "authors": "/api/v1/authors?limit=1",
    "author": "/api/v1/authors/ann",
    "tags": "/api/v1/tags?limit=1",
    "tag": "/api/v1/tags/a",
    "rss": "/feed.xml?limit=1",
    "atom": "/atom.xml?limit=1",
    "JSON feed": "/feed.json?limit=1",
    "rss of a tag": "/tags/a/feed.xml",
    "atom of a tag": "/tags/a/atom.xml",
    "JSON feed of a tag": "/tags/a/feed.json",
    "rss of an author": "/authors/ann/feed.xml",
    "atom of an author": "/authors/ann/atom.xml",
    "JSON feed of an author": "/authors/ann/feed.json",
    "index of sitemaps": "/sitemap.xml",
    "sitemap": "/sitemaps/posts-1.xml",
    "robots": "/robots.txt",
    "llms": "/llms.txt",
    "Markdown": "/posts/one.md",
    "JSON-LD": "/api/v1/posts/one/jsonld",
    "search": "/api/v1/search?limit=1",
    "suggest": "/api/v1/suggest?q=an",
    "changes": "/api/v1/changes?since=0&limit=1",
}
FORMS = ("feed.xml", "atom.xml", "feed.json")
# Neither of them is about the site's content.
HEALTH = {"/healthz", "/readyz"}
each_address = pytest.mark.parametrize("path", ADDRESSES.values(), ids=ADDRESSES.keys())


@pytest.fixture(autouse=True)
def site(editor: Caller) -> dict[str, str]:
    """Two posts, authors and tags; the ids of what the first post shows."""
    ann = factories.an_author(editor, name="ann")
    bob = factories.an_author(editor, name="bob")
    factories.a_tag(editor, name="b")
    other = factories.a_published_post(editor, published_at="2020-01-01T00:00:00Z")
    post = factories.a_published_post(editor, slug="one", authors=["ann"], tags=["a"])
    return {
        "post": post["id"],
        "author": ann["id"],
        "tag": post["tag_ids"][0],
        "other": other["id"],
        "bob": bob["id"],
    }


def described(answer: TestResponse) -> dict[str, str]:
    """Its headers without those that speak of this one request."""
    of_the_request = {"X-Request-Id", "Cache-Status", "Age"}
    return {name: value for name, value in answer.headers if name not in of_the_request}


def keys(answer: TestResponse) -> set[str]:
    """What a cache would drop it for."""
    return set(answer.headers["Surrogate-Key"].split(" "))


def test_the_table_has_every_public_address_of_the_api(app: Edge) -> None:
    rules = {
        address.rule
        for address in reading.public_addresses(app)
        if getattr(address.view, "is_cacheable", False)
    }

    assert len(ADDRESSES) == len(rules - HEALTH)


@each_address
def test_an_answer_says_how_long_it_may_be_kept(client: ContractClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    assert re.fullmatch(r'"[0-9a-f-]+"', answer.headers["ETag"])
    assert "Set-Cookie" not in answer.headers
    assert "Authorization" not in answer.headers.get("Vary", "")


def test_an_answer_says_what_it_depends_on(made: Made) -> None:
    origins = ("https://a.test", "https://b.test")
    client = ContractClient(made(cors_origins=origins))
    for path in ADDRESSES.values():
        by_form = {"Accept"} if "/changes" in path else set()
        for origin in (*origins, "https://c.test") * 2:
            answer = client.get(path, headers={"Origin": origin})
            named = ", ".join(answer.headers.getlist("Vary")).split(", ")
            assert set(named) == {"Accept-Encoding", "Origin", *by_form}, (path, origin)


OTHER_SETTINGS = {
    "site_url": "https://other.test",
    "post_url": "https://other.test/{slug}",
    "tag_url": "",
    "author_url": "",
    "home_url": "https://other.test/home",
    "site_name": "Other",
    "site_description": "Another one.",
    "site_language": "sw",
    "feed_text": "summary",
    "websub_hub": "https://hub.test/",
}


def test_for_ever_is_what_no_setting_changes(
    made: Made, editor: Caller, client: ContractClient
) -> None:
    moved(editor, MAKE["posts"](editor, "former"), "posts", "present")
    version = reading.fetch(client)["version"]
    other = ContractClient(made(**OTHER_SETTINGS))
    seen = set()
    for path in ADDRESSES.values():
        asked = f"{path}{'&' if '?' in path else '?'}as_of={version}"
        answer = client.get(asked)
        if answer.status_code == 200:
            is_the_same = other.get(asked).get_data() == answer.get_data()
            assert ("immutable" in answer.headers["Cache-Control"]) == is_the_same, path
            seen.add(is_the_same)
    assert seen == {True, False}


@each_address
def test_whoever_has_the_answer_already_gets_304(client: ContractClient, path: str) -> None:
    first = client.get(path)
    tag = first.headers["ETag"]

    for given in (tag, f"W/{tag}", "*", f'"other", {tag}', f'W/"other", W/{tag}'):
        for method in ("GET", "HEAD"):
            answer = client.request(method, path, headers={"If-None-Match": given})
            assert answer.status_code == 304, given
            assert answer.get_data() == b""
            for name in ("ETag", "Cache-Control", "Surrogate-Key", "Link"):
                assert answer.headers.get(name) == first.headers.get(name), name


@each_address
@pytest.mark.parametrize("given", ['"other"', "garbage", '""', "", 'W/"x"', '"unclosed'])
def test_another_tag_gets_the_answer(client: ContractClient, path: str, given: str) -> None:
    answer = client.get(path, headers={"If-None-Match": given})

    assert answer.status_code == 200
    assert answer.get_data() == client.get(path).get_data()


@each_address
def test_head_is_get_without_the_body(client: ContractClient, path: str) -> None:
    head, full = client.request("HEAD", path), client.get(path)

    assert head.status_code == full.status_code == 200
    assert head.get_data() == b""
    assert described(head) == described(full)


@pytest.mark.parametrize("path", ["/api/v1/posts/none", "/api/v1/posts?limit=0", "/api/v1/none"])
def test_head_of_a_failure_has_no_body_either(client: ContractClient, path: str) -> None:
    head = client.request("HEAD", path)

    assert head.status_code == client.get(path).status_code
    assert head.get_data() == b""


@each_address
def test_the_same_question_has_the_same_answer(client: ContractClient, path: str) -> None:
    first, second = client.get(path), client.get(path)

    assert first.get_data() == second.get_data()
    assert first.headers["ETag"] == second.headers["ETag"]


def test_keys_name_everything_an_answer_shows(client: ContractClient, site: dict[str, str]) -> None:
    shown = {f"{kind}-{site[kind]}" for kind in ("post", "author", "tag")}

    assert keys(client.get(ADDRESSES["post"])) == shown
    assert keys(client.get(ADDRESSES["posts"])) == {"posts", *shown}
    assert keys(client.get("/api/v1/posts?fields=title")) == {
        "posts",
        *shown,
        f"post-{site['other']}",
    }
    assert keys(client.get("/api/v1/posts?tag=none")) == {"posts", "tags"}
    assert keys(client.get(ADDRESSES["author"])) == {"posts", f"author-{site['author']}"}
    assert keys(client.get(ADDRESSES["tag"])) == {"posts", f"tag-{site['tag']}"}
    assert keys(client.get(ADDRESSES["authors"])) == {
        "authors",
        "posts",
        f"author-{site['author']}",
    }
    assert keys(client.get(ADDRESSES["tags"])) == {"tags", "posts", f"tag-{site['tag']}"}


def test_a_long_list_names_collections_so_that_its_headers_fit_through_a_proxy(
    client: ContractClient, editor: Caller
) -> None:
    for number in range(40):
        factories.a_published_post(editor, tags=[f"tag {number}"])

    answer = client.get("/api/v1/posts?limit=100")

    assert keys(answer) == {"posts", "authors", "tags"}
    assert sum(len(name) + len(value) + 4 for name, value in answer.headers) < 4000


CHANGES: dict[str, tuple[Callable[[Caller, dict[str, str]], object], set[str]]] = {
    "tag renamed": (
        lambda by, site: factories.edited(by, {"id": site["tag"]}, "tags", name="a2"),
        {"posts", "post", "tags", "tag"},
    ),
    "author renamed": (
        lambda by, site: factories.edited(by, {"id": site["author"]}, "authors", name="ann2"),
        {"posts", "post", "authors", "author"},
    ),
    "post withdrawn": (
        lambda by, site: factories.unpublished(by, {"id": site["other"]}),
        {"posts"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_changed_has_another_tag(
    client: ContractClient, editor: Caller, site: dict[str, str], change: str
) -> None:
    carry_out, changed = CHANGES[change]
    before = {name: client.get(path) for name, path in ADDRESSES.items()}

    carry_out(editor, site)

    for name in changed:
        answer = client.get(
            ADDRESSES[name], headers={"If-None-Match": before[name].headers["ETag"]}
        )
        assert answer.status_code == 200, name
        assert answer.get_data() != before[name].get_data(), name


# What depends on slugs, or on who else has a tag: "former" had its owners, "free" never had.
DEPENDING = [
    *(f"/api/v1/posts?{one}={slug}" for one in ("tag", "author") for slug in ("a", "ann", "free")),
    *(f"/api/v1/posts?filter={one}:-[a,ann,former]" for one in ("tag", "author")),
    "/api/v1/posts?filter=tag:null,author:null",
    "/api/v1/posts?filter=(author:ann,tag:[free,a])+featured:false&limit=1&total=true",
    *(f"/api/v1/posts/one/neighbours?{one}=free" for one in ("tag", "author")),
    "/api/v1/posts/one/related",
    "/api/v1/posts/one?include=related",
    *(f"/api/v1/{kind}/former" for kind in ("posts", "authors", "tags")),
    *(f"/api/v1/posts/former/{part}" for part in ("neighbours", "related", "jsonld")),
    "/posts/former.md",
    *(f"/{kind}/former/{form}" for kind in ("authors", "tags") for form in FORMS),
]
# Who changes, by kind and slug, and how.
MOVES: dict[str, tuple[list[tuple[str, str]], Callable[..., object]]] = {
    "a slug is given up": (
        [("tags", "a")],
        lambda by, tag: factories.edited(by, tag, "tags", slug="another"),
    ),
    "an author's slug is given up": (
        [("authors", "ann")],
        lambda by, author: factories.edited(by, author, "authors", slug="another"),
    ),
    "a name changes": (
        [("tags", "a")],
        lambda by, tag: factories.edited(by, tag, "tags", name="Another"),
    ),
    **{
        f"{slug} is taken by {kind}": (
            [(kind, old)],
            lambda by, one, kind=kind, slug=slug: factories.edited(by, one, kind, slug=slug),
        )
        for kind, old in (("tags", "b"), ("authors", "bob"))
        for slug in ("free", "former")
    },
    "former is taken by a post": (
        [("posts", "other")],
        lambda by, post: factories.published(by, factories.edited(by, post, slug="former")),
    ),
    "tags become one": (
        [("tags", "a"), ("tags", "b")],
        lambda by, one, into: merged(by, "tags", one, into),
    ),
    "authors become one": (
        [("authors", "bob"), ("authors", "ann")],
        lambda by, one, into: merged(by, "authors", one, into),
    ),
    "a post is withdrawn": ([("posts", "other")], factories.unpublished),
}


def shown(answer: TestResponse) -> object:
    """What a reader gets, without what says at which version."""
    of_the_version = rb'"version":\d+|"next_cursor":"[^"]*"|cursor=[\w.-]+'
    body = re.sub(of_the_version, b"", answer.get_data())
    return answer.status_code, answer.headers.get("Location"), body


@pytest.mark.parametrize("move", MOVES)
def test_one_key_of_what_a_change_touches_is_purged(
    client: ContractClient, editor: Caller, move: str
) -> None:
    for kind, make in MAKE.items():
        moved(editor, make(editor, "former"), kind, f"today-{kind}")
    other = {"tags": ["b"], "authors": ["bob"], "published_at": "2019-01-01T00:00:00Z"}
    factories.a_published_post(editor, slug="other", **other)
    paths = [*ADDRESSES.values(), *DEPENDING]
    before = {path: client.get(path) for path in paths}
    subjects, carry_out = MOVES[move]
    who = [client.get(f"/api/v1/{kind}/{slug}").get_json() for kind, slug in subjects]

    carry_out(editor, *who)

    # As the README says it.
    purged = {kind for kind, _ in subjects}
    purged |= {f"{kind[:-1]}-{one['id']}" for (kind, _), one in zip(subjects, who, strict=True)}
    touched = [path for path in paths if shown(client.get(path)) != shown(before[path])]
    assert touched
    for path in touched:
        if "public" in before[path].headers["Cache-Control"]:
            assert keys(before[path]) & purged, path
