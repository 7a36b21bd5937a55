"""The list of posts: its shape, its order, its filters and its pages."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from cms.delivery import counting, names
from cms.editions.schemas import PublicPostSummary
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

POSTS = reading.POSTS
FIELDS = set(PublicPostSummary().fields)


@pytest.fixture
def six(editor: Caller) -> list[dict[str, Any]]:
    """Six published posts, oldest first: two tags and two authors in every combination."""
    for name in ("ann", "bob"):
        factories.an_author(editor, name=name)
    contents: list[dict[str, Any]] = [
        {"tags": ["a"], "authors": ["ann"]},
        {"tags": ["b"], "authors": ["ann"]},
        {"tags": ["a", "b"], "authors": ["bob"]},
        {"tags": ["a"], "authors": ["bob", "ann"]},
        {"tags": [], "authors": ["bob"]},
        {"tags": ["b"], "authors": []},
    ]
    return [
        factories.a_published_post(
            editor, slug=f"post-{number}", published_at=f"2026-01-0{number}T00:00:00Z", **content
        )
        for number, content in enumerate(contents, start=1)
    ]


@pytest.mark.usefixtures("six")
def test_names_that_are_kept_and_names_that_are_not_make_the_same_list(
    app: Edge, client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = reading.fetch(client)["data"]
    monkeypatch.setattr(names, "MOST_WRITTEN", 2)

    for _ in range(3):
        for limit in (1, 4, 2, 6):
            app.extensions["cms.cache"].forget()
            assert reading.fetch(client, limit=limit)["data"] == whole[:limit]


def test_an_empty_site_has_an_empty_list(client: ContractClient) -> None:
    assert reading.fetch(client) == {"data": [], "next_cursor": None, "version": 0}
    assert reading.fetch(client, total="true")["total"] == 0


def test_a_list_has_every_field_but_the_text(client: ContractClient, editor: Caller) -> None:
    post = factories.a_published_post(editor, body="text", published_at="2020-01-01T00:00:00Z")

    page = reading.fetch(client)

    assert set(page) == {"data", "next_cursor", "version"}
    assert page["version"] == 1
    assert page["data"] == [
        {
            "id": post["id"],
            "slug": post["slug"],
            "title": post["title"],
            "excerpt": "text",
            "cover": None,
            "authors": [],
            "tags": [],
            "published_at": "2020-01-01T00:00:00.000Z",
            "updated_at": post["updated_at"],
            "reading_minutes": 1,
            "word_count": 1,
            "featured": False,
            "seo": {"title": None, "description": None, "canonical_url": None},
        }
    ]


def test_newest_first_and_by_id_within_one_moment(client: ContractClient, editor: Caller) -> None:
    moments = ["2026-01-02", "2026-01-01", "2026-01-03", "2026-01-02", "2026-01-02", "1969-01-01"]
    posts = [
        factories.a_published_post(editor, published_at=f"{moment}T00:00:00Z", tags=["a"])
        for moment in moments
    ]
    expected = [posts[number]["id"] for number in (2, 4, 3, 0, 1, 5)]

    for query in ({}, {"tag": "a"}):
        assert [post["id"] for post in reading.everything(client, **query)] == expected
        for limit in (1, 2, 4):
            walk = reading.walked(reading.pages(client, limit=limit, **query))
            assert [post["id"] for post in walk] == expected


def test_a_new_date_moves_a_post_once_it_is_published(
    client: ContractClient, editor: Caller, six: list[dict[str, Any]]
) -> None:
    factories.edited(editor, six[0], published_at="2026-02-01T00:00:00Z")
    assert reading.slugs(reading.everything(client))[-1] == "post-1"

    factories.published(editor, six[0])

    assert reading.slugs(reading.everything(client))[0] == "post-1"
    assert reading.slugs(reading.everything(client, tag="a")) == ["post-1", "post-4", "post-3"]


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ({}, [6, 5, 4, 3, 2, 1]),
        ({"tag": "a"}, [4, 3, 1]),
        ({"tag": "b"}, [6, 3, 2]),
        ({"author": "ann"}, [4, 2, 1]),
        ({"author": "bob"}, [5, 4, 3]),
        ({"tag": "a", "author": "ann"}, [4, 1]),
        ({"tag": "b", "author": "bob"}, [3]),
        ({"tag": "nothing"}, []),
        ({"author": "nobody"}, []),
        ({"tag": "a", "author": "nobody"}, []),
        ({"tag": "nothing", "author": "ann"}, []),
        ({"tag": "A"}, []),
        ({"tag": "a' OR '1'='1"}, []),
        ({"tag": "%"}, []),
        ({"tag": "тег"}, []),
        ({"tag": "x" * 500}, []),
    ],
    ids=lambda value: ascii(value)[:40],
)
@pytest.mark.usefixtures("six")
def test_filters_alone_and_together(
    client: ContractClient, query: dict[str, str], numbers: list[int]
) -> None:
    page = reading.fetch(client, total="true", **query)

    assert reading.slugs(page["data"]) == [f"post-{number}" for number in numbers]
    assert page["total"] == len(numbers)
    assert page["next_cursor"] is None
    walk = reading.pages(client, limit=1, total="true", **query)
    assert reading.walked(walk) == page["data"]
    assert {one["total"] for one in walk} == {len(numbers)}


COUNTED = (
    "/api/v1/posts?tag=a&author=ann",
    "/api/v1/posts?filter=tag:[a,b]",
    "/api/v1/tags?",
    "/api/v1/authors?filter=post_count:>0",
)
KEPT = ("/api/v1/posts?", "/api/v1/posts?tag=b", "/api/v1/posts?sort=title&author=bob")


@pytest.mark.usefixtures("six")
def test_what_is_not_kept_is_counted_up_to_a_thousand_unless_all_is_wanted(
    app: Edge, client: ContractClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def total(path: str, how: str) -> tuple[int, bool]:
        page = client.get(f"{path}&total={how}&limit=1").get_json()
        return page["total"], page["total_is_exact"]

    exact = {path: total(path, "exact") for path in (*COUNTED, *KEPT)}
    assert {is_exact for _, is_exact in exact.values()} == {True}
    assert all(number > 1 for number, _ in exact.values())

    assert {path: total(path, "true") for path in exact} == exact
    monkeypatch.setattr(counting, "MOST", 1)
    app.extensions["cms.cache"].forget()
    for path in COUNTED:
        assert total(path, "true") == (1, False)
        assert total(path, "exact") == exact[path]
    for path in KEPT:
        assert total(path, "true") == exact[path]


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize("total", ["false", None])
def test_a_total_is_given_on_request_only(client: ContractClient, total: str | None) -> None:
    query = {} if total is None else {"total": total}

    for path in reading.LISTS:
        assert "total" not in reading.fetch(client, path, **query)
        assert "total" in reading.fetch(client, path, total="true")


@pytest.mark.usefixtures("six")
def test_a_page_is_full_and_the_last_one_says_so(client: ContractClient) -> None:
    for limit, sizes in ((1, [1] * 6), (2, [2] * 3), (4, [4, 2]), (5, [5, 1]), (6, [6]), (7, [6])):
        walk = reading.pages(client, limit=limit)
        assert [len(page["data"]) for page in walk] == sizes


def test_twenty_on_a_page_unless_asked_otherwise(client: ContractClient, editor: Caller) -> None:
    for _ in range(21):
        factories.a_tag(editor)

    page = reading.fetch(client, "/api/v1/tags")

    assert len(page["data"]) == 20
    assert len(reading.fetch(client, "/api/v1/tags", cursor=page["next_cursor"])["data"]) == 1


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize(
    "path",
    [
        f"{POSTS}?limit=2",
        f"{POSTS}?limit=1&tag=a&author=ann&total=true&fields=title,slug&include=html",
        "/api/v1/authors?limit=1",
        "/api/v1/tags?limit=1&total=true",
    ],
)
def test_the_link_header_is_the_next_cursor(client: ContractClient, path: str) -> None:
    def next_of(answer: TestResponse) -> str | None:
        if "Link" not in answer.headers:
            return None
        target, relation = answer.headers["Link"].split("; ")
        assert relation == 'rel="next"'
        return target.removeprefix("<").removesuffix(">")

    answer = client.get(path)
    by_link = [answer]
    while (target := next_of(answer)) is not None:
        answer = client.get(target)
        assert answer.status_code == 200
        by_link.append(answer)
    bare, _, query = path.partition("?")
    by_cursor = reading.pages(client, bare, **dict(one.split("=") for one in query.split("&")))

    assert len(by_link) > 1
    assert [page.get_json() for page in by_link] == by_cursor


@pytest.mark.parametrize("field", sorted(FIELDS))
@pytest.mark.usefixtures("six")
def test_each_field_alone(client: ContractClient, field: str) -> None:
    full = reading.fetch(client, include="html,markdown,plaintext,toc")["data"]

    page = reading.fetch(client, fields=field)

    assert page["data"] == [{field: post[field]} for post in full]


@pytest.mark.usefixtures("six")
def test_fields_together_in_any_order_and_twice(client: ContractClient) -> None:
    full = reading.fetch(client, include="html,markdown,plaintext,toc")["data"]

    for fields in (sorted(FIELDS), ["title", "id"], ["id", "title", "id"], ["tags", "html"]):
        page = reading.fetch(client, fields=",".join(fields))
        assert page["data"] == [{name: post[name] for name in fields} for post in full]


@pytest.mark.usefixtures("six")
def test_the_text_comes_when_it_is_asked_for(client: ContractClient) -> None:
    plain = reading.fetch(client)["data"]
    full = reading.fetch(client, include="html")["data"]

    assert set(full[0]) - set(plain[0]) == {"html"}
    for one, other in zip(plain, full, strict=True):
        assert {**one, "html": other["html"]} == other
        assert client.get(f"{POSTS}/{one['slug']}").get_json() == other


def test_names_are_sorted_for_people(client: ContractClient, editor: Caller) -> None:
    names = ["zebra", "Äpfel", "apple", "Zoo", "über", "Ульяна", "東京", "1st"]
    for name in names:
        factories.a_tag(editor, name=name)
        factories.an_author(editor, name=name)

    for kind in ("tags", "authors"):
        page = reading.fetch(client, f"/api/v1/{kind}")
        shown = [one["name"] for one in page["data"]]
        assert shown[0] == "1st"
        assert shown.index("Äpfel") < shown.index("apple") < shown.index("über")
        assert shown.index("über") < shown.index("zebra") < shown.index("Zoo")
        walk = reading.walked(reading.pages(client, f"/api/v1/{kind}", limit=3))
        assert walk == page["data"]
