"""Every field of a post: what goes in comes out, and what a change leaves alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cms.content.posts.schemas import PostIn, PostOut, PostPatch
from tests import factories
from tests.callers import Caller

POSTS = "/api/v1/manage/posts"
NOTHING = {"title": None, "description": None, "canonical_url": None}
# Field: a value, another, and what null makes of it (absent where null is refused).
VALUES: dict[str, tuple[Any, Any] | tuple[Any, Any, Any]] = {
    "title": ("First — “quoted” & <b>", "第二"),
    "slug": ("first-slug", "second-slug"),
    "excerpt": ("Short.", " kept  as\nit came ", None),
    "body": ("*one*\r\n\n\ttwo  \n", ""),
    "cover": (
        {"url": "https://example.org/a.jpg", "alt": "A", "caption": "C"},
        {"url": "/b.jpg", "alt": "", "caption": None},
        None,
    ),
    "featured": (True, False),
    "seo": (
        {"title": "T", "description": "D", "canonical_url": "https://example.org/x?a=1#b"},
        {"title": "Other", "description": None, "canonical_url": None},
        NOTHING,
    ),
    "status": ("in_review", "draft"),
    "published_at": ("2020-02-29T23:59:59.999Z", "1969-07-20T20:17:40.000Z", None),
    # Filled in by `values`, because ids differ each time.
    "author_ids": ([], []),
    "tag_ids": ([], []),
}


@pytest.fixture
def values(editor: Caller) -> dict[str, Any]:
    """The table, with ids of authors and tags that exist."""
    found: dict[str, Any] = dict(VALUES)
    for name, make in (("author_ids", factories.an_author), ("tag_ids", factories.a_tag)):
        ids = [make(editor)["id"] for _ in range(3)]
        found[name] = (ids[::-1], ids[:2])
    return found


def read(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """The post as it is now."""
    found: dict[str, Any] = by.get(f"{POSTS}/{post['id']}").get_json()
    return found


def test_the_table_has_every_field_that_can_be_sent() -> None:
    by_name = {"authors", "tags"}

    assert set(VALUES) | by_name == set(PostIn().fields) == set(PostPatch().fields)
    assert set(VALUES) < set(PostOut().fields)


def test_what_a_new_post_says_is_what_is_read(editor: Caller, values: dict[str, Any]) -> None:
    sent = {name: known[0] for name, known in values.items()}

    created = factories.a_post(editor, **sent)

    assert {name: created[name] for name in sent} == sent
    assert read(editor, created) == created


@pytest.mark.parametrize("name", VALUES)
def test_one_field_changes_and_all_others_stay(
    editor: Caller, values: dict[str, Any], name: str
) -> None:
    first = {field: known[0] for field, known in values.items()}
    before = factories.a_post(editor, **first)

    after = factories.edited(editor, before, **{name: values[name][1]})

    assert after[name] == values[name][1]
    assert after["version"] == before["version"] + 1
    moved = {name, "revision", "version", "updated_at", "expanded"}
    assert {k: v for k, v in after.items() if k not in moved} == {
        k: v for k, v in before.items() if k not in moved
    }
    assert read(editor, before) == after


@pytest.mark.parametrize("name", VALUES)
def test_null_empties_a_field_or_is_refused(
    editor: Caller, values: dict[str, Any], name: str
) -> None:
    first = {field: known[0] for field, known in values.items()}
    before = factories.a_post(editor, **first)

    answer = editor.patch(f"{POSTS}/{before['id']}", if_match="*", json={name: None})

    if len(VALUES[name]) == 3:
        assert answer.status_code == 200
        assert answer.get_json()[name] == values[name][2]
        assert read(editor, before)[name] == values[name][2]
    else:
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"#/{name}"]
        assert read(editor, before) == before


def test_a_title_is_enough(editor: Caller) -> None:
    answer = editor.post(POSTS, json={"title": "Alone"})

    assert answer.status_code == 201
    post = answer.get_json()
    assert answer.headers["Location"] == f"{POSTS}/{post['id']}"
    assert post["created_at"] == post["updated_at"]
    assert {name: value for name, value in post.items() if name not in {"id", "created_at"}} == {
        "slug": "alone",
        "title": "Alone",
        "excerpt": None,
        "body": "",
        "cover": None,
        "author_ids": [],
        "tag_ids": [],
        "featured": False,
        "seo": NOTHING,
        "status": "draft",
        "has_unpublished_changes": False,
        "scheduled": None,
        "trashed_at": None,
        "approval": None,
        "revision": 1,
        "published_at": None,
        "updated_at": post["updated_at"],
        "created_by": editor.user_id,
        "version": 1,
        "expanded": {"authors": [], "tags": []},
    }


def test_without_a_title_there_is_no_post(editor: Caller) -> None:
    answer = editor.post(POSTS, json={"body": "text"})

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/title"]
    assert editor.get(POSTS).get_json()["data"] == []


def test_a_line_is_folded_and_composed(editor: Caller) -> None:
    post = factories.a_post(editor, title="  Cafe\u0301 \n  two\u2003words ")

    assert post["title"] == "Café two words"


COVER = {"url": "/a.jpg", "alt": "A", "caption": "C"}


@pytest.mark.parametrize(
    ("start", "change", "merged"),
    [
        (COVER, {"alt": "B"}, {**COVER, "alt": "B"}),
        (COVER, {"alt": None}, {**COVER, "alt": ""}),
        (COVER, {"caption": None}, {**COVER, "caption": None}),
        (COVER, {"url": "/b.jpg"}, {**COVER, "url": "/b.jpg"}),
        (COVER, {}, COVER),
        (COVER, None, None),
        (None, {"url": "/b.jpg"}, {"url": "/b.jpg", "alt": "", "caption": None}),
        (None, None, None),
    ],
    ids=["alt", "no alt", "no caption", "url", "nothing", "null", "new", "still null"],
)
def test_a_change_of_the_cover_is_merged_into_it(
    editor: Caller, start: Any, change: Any, merged: Any
) -> None:
    post = factories.a_post(editor, cover=start)

    assert factories.edited(editor, post, cover=change)["cover"] == merged
    assert read(editor, post)["cover"] == merged


@pytest.mark.parametrize("change", [{"alt": "B"}, {}, {"url": None}, {"url": ""}])
def test_a_cover_needs_an_address(editor: Caller, change: Any) -> None:
    post = factories.a_post(editor)

    for answer in (
        editor.patch(f"{POSTS}/{post['id']}", if_match="*", json={"cover": change}),
        editor.post(POSTS, json={"title": "New", "cover": change}),
    ):
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/cover/url"]
    assert read(editor, post) == post


@pytest.mark.parametrize(
    ("change", "merged"),
    [
        ({"title": "B"}, {"title": "B", "description": "D"}),
        ({"title": None}, {"title": None, "description": "D"}),
        ({"canonical_url": "/c"}, {"title": "A", "description": "D", "canonical_url": "/c"}),
        ({}, {"title": "A", "description": "D"}),
        (None, {}),
    ],
    ids=["member", "null member", "new member", "nothing", "null"],
)
def test_a_change_of_seo_is_merged_into_it(editor: Caller, change: Any, merged: Any) -> None:
    post = factories.a_post(editor, seo={"title": "A", "description": "D"})

    assert factories.edited(editor, post, seo=change)["seo"] == {**NOTHING, **merged}
    assert read(editor, post)["seo"] == {**NOTHING, **merged}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"unknown": 1}, "#/unknown"),
        ({"cover": {"url": "/a", "width": 1}}, "#/cover/width"),
        ({"seo": {"keywords": "a"}}, "#/seo/keywords"),
        ({"id": "00000000-0000-7000-8000-000000000000"}, "#/id"),
        ({"version": 9}, "#/version"),
        ({"created_by": None}, "#/created_by"),
        ({"title": ""}, "#/title"),
        ({"title": "  "}, "#/title"),
        ({"title": "x" * 301}, "#/title"),
        ({"title": 1}, "#/title"),
        ({"title": "a\u0000b"}, "#/title"),
        ({"body": "a\u0000b"}, "#/body"),
        ({"featured": 1}, "#/featured"),
        ({"featured": "true"}, "#/featured"),
        ({"excerpt": "x" * 2001}, "#/excerpt"),
        ({"tag_ids": ["x"]}, "#/tag_ids/0"),
        ({"author_ids": "x"}, "#/author_ids"),
        ({"cover": "/a.jpg"}, "#/cover"),
        ({"status": "scheduled"}, "#/status"),
        ({"status": "gone"}, "#/status"),
        ({"published_at": "2020-01-01T00:00:00"}, "#/published_at"),
        ({"published_at": "2020-01-01"}, "#/published_at"),
        ({"published_at": 0}, "#/published_at"),
        ({"published_at": "0001-01-01T00:00:00+14:00"}, "#/published_at"),
    ],
    ids=str,
)
def test_what_is_not_valid_is_refused_by_name(
    editor: Caller, body: dict[str, Any], pointer: str
) -> None:
    post = factories.a_post(editor)

    for answer in (
        editor.post(POSTS, json={"title": "New", **body}),
        editor.patch(f"{POSTS}/{post['id']}", if_match="*", json=body),
    ):
        assert answer.status_code == 422
        assert pointer in [error["pointer"] for error in answer.get_json()["errors"]]
    assert editor.get(POSTS).get_json()["data"] == [post]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2020-01-01T12:00:00Z", "2020-01-01T12:00:00.000Z"),
        ("2020-01-01T12:00:00+02:00", "2020-01-01T10:00:00.000Z"),
        ("2020-01-01T12:00:00.123999Z", "2020-01-01T12:00:00.123Z"),
        ("0999-01-01T00:00:00Z", "0999-01-01T00:00:00.000Z"),
    ],
)
def test_a_past_moment_of_publication_is_kept(editor: Caller, sent: str, kept: str) -> None:
    post = factories.a_post(editor, published_at=sent)

    assert post["published_at"] == kept
    assert factories.published(editor, post)["published_at"] == kept


def test_a_future_moment_of_publication_is_refused(editor: Caller) -> None:
    post = factories.a_post(editor)
    future = (datetime.now(UTC) + timedelta(minutes=5)).isoformat()

    for answer in (
        editor.post(POSTS, json={"title": "New", "published_at": future}),
        editor.patch(f"{POSTS}/{post['id']}", if_match="*", json={"published_at": future}),
    ):
        assert answer.status_code == 422
        assert [one["pointer"] for one in answer.get_json()["errors"]] == ["#/published_at"]
    assert editor.get(POSTS).get_json()["data"] == [post]


def test_without_a_moment_publication_sets_its_own(editor: Caller) -> None:
    post = factories.published(editor, factories.a_post(editor))

    assert post["published_at"] == post["updated_at"]


SAME: dict[str, Any] = {
    "nothing": {},
    "title": {"title": "Same"},
    "spaces around the title": {"title": "  Same "},
    "slug": {"slug": "same"},
    "cover": {"cover": {"url": "/a.jpg"}},
    "seo": {"seo": {"title": "S"}},
    "tags by name": {"tags": ["NEWS", "more"]},
    "moment in another zone": {"published_at": "2020-01-01T02:00:00+02:00"},
    "body": {"body": "text"},
    "status": {"status": "draft"},
    "excerpt": {"excerpt": None},
}


@pytest.mark.parametrize("same", SAME.values(), ids=SAME.keys())
@pytest.mark.parametrize("published", [False, True], ids=["draft", "published"])
def test_a_change_that_changes_nothing_keeps_the_version(
    editor: Caller, same: dict[str, Any], *, published: bool
) -> None:
    post = factories.a_post(
        editor,
        title="Same",
        body="text",
        cover={"url": "/a.jpg", "alt": "A"},
        seo={"title": "S"},
        tags=["News", "More"],
        published_at="2020-01-01T00:00:00Z",
    )
    if published:
        post = factories.published(editor, post)
        same = {name: value for name, value in same.items() if name != "status"}
    before = editor.get(f"{POSTS}/{post['id']}")
    site = editor.get(POSTS).get_json()["version"]

    answer = editor.patch(f"{POSTS}/{post['id']}", if_match=before.headers["ETag"], json=same)

    assert answer.status_code == 200
    after = editor.get(f"{POSTS}/{post['id']}")
    assert answer.headers["ETag"] == after.headers["ETag"] == before.headers["ETag"]
    assert answer.get_data() == after.get_data() == before.get_data()
    assert editor.get(POSTS).get_json()["version"] == site


def test_what_was_read_can_be_sent_back_unchanged(editor: Caller, values: dict[str, Any]) -> None:
    post = factories.a_post(editor, **{name: known[0] for name, known in values.items()})

    assert factories.edited(editor, post, **{name: post[name] for name in VALUES}) == post
