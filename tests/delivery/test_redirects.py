"""The list of former slugs says what their addresses answer, and leaves none out."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.delivery.redirects import queries
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.content.test_merging import merged
from tests.delivery import reading
from tests.delivery.test_walks import Newsroom, contents, operations
from tests.properties import OF_A_SITE

REDIRECTS = "/api/v1/redirects"
KINDS = ("post", "author", "tag")


def seen(client: ContractClient, **query: Any) -> set[tuple[str, str]]:
    """Everything that has an address, by kind and slug."""
    return {
        (kind, one["slug"])
        for kind in KINDS
        for one in reading.everything(client, f"/api/v1/{kind}s", **query)
    }


def answered(client: ContractClient, kind: str, slug: str, **query: Any) -> tuple[int, str | None]:
    """The status of an address, and the slug that it leads to."""
    answer = client.get(f"/api/v1/{kind}s/{slug}", query_string=query)
    leads_to = answer.headers.get("Location")
    return answer.status_code, leads_to and leads_to.rpartition("/")[2].partition("?")[0]


@settings(OF_A_SITE, max_examples=8)
@given(
    start=st.lists(contents, min_size=1, max_size=4),
    history=st.lists(operations, min_size=2, max_size=12),
    merges=st.integers(0, 1),
    limit=st.integers(1, 3),
)
def test_each_former_slug_is_listed_with_what_its_address_answers(
    app: Edge,
    client: ContractClient,
    start: list[dict[str, Any]],
    history: list[tuple[str, int, Any]],
    merges: int,
    limit: int,
) -> None:
    newsroom = Newsroom(app)
    for content in start:
        newsroom.publish(content)
    for operation in history:
        newsroom.carry_out(operation)
    if merges:
        merged(newsroom.editor, "tags", *newsroom.tags)
    version = reading.fetch(client)["version"]
    known = [seen(client, as_of=one) for one in range(version + 1)]

    for one in (version // 2, version):
        former = set().union(*known[: one + 1]) - known[one]
        listed = reading.walked(reading.pages(client, REDIRECTS, limit=limit, as_of=one))
        leading = {it: answered(client, *it, as_of=one) for it in former}
        expected = [(*it, to) for it, (status, to) in leading.items() if status == 308]
        assert {status for status, _ in leading.values()} <= {308, 410}
        assert [(it["type"], it["slug"], it["new_slug"]) for it in listed] == sorted(
            expected, key=lambda it: (KINDS.index(it[0]), it[1])
        )


def test_types_choose(client: ContractClient, editor: Caller) -> None:
    tag, author = factories.a_tag(editor, slug="one"), factories.an_author(editor, slug="one")
    factories.edited(editor, tag, "tags", slug="two")
    factories.edited(editor, author, "authors", slug="two")

    for types, expected in (
        ("tag", ["tag"]),
        ("tag,author", ["author", "tag"]),
        ("post", []),
    ):
        listed = reading.everything(client, REDIRECTS, types=types)
        assert [one["type"] for one in listed] == expected


def test_pages_are_named_where_their_addresses_are_set(
    client: ContractClient, editor: Caller
) -> None:
    post = factories.edited(editor, factories.a_published_post(editor, slug="one"), slug="two")
    factories.published(editor, post)

    assert reading.fetch(client, REDIRECTS)["data"] == [
        {
            "type": "post",
            "slug": "one",
            "new_slug": "two",
            "url": "https://blog.test/posts/one",
            "new_url": "https://blog.test/posts/two",
        }
    ]


def test_a_page_that_looked_at_much_goes_on(
    client: ContractClient, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST", 3)
    for number in range(4):
        post = factories.a_published_post(editor, slug=f"post-{number}")
        for title in ("a", "b", "c"):
            post = factories.published(editor, factories.edited(editor, post, title=title))
        if number in {1, 3}:
            factories.published(editor, factories.edited(editor, post, slug=f"new-{number}"))

    found = reading.pages(client, REDIRECTS)

    assert reading.slugs(reading.walked(found)) == ["post-1", "post-3"]
    assert [] in [page["data"] for page in found]
