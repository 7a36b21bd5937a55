"""One post, author or tag, as readers get it."""

from typing import Any

import pytest

from cms.editions.schemas import PublicAuthor, PublicPost, PublicTag
from tests import factories
from tests.callers import Caller, ContractClient


def complete(document: Any, schema: Any) -> None:
    """Nothing is missing and nothing is added, at any depth; and the schema reads it."""
    assert schema().validate(document) == {}
    for name, field in schema().fields.items():
        assert name in document
        nested = getattr(field, "schema", None) or getattr(
            getattr(field, "inner", None), "schema", None
        )
        if nested is None or document[name] is None:
            continue
        for one in document[name] if isinstance(document[name], list) else [document[name]]:
            complete(one, type(nested))
    assert set(document) == set(schema().fields)


def test_a_full_post_has_every_field(client: ContractClient, editor: Caller) -> None:
    tags = [factories.a_tag(editor, name=name) for name in ("Zebra", "Ant")]
    people = [
        factories.an_author(editor, name=name, avatar_url=url)
        for name, url in (("Zoe", "/zoe.png"), ("Ann", None))
    ]
    post = factories.a_published_post(
        editor,
        title="The Title",
        body="# Head\n\nSome *text* of seven words in all.",
        excerpt="Short",
        cover={"url": "/a.jpg", "alt": "A", "caption": "C"},
        seo={"title": "T", "description": "D", "canonical_url": "https://example.org/"},
        featured=True,
        published_at="2020-01-01T00:00:00Z",
        tag_ids=[tag["id"] for tag in tags],
        author_ids=[person["id"] for person in people],
    )

    shown = client.get("/api/v1/posts/the-title?include=markdown,plaintext,toc,related").get_json()

    complete(shown, PublicPost)
    assert shown.pop("markdown").startswith("# Head")
    assert shown.pop("plaintext") == "Head\nSome text of seven words in all."
    assert shown.pop("toc") == [{"id": "content-head", "level": 1, "title": "Head"}]
    assert shown.pop("related") == []
    assert client.get("/api/v1/posts/the-title").get_json() == shown
    assert shown.pop("html").count("<em>text</em>") == 1
    assert shown == {
        "id": post["id"],
        "slug": "the-title",
        "title": "The Title",
        "excerpt": "Short",
        "cover": {"url": "/a.jpg", "alt": "A", "caption": "C"},
        "authors": [
            {key: person[key] for key in ("id", "slug", "name", "avatar_url")} for person in people
        ],
        "tags": [{key: tag[key] for key in ("id", "slug", "name")} for tag in tags],
        "published_at": "2020-01-01T00:00:00.000Z",
        "updated_at": post["updated_at"],
        "reading_minutes": 1,
        "word_count": 8,
        "featured": True,
        "seo": {"title": "T", "description": "D", "canonical_url": "https://example.org/"},
    }


def test_what_a_bare_post_has_not_is_null_and_not_missing(
    client: ContractClient, editor: Caller
) -> None:
    factories.a_published_post(editor, title="Bare")

    shown = client.get("/api/v1/posts/bare?include=markdown,plaintext,toc,related").get_json()

    complete(shown, PublicPost)
    assert (shown["markdown"], shown["plaintext"], shown["toc"]) == ("", "", [])
    assert shown["cover"] is None
    assert shown["seo"] == {"title": None, "description": None, "canonical_url": None}
    assert (shown["authors"], shown["tags"]) == ([], [])
    assert (shown["html"], shown["excerpt"], shown["word_count"]) == ("", "", 0)


@pytest.mark.parametrize(
    ("kind", "make", "schema"),
    [
        ("authors", factories.an_author, PublicAuthor),
        ("tags", factories.a_tag, PublicTag),
    ],
)
def test_names_have_every_field_too(
    client: ContractClient, editor: Caller, kind: str, make: Any, schema: Any
) -> None:
    named = make(editor)
    factories.a_published_post(editor, **{f"{kind.removesuffix('s')}_ids": [named["id"]]})

    shown = client.get(f"/api/v1/{kind}/{named['slug']}").get_json()

    complete(shown, schema)
    assert shown["post_count"] == 1
    assert client.get(f"/api/v1/{kind}").get_json()["data"] == [shown]


def test_an_excerpt_is_made_from_the_text_when_absent(
    client: ContractClient, editor: Caller
) -> None:
    post = factories.a_published_post(editor, slug="one", body="The **first** paragraph.\n\nNext.")
    assert client.get("/api/v1/posts/one").get_json()["excerpt"].startswith("The first paragraph.")

    factories.edited(editor, post, excerpt="")
    factories.published(editor, post)
    assert client.get("/api/v1/posts/one").get_json()["excerpt"] == ""


@pytest.mark.parametrize("kind", ["posts", "authors", "tags"])
def test_what_is_not_there_is_not_found(client: ContractClient, kind: str) -> None:
    answer = client.get(f"/api/v1/{kind}/nobody-has-this")

    assert answer.status_code == 404
    assert answer.get_json()["code"] == "not_found"
    assert answer.headers["Cache-Control"] == "private, no-store"
