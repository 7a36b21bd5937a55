"""A slug that moved leads to today's; what was withdrawn is gone; a new one is unknown."""

from collections.abc import Callable
from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

MAKE: dict[str, Callable[[Caller, str], dict[str, Any]]] = {
    "posts": lambda by, slug: factories.a_published_post(by, slug=slug),
    "authors": lambda by, slug: factories.an_author(by, slug=slug),
    "tags": lambda by, slug: factories.a_tag(by, slug=slug),
}
each_kind = pytest.mark.parametrize("kind", MAKE)


def moved(by: Caller, subject: dict[str, Any], kind: str, slug: str) -> None:
    """Give it another slug, for readers too."""
    changed = factories.edited(by, subject, kind, slug=slug)
    if kind == "posts":
        factories.published(by, changed)


@each_kind
def test_every_former_slug_leads_to_the_present_one(
    kind: str, editor: Caller, client: ContractClient
) -> None:
    subject = MAKE[kind](editor, "first")
    for slug in ("second", "third"):
        moved(editor, subject, kind, slug)

    for method in ("GET", "HEAD"):
        for slug in ("first", "second"):
            answer = client.request(method, f"/api/v1/{kind}/{slug}")

            assert (answer.status_code, answer.get_data()) == (308, b"")
            assert "Content-Type" not in answer.headers
            assert answer.headers["Location"] == f"/api/v1/{kind}/third"
            assert answer.headers["Cache-Control"].startswith("public, max-age=")
    assert client.get(answer.headers["Location"]).get_json()["id"] == subject["id"]


@each_kind
def test_the_address_of_today_asks_for_the_same(
    kind: str, editor: Caller, client: ContractClient
) -> None:
    subject = MAKE[kind](editor, "first")
    moved(editor, subject, kind, "second")
    version = client.get(f"/api/v1/{kind}").get_json()["version"]

    answer = client.get(f"/api/v1/{kind}/first?fields=id%2Cslug&as_of={version}")

    expected = f"/api/v1/{kind}/second?fields=id%2Cslug&as_of={version}"
    assert answer.headers["Location"] == expected
    assert client.get(expected).get_json() == {"id": subject["id"], "slug": "second"}


def test_every_address_with_a_slug_leads_on_with_its_question(
    app: Edge, editor: Caller, client: ContractClient
) -> None:
    for kind, make in MAKE.items():
        moved(editor, make(editor, "first"), kind, "second")
    version = client.get("/api/v1/posts").get_json()["version"]

    seen = 0
    for one in reading.public_addresses(app, slug="first"):
        if "<slug:slug>" in one.rule:
            seen += 1
            has_limit = "limit" in reading.declared_parameters(app, one)
            question = "limit=2" if has_limit else f"as_of={version}"
            answer = client.get(f"{one.path}?{question}")

            assert answer.status_code == 308, str(one)
            expected = f"{one.path.replace('first', 'second')}?{question}"
            assert answer.headers["Location"] == expected
            assert client.get(expected).status_code == 200
    assert seen == 13


@pytest.mark.parametrize("part", ["neighbours?tag=%D1%82%26a%3Db", "related?limit=7"])
def test_what_is_around_a_post_is_found_by_its_former_slugs_too(
    part: str, editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor, slug="first")
    moved(editor, post, "posts", "second")

    answer = client.get(f"/api/v1/posts/first/{part}")
    assert answer.status_code == 308
    assert answer.headers["Location"] == f"/api/v1/posts/second/{part}"
    assert client.get(answer.headers["Location"]).status_code == 200

    factories.unpublished(editor, post)
    for slug in ("first", "second"):
        assert client.get(f"/api/v1/posts/{slug}/{part}").status_code == 410
    assert client.get(f"/api/v1/posts/never/{part}").status_code == 404


@each_kind
def test_what_was_deleted_is_gone_at_all_its_slugs(
    kind: str, editor: Caller, client: ContractClient
) -> None:
    subject = MAKE[kind](editor, "first")
    moved(editor, subject, kind, "second")

    factories.deleted(editor, subject, kind)

    for slug in ("first", "second"):
        answer = client.get(f"/api/v1/{kind}/{slug}")
        assert (answer.status_code, answer.get_json()["code"]) == (410, "gone")
        # Whoever is published under it next is seen at once.
        assert answer.headers["Cache-Control"] == "private, no-store"
    never = client.get(f"/api/v1/{kind}/never")
    assert (never.status_code, never.headers["Cache-Control"]) == (404, "private, no-store")


@each_kind
def test_whoever_takes_a_slug_over_answers_at_it(
    kind: str, editor: Caller, client: ContractClient
) -> None:
    first = MAKE[kind](editor, "wanted")
    moved(editor, first, kind, "other")
    second = MAKE[kind](editor, "wanted")

    assert client.get(f"/api/v1/{kind}/wanted").get_json()["id"] == second["id"]
    moved(editor, second, kind, "third")
    assert client.get(f"/api/v1/{kind}/wanted").headers["Location"] == f"/api/v1/{kind}/third"
    moved(editor, first, kind, "wanted")
    assert client.get(f"/api/v1/{kind}/wanted").get_json()["id"] == first["id"]


def test_a_slug_that_only_a_draft_had_was_never_there(
    editor: Caller, client: ContractClient
) -> None:
    post = factories.a_published_post(editor, slug="first")
    for slug in ("drafted", "second"):
        post = factories.edited(editor, post, slug=slug)
    factories.published(editor, post)

    assert client.get("/api/v1/posts/drafted").status_code == 404
    assert client.get("/api/v1/posts/first").headers["Location"] == "/api/v1/posts/second"


def test_a_withdrawn_post_is_gone_until_it_is_published_again(
    editor: Caller, client: ContractClient
) -> None:
    post = factories.unpublished(editor, factories.a_published_post(editor, slug="first"))
    assert client.get("/api/v1/posts/first").status_code == 410

    factories.published(editor, factories.edited(editor, post, slug="second"))

    assert client.get("/api/v1/posts/first").headers["Location"] == "/api/v1/posts/second"
