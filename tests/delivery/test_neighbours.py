"""The posts right before and right after a post, in time; now and at any version."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.delivery.test_walks import Newsroom, contents, operations
from tests.properties import OF_A_SITE

LISTS: tuple[dict[str, str], ...] = (
    {},
    {"tag": "red"},
    {"author": "ann"},
    {"tag": "red", "author": "ann"},
    {"tag": "nothing"},
)


def neighbours(client: ContractClient, slug: str, **query: Any) -> dict[str, Any]:
    """What is beside a post."""
    return reading.fetch(client, f"{reading.POSTS}/{slug}/neighbours", **query)


def expected(posts: list[dict[str, Any]], post: dict[str, Any]) -> dict[str, Any]:
    """What is beside a post in a list, oldest first, that it need not be in itself."""
    place = (post["published_at"], post["id"])
    before = [one for one in posts if (one["published_at"], one["id"]) < place]
    after = [one for one in posts if (one["published_at"], one["id"]) > place]
    return {"previous": before[-1] if before else None, "next": after[0] if after else None}


@settings(OF_A_SITE, max_examples=8)
@given(start=st.lists(contents, min_size=1, max_size=6), later=st.lists(operations, max_size=6))
def test_neighbours_are_those_of_the_sorted_list(
    app: Edge,
    client: ContractClient,
    start: list[dict[str, Any]],
    later: list[tuple[str, int, Any]],
) -> None:
    newsroom = Newsroom(app)
    for content in start:
        newsroom.publish(content)
    then = reading.fetch(client)["version"]
    seen = {}
    for as_of in ({"as_of": then}, {}):
        if not as_of:
            for operation in later:
                newsroom.carry_out(operation)
        everything = reading.everything(client, **as_of)
        for query in LISTS:
            listed = reading.everything(client, **query, **as_of)[::-1]
            assert sorted(listed, key=lambda one: (one["published_at"], one["id"])) == listed
            for post in everything:
                found = neighbours(client, post["slug"], **query, **as_of)
                assert found == expected(listed, post), (query, as_of)
                seen[post["slug"], str(query), bool(as_of)] = found
    # What was seen of the past stays as it was after all that has happened since.
    for query in LISTS:
        for post in reading.everything(client, as_of=then):
            found = neighbours(client, post["slug"], **query, as_of=then)
            assert found == seen[post["slug"], str(query), True]


@pytest.mark.parametrize("query", LISTS)
def test_one_post_alone_has_none(
    client: ContractClient, editor: Caller, query: dict[str, str]
) -> None:
    factories.a_published_post(editor, slug="one", tags=["red"])

    assert neighbours(client, "one", **query) == {"previous": None, "next": None}


def test_neighbours_have_what_is_asked_for(client: ContractClient, editor: Caller) -> None:
    author = factories.an_author(editor, name="ann")
    for number in (1, 2, 3):
        factories.a_published_post(
            editor,
            slug=f"post-{number}",
            published_at=f"2026-01-0{number}T00:00:00Z",
            author_ids=[author["id"]],
        )

    found = neighbours(client, "post-2", fields="slug,authors.name,cover.url")

    names = {"authors": [{"name": "ann"}], "cover": None}
    assert found == {"previous": {"slug": "post-1", **names}, "next": {"slug": "post-3", **names}}


def test_what_is_not_published_is_beside_nothing(client: ContractClient, editor: Caller) -> None:
    posts = [
        factories.a_post(
            editor,
            slug=f"post-{number}",
            status="draft" if number == 2 else "published",
            published_at=f"2026-01-0{number}T00:00:00Z",
        )
        for number in (1, 2, 3, 4)
    ]
    factories.unpublished(editor, posts[2])

    found = neighbours(client, "post-1", fields="slug")

    assert found == {"previous": None, "next": {"slug": "post-4"}}
    assert client.get(f"{reading.POSTS}/post-2/neighbours").status_code == 404
    assert client.get(f"{reading.POSTS}/post-3/neighbours").status_code == 410
