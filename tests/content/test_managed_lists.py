"""Lists of posts, authors and tags as editors see them: filters and walks."""

from collections.abc import Callable
from typing import Any

import pytest

from tests import factories
from tests.callers import Caller
from tests.delivery import reading

POSTS = "/api/v1/manage/posts"
LISTS = {
    "posts": factories.a_post,
    "authors": factories.an_author,
    "tags": factories.a_tag,
}


@pytest.fixture
def posts(editor: Caller) -> list[dict[str, Any]]:
    """Six posts that differ in what one can filter by."""
    for name in ("ann", "bob"):
        factories.an_author(editor, name=name)
    contents: list[dict[str, Any]] = [
        {"title": "Straße nach Süden", "status": "draft", "authors": ["ann"], "tags": ["a"]},
        {"title": "100% of it", "status": "draft", "authors": ["ann", "bob"], "tags": ["a", "b"]},
        {"title": "Third", "status": "in_review", "authors": ["bob"], "tags": ["b"]},
        {"title": "Fourth", "status": "published", "authors": ["ann"], "tags": ["a"]},
        {"title": "Fifth", "status": "published", "authors": [], "tags": ["b"]},
        {"title": "Sixth_6", "status": "in_review", "authors": ["bob"], "tags": []},
    ]
    return [factories.a_post(editor, **content) for content in contents]


def fits(post: dict[str, Any], query: dict[str, str]) -> bool:
    """What the filters mean."""
    names = {kind: [one["slug"] for one in post["expanded"][kind]] for kind in post["expanded"]}
    tests: dict[str, Callable[[str], bool]] = {
        "status": lambda value: post["status"] == value,
        "author": lambda value: value in names["authors"],
        "tag": lambda value: value in names["tags"],
        "slug": lambda value: post["slug"] == value,
        "q": lambda value: (
            value.casefold() in post["title"].casefold() or value.casefold() in post["slug"]
        ),
    }
    return all(tests[name](value) for name, value in query.items())


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 6),
        ({"status": "draft"}, 2),
        ({"status": "in_review"}, 2),
        ({"status": "published"}, 2),
        ({"status": "scheduled"}, 0),
        ({"author": "ann"}, 3),
        ({"author": "nobody"}, 0),
        ({"tag": "b"}, 3),
        ({"tag": "nothing"}, 0),
        ({"slug": "third"}, 1),
        ({"slug": "thir"}, 0),
        ({"q": "TH"}, 4),
        ({"q": "STRASSE"}, 1),
        ({"q": "süd"}, 1),
        ({"q": "strasse-nach"}, 1),
        ({"q": "%"}, 1),
        ({"q": "_"}, 1),
        ({"q": "\\"}, 0),
        ({"q": "'"}, 0),
        ({"status": "draft", "author": "ann"}, 2),
        ({"status": "draft", "author": "bob", "tag": "a"}, 1),
        ({"author": "bob", "tag": "b"}, 2),
        ({"author": "ann", "q": "f"}, 2),
        ({"status": "published", "slug": "third"}, 0),
        ({"status": "in_review", "author": "bob", "tag": "b", "slug": "third", "q": "ir"}, 1),
    ],
    ids=str,
)
def test_filters_alone_and_together(
    editor: Caller, posts: list[dict[str, Any]], query: dict[str, str], count: int
) -> None:
    page = reading.fetch(editor, POSTS, **query)

    expected = [post["id"] for post in reversed(posts) if fits(post, query)]
    assert [post["id"] for post in page["data"]] == expected
    assert len(expected) == count
    walk = reading.pages(editor, POSTS, limit=1, **query)
    assert [post["id"] for post in reading.walked(walk)] == expected


def test_a_filter_looks_at_the_working_copy(editor: Caller) -> None:
    factories.an_author(editor, name="ann")
    post = factories.a_published_post(editor, tags=["live"], authors=["ann"], slug="live")
    factories.edited(editor, post, tags=["next"], authors=[], slug="next", title="Next")

    for query, count in (("tag=live", 0), ("tag=next", 1), ("author=ann", 0), ("slug=live", 0)):
        assert len(editor.get(f"{POSTS}?{query}").get_json()["data"]) == count


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_shows_what_a_read_shows_newest_first(editor: Caller, kind: str) -> None:
    made = [LISTS[kind](editor) for _ in range(3)]

    page = reading.fetch(editor, f"/api/v1/manage/{kind}")

    assert page["data"] == made[::-1]
    assert page["next_cursor"] is None
    assert set(page) == {"data", "next_cursor", "version"}


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3])
def test_a_walk_shows_each_one_once_while_others_come_and_go(
    editor: Caller, kind: str, limit: int
) -> None:
    make = LISTS[kind]
    stay = [make(editor) for _ in range(7)]
    leave = [make(editor) for _ in range(3)]
    stay += [make(editor) for _ in range(3)]

    def meanwhile() -> None:
        make(editor)
        if leave:
            factories.deleted(editor, leave.pop(), kind)

    walk = reading.pages(editor, f"/api/v1/manage/{kind}", limit=limit, between=meanwhile)

    shown = [one["id"] for one in reading.walked(walk)]
    assert len(shown) == len(set(shown))
    assert [one for one in shown if one in {other["id"] for other in stay}] == [
        one["id"] for one in reversed(stay)
    ]
    assert all(len(page["data"]) <= limit for page in walk)


def test_a_walk_goes_on_behind_a_post_that_was_deleted(editor: Caller) -> None:
    posts = [factories.a_post(editor) for _ in range(4)]
    first = reading.fetch(editor, POSTS, limit=2)
    factories.deleted(editor, posts[2])

    second = reading.fetch(editor, POSTS, limit=2, cursor=first["next_cursor"])

    assert [post["id"] for post in second["data"]] == [posts[1]["id"], posts[0]["id"]]


@pytest.mark.parametrize("kind", LISTS)
def test_a_cursor_belongs_to_its_list_and_filters(editor: Caller, kind: str) -> None:
    for kind_, make in LISTS.items():
        for number in range(2):
            make(editor, **({"title": f"x {number}"} if kind_ == "posts" else {}))
    cursor = reading.fetch(editor, f"/api/v1/manage/{kind}", limit=1)["next_cursor"]
    spoiled = [f"/api/v1/manage/{other}?cursor={cursor}" for other in LISTS if other != kind]
    spoiled += [
        f"/api/v1/{kind}?cursor={cursor}",
        f"/api/v1/manage/{kind}?q=x&cursor={cursor}",
        f"/api/v1/manage/{kind}?cursor={cursor}x",
        f"/api/v1/manage/{kind}?cursor=x",
    ]

    for address in spoiled:
        answer = editor.get(address)
        assert answer.status_code == 400, address
        assert answer.get_json()["code"] == "invalid_cursor"


@pytest.mark.parametrize("kind", LISTS)
def test_the_link_header_leads_to_the_next_page(editor: Caller, kind: str) -> None:
    for _ in range(2):
        LISTS[kind](editor)
    address = f"/api/v1/manage/{kind}?limit=1"

    first = editor.get(address)

    target, relation = first.headers["Link"].split(">; ")
    assert relation == 'rel="next"'
    second = editor.get(target.removeprefix("<"))
    assert (
        second.get_json()
        == editor.get(f"{address}&cursor={first.get_json()['next_cursor']}").get_json()
    )
    assert "Link" not in second.headers


@pytest.mark.parametrize("kind", ["authors", "tags"])
@pytest.mark.parametrize(
    ("q", "names"),
    [("an", ["Jan", "Ann"]), ("JAN", ["Jan"]), ("%", []), ("_", []), ("slug-of", ["Zoë"])],
)
def test_names_are_found_by_a_part_of_them(
    editor: Caller, kind: str, q: str, names: list[str]
) -> None:
    for name in ("Ann", "Jan"):
        LISTS[kind](editor, name=name)
    LISTS[kind](editor, name="Zoë", slug="the-slug-of-it")

    page = reading.fetch(editor, f"/api/v1/manage/{kind}", q=q)

    assert [one["name"] for one in page["data"]] == names
