"""Slugs of posts: made, asked for, taken, and free again."""

import pytest

from tests import factories
from tests.callers import Caller, ContractClient

POSTS = "/api/v1/manage/posts"


def status_at(client: ContractClient, slug: str) -> int:
    """What a reader gets at this slug."""
    return client.get(f"/api/v1/posts/{slug}").status_code


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("After You Fail", "after-you-fail"),
        ("Größe & Maß", "grosse-mass"),
        ("объект", "obekt"),
        ("你好", "nihao"),
        ("🎉🚀", "tada-rocket"),
        ("...", "post"),
    ],
)
def test_a_slug_is_made_from_a_title_in_any_script(
    editor: Caller, client: ContractClient, title: str, slug: str
) -> None:
    post = factories.a_published_post(editor, title=title)

    assert post["slug"] == slug
    assert client.get(f"/api/v1/posts/{slug}").get_json()["title"] == title


def test_equal_titles_count_up(editor: Caller) -> None:
    slugs = [factories.a_post(editor, title="Same")["slug"] for _ in range(12)]

    assert slugs == ["same", *(f"same-{number}" for number in range(2, 13))]


def test_equal_titles_of_full_length_get_different_slugs(editor: Caller) -> None:
    slugs = {factories.a_post(editor, title="x" * 300)["slug"] for _ in range(3)}

    assert len(slugs) == 3
    assert all(len(slug) <= 100 for slug in slugs)


def test_a_number_that_somebody_took_is_left_out(editor: Caller) -> None:
    for slug in ("same", "same-2", "same-4"):
        factories.a_post(editor, slug=slug)

    assert factories.a_post(editor, title="Same")["slug"] == "same-3"
    assert factories.a_post(editor, title="Same")["slug"] == "same-5"


def test_a_new_title_keeps_the_slug(editor: Caller) -> None:
    post = factories.a_post(editor, title="Before")

    assert factories.edited(editor, post, title="After")["slug"] == "before"


@pytest.mark.parametrize("status", ["draft", "published"])
def test_a_slug_that_was_asked_for_and_is_taken_is_refused(editor: Caller, status: str) -> None:
    factories.a_post(editor, slug="taken", status=status)
    other = factories.a_post(editor, slug="other")

    refused = [
        editor.post(POSTS, json={"title": "New", "slug": "taken"}),
        editor.post(POSTS, json={"title": "New", "slug": "taken", "status": "published"}),
        editor.patch(f"{POSTS}/{other['id']}", if_match="*", json={"slug": "taken"}),
    ]

    for answer in refused:
        assert answer.status_code == 409
        problem = answer.get_json()
        assert problem["code"] == "slug_taken"
        assert [error["pointer"] for error in problem["errors"]] == ["#/slug"]
    assert editor.get(f"{POSTS}/{other['id']}").get_json() == other
    assert len(editor.get(POSTS).get_json()["data"]) == 2


def test_a_slug_that_readers_still_see_of_another_post_is_taken(
    editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor, slug="seen")
    factories.edited(editor, post, slug="not-yet-seen")
    other = factories.a_post(editor)

    for slug in ("seen", "not-yet-seen"):
        answer = editor.post(POSTS, json={"title": "New", "slug": slug})
        assert answer.status_code == 409
        answer = editor.patch(f"{POSTS}/{other['id']}", if_match="*", json={"slug": slug})
        assert answer.status_code == 409
    assert factories.a_post(editor, title="Seen")["slug"] == "seen-2"
    assert client.get("/api/v1/posts/seen").get_json()["id"] == post["id"]


def test_counting_up_leaves_out_slugs_that_readers_still_see(
    editor: Caller, client: ContractClient
) -> None:
    seen = [factories.a_published_post(editor, title="Seen") for _ in range(3)]
    for number, post in enumerate(seen):
        factories.edited(editor, post, slug=f"elsewhere-{number}")

    new = factories.a_post(editor, title="Seen")

    assert new["slug"] == "seen-4"
    assert factories.published(editor, new)["status"] == "published"
    assert [status_at(client, f"seen{suffix}") for suffix in ("", "-2", "-3", "-4")] == [200] * 4


def test_ones_own_slug_is_not_taken(editor: Caller) -> None:
    post = factories.a_published_post(editor, slug="mine")

    assert factories.edited(editor, post, slug="mine") == post
    factories.edited(editor, post, slug="elsewhere")
    assert factories.edited(editor, post, slug="mine")["has_unpublished_changes"] is False


@pytest.mark.parametrize("way", ["deletion", "withdrawal", "publication"])
def test_a_slug_is_free_once_nobody_uses_it(
    editor: Caller, client: ContractClient, way: str
) -> None:
    post = factories.a_published_post(editor, slug="wanted")
    if way == "deletion":
        factories.deleted(editor, post)
    else:
        factories.edited(editor, post, slug="elsewhere")
        move = factories.published if way == "publication" else factories.unpublished
        move(editor, post)

    heir = factories.a_published_post(editor, slug="wanted")

    assert client.get("/api/v1/posts/wanted").get_json()["id"] == heir["id"]


def test_a_new_slug_is_live_once_published_again(editor: Caller, client: ContractClient) -> None:
    post = factories.a_published_post(editor, slug="old")

    factories.edited(editor, post, slug="new")
    assert (status_at(client, "old"), status_at(client, "new")) == (200, 404)

    factories.published(editor, post)
    assert (status_at(client, "old"), status_at(client, "new")) == (308, 200)


def test_two_posts_can_exchange_their_slugs(editor: Caller, client: ContractClient) -> None:
    first = factories.a_published_post(editor, slug="a")
    second = factories.a_published_post(editor, slug="b")

    for post, slug in ((first, "c"), (second, "a"), (first, "b")):
        factories.edited(editor, post, slug=slug)
        factories.published(editor, post)

    ids = [client.get(f"/api/v1/posts/{slug}").get_json()["id"] for slug in ("a", "b")]
    assert ids == [second["id"], first["id"]]


@pytest.mark.parametrize(
    "slug", ["", "-", "Upper", "a--b", "-a", "a-", "a b", "a_b", "ä", "a\n", "a/b", "x" * 101, None]
)
def test_what_is_no_slug_is_refused(editor: Caller, slug: str | None) -> None:
    answer = editor.post(POSTS, json={"title": "New", "slug": slug})

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "#/slug"
    assert editor.get(POSTS).get_json()["data"] == []
