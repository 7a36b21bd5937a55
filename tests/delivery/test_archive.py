"""How many posts each month has: what one would count in the list, now and at any version."""

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.delivery.test_walks import Newsroom, contents, operations
from tests.properties import OF_A_SITE

ARCHIVE = "/api/v1/archive"


def counted(posts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The archive of these posts, by counting them."""
    by_month = Counter(tuple(map(int, one["published_at"][:7].split("-"))) for one in posts)
    return [
        {
            "year": year,
            "post_count": sum(by_month[one] for one in by_month if one[0] == year),
            "months": [
                {"month": month, "post_count": by_month[of, month]}
                for of, month in sorted(by_month, reverse=True)
                if of == year
            ],
        }
        for year in sorted({year for year, _ in by_month}, reverse=True)
    ]


@settings(OF_A_SITE, max_examples=8)
@given(
    start=st.lists(contents, min_size=1, max_size=6),
    later=st.lists(operations, max_size=6),
    moments=st.lists(st.sampled_from(["2024-12-31T23:30:00Z", "2025-01-01T01:00:00+02:00"])),
)
def test_it_counts_what_the_list_shows(
    app: Edge,
    client: ContractClient,
    start: list[dict[str, Any]],
    later: list[tuple[str, int, Any]],
    moments: list[str],
) -> None:
    newsroom = Newsroom(app)
    for content in start:
        newsroom.publish(content)
    then = reading.fetch(client)["version"]
    for operation in later:
        newsroom.carry_out(operation)
    for moment in moments:
        newsroom.carry_out(("publish", 0, {**start[0], "published_at": moment}))

    for as_of in ({"as_of": then}, {}):
        shown = reading.fetch(client, ARCHIVE, **as_of)
        assert shown["data"] == counted(reading.everything(client, **as_of))
        assert shown["version"] == reading.fetch(client, **as_of)["version"]


def test_a_post_moves_to_another_month_when_it_is_published_with_another_date(
    client: ContractClient, editor: Caller
) -> None:
    post = factories.a_published_post(editor, published_at="2026-01-01T00:30:00+02:00")
    assert reading.fetch(client, ARCHIVE)["data"] == [
        {"year": 2025, "post_count": 1, "months": [{"month": 12, "post_count": 1}]}
    ]

    factories.edited(editor, post, published_at="1066-10-14T09:00:00Z")
    factories.published(editor, post)

    assert reading.fetch(client, ARCHIVE)["data"] == [
        {"year": 1066, "post_count": 1, "months": [{"month": 10, "post_count": 1}]}
    ]


def test_without_posts_it_is_empty(client: ContractClient, editor: Caller) -> None:
    assert reading.fetch(client, ARCHIVE) == {"data": [], "version": 0}

    post = factories.a_published_post(editor)
    factories.unpublished(editor, post)

    assert reading.fetch(client, ARCHIVE)["data"] == []
