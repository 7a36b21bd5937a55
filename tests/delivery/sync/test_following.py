"""Whoever follows the changes from any version always ends with what a full fetch shows."""

from copy import deepcopy
from typing import Any, cast

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.editions import pruning
from cms.editions.present import Version
from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.delivery.sync.following import CHANGES, Copy, apply, follow, full, nothing
from tests.editions.test_site_history import Editors, operations
from tests.properties import OF_A_SITE


def exported(client: ContractClient) -> Copy:
    """What the export shows, if it is whole."""
    answer = client.get("/api/v1/export.ndjson")
    assert answer.status_code == 200
    first, *lines, last = map(orjson.loads, answer.get_data().splitlines())
    assert first == {"type": "site", "version": last["version"]}
    assert last == {"type": "end", "version": last["version"], "count": len(lines)}
    copy = nothing()
    for line in lines:
        copy[line["type"]][line["document"]["id"]] = line["document"]
    assert sum(map(len, copy.values())) == len(lines)
    return copy


@settings(OF_A_SITE, max_examples=15)
@given(st.lists(operations, min_size=5, max_size=16), st.integers(1, 4))
def test_a_follower_from_any_version_ends_with_what_a_full_fetch_shows(
    app: Edge,
    client: ContractClient,
    plan: list[tuple[str, int, dict[str, Any] | None]],
    limit: int,
) -> None:
    editors = Editors(app)
    copy = nothing()
    version = follow(client, copy, 0)
    remembered = {0: nothing(), version: deepcopy(copy)}
    for operation in plan:
        editors.carry_out(*operation)
        version = follow(client, copy, version, limit=limit)
        assert copy == full(client)
        remembered[version] = deepcopy(copy)

    begun = deepcopy(remembered)
    assert exported(client) == copy
    for earlier, held in remembered.items():
        shown = deepcopy(held)
        assert follow(client, held, earlier) == version
        assert held == copy
        if earlier:
            again = nothing()
            assert follow(client, again, 0, as_of=earlier) == earlier
            assert again == shown
    again = nothing()
    follow(client, again, 0, limit=limit)
    assert again == copy
    check_pruning(app, client, begun, copy, horizon=sorted(begun)[len(begun) // 2])


def check_pruning(
    app: Edge, client: ContractClient, begun: dict[int, Copy], copy: Copy, *, horizon: int
) -> None:
    """From the horizon on, and from nothing, followers end as before; others begin again."""
    pruning.carry_out(
        app.database, horizon, now=moments.now(), advance=lambda _done: None, portion=3
    )
    oldest = cast(Version, app.present()).oldest
    for earlier, held in begun.items():
        if 0 < earlier < oldest:
            answer = client.get(f"{CHANGES}?since={earlier}")
            assert (answer.status_code, answer.get_json()["code"]) == (410, "history_pruned")
        else:
            follow(client, held, earlier)
            assert held == copy


def test_a_walk_shows_one_version_whatever_happens_meanwhile(
    client: ContractClient, editor: Caller
) -> None:
    posts = [factories.a_published_post(editor, tags=["one"]) for _ in range(4)]
    shown = full(client)
    copy = nothing()

    def change() -> None:
        if posts:
            factories.deleted(editor, posts.pop())

    pages = reading.pages(client, CHANGES, since=0, limit=2, between=change)
    for page in pages:
        apply(copy, page["data"])
    assert copy == shown
    follow(client, copy, pages[0]["version"])
    assert copy == full(client)


def test_a_rename_is_followed_by_the_posts_that_name_it(
    client: ContractClient, editor: Caller
) -> None:
    tag = factories.a_tag(editor, name="one")
    posts = [factories.a_published_post(editor, tag_ids=[tag["id"]]) for _ in range(3)]
    factories.a_published_post(editor)
    since = reading.fetch(client)["version"]
    tag = factories.edited(editor, tag, "tags", name="two")

    entries = reading.walked(reading.pages(client, CHANGES, since=since, limit=2))

    assert [entry["type"] for entry in entries] == ["tag", "post", "post", "post"]
    assert {entry["id"] for entry in entries} == {tag["id"], *(post["id"] for post in posts)}
    assert {entry["change"] for entry in entries} == {"updated"}
    since = reading.fetch(client)["version"]
    factories.edited(editor, tag, "tags", description="No post shows this.")
    entries = reading.fetch(client, CHANGES, since=since)["data"]
    assert [entry["type"] for entry in entries] == ["tag"]


def test_what_was_withdrawn_is_named_by_its_id_alone(
    client: ContractClient, editor: Caller
) -> None:
    post = factories.a_published_post(editor, slug="secret", title="Secret")
    since = reading.fetch(client)["version"]
    factories.unpublished(editor, post)

    (entry,) = reading.fetch(client, CHANGES, since=since)["data"]

    assert entry == {
        "type": "post",
        "change": "deleted",
        "id": post["id"],
        "slug": None,
        "version": since + 1,
        "document": None,
    }


def test_types_leave_out_the_others(client: ContractClient, editor: Caller) -> None:
    factories.a_published_post(editor, tags=["one"])
    factories.an_author(editor)

    for types in ("post", "tag", "author", "tag,author"):
        entries = reading.walked(reading.pages(client, CHANGES, since=0, types=types, limit=1))
        assert {entry["type"] for entry in entries} == set(types.split(","))


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("", "?since"),
        ("since=-1", "?since"),
        ("since=99", "?since"),
        ("since=x", "?since"),
        ("since=", "?since"),
        ("since=1.0", "?since"),
        ("since=" + "9" * 18, "?since"),
        ("since=" + "9" * 40, "?since"),
        ("since=0&types=user", "?types/0"),
        ("since=0&types=", "?types"),
        ("since=0&wait=0", "?wait"),
        ("since=0&wait=31", "?wait"),
        ("since=0&wait=1&as_of=0", "?as_of"),
        ("since=0&limit=101", "?limit"),
    ],
)
def test_what_cannot_be_answered_is_refused_by_name(
    client: ContractClient, query: str, pointer: str
) -> None:
    answer = client.get(f"{CHANGES}?{query}")

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == [pointer]


def test_a_cursor_belongs_to_its_question(client: ContractClient, editor: Caller) -> None:
    for _ in range(3):
        factories.a_published_post(editor)
    cursor = reading.fetch(client, CHANGES, since=0, limit=1)["next_cursor"]

    assert client.get(f"{CHANGES}?since=1&cursor={cursor}").status_code == 400
    assert client.get(f"{CHANGES}?since=0&types=post&cursor={cursor}").status_code == 400
    assert client.get(f"{CHANGES}?since=0&cursor={cursor}&limit=1").status_code == 200
