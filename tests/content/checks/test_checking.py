"""Checking a post through the API, and what the checks stop."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from cms.content.posts.checks import actions, links
from cms.content.posts.checks.actions import Standard
from cms.foundation.http.edge import Edge
from cms.foundation.settings import Settings
from tests import factories
from tests.callers import Caller
from tests.conftest import make_settings
from tests.content.checks.test_parts import SOURCES

POSTS = "/api/v1/manage/posts"
Demanding = Callable[[str], None]


@pytest.fixture
def demanding(app: Edge, settings: Settings) -> Iterator[Demanding]:
    """A function that sets how strict the site is."""
    before = app.database.info[actions.KEY]

    def demand(level: str) -> None:
        changed = make_settings(settings.database_url, settings.data_dir, checks=level)
        app.database.info[actions.KEY] = Standard.of(changed)

    yield demand
    app.database.info[actions.KEY] = before


def _checked(by: Caller, post: dict[str, Any]) -> list[dict[str, Any]]:
    answer = by.get(f"{POSTS}/{post['id']}/checks")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = answer.get_json()["data"]
    return found


def _codes(by: Caller, post: dict[str, Any]) -> list[tuple[str, str, int | None]]:
    return [(one["code"], one["severity"], one["line"]) for one in _checked(by, post)]


def _linking(by: Caller, *addresses: str, **values: Any) -> dict[str, Any]:
    body = "\n\n".join(f"[a]({address})" for address in addresses)
    return factories.a_post(by, body=body, **{"excerpt": "Words.", **values})


def test_a_post_without_faults_has_no_findings(editor: Caller) -> None:
    cover = {"url": "/a.png", "alt": "A cat"}

    assert _checked(editor, factories.a_post(editor, body="x", excerpt="y", cover=cover)) == []


def test_the_worst_comes_first(editor: Caller) -> None:
    post = factories.a_post(editor, title="x" * 61, body="", cover={"url": "/a.png"})

    assert _codes(editor, post) == [
        ("empty_body", "error", None),
        ("long_title", "warning", None),
        ("missing_alt", "warning", None),
        ("empty_excerpt", "info", None),
    ]


def test_links_are_held_against_what_readers_find(editor: Caller) -> None:
    factories.a_published_post(editor, slug="live")
    moved = factories.a_published_post(editor, slug="moved")
    factories.published(editor, factories.edited(editor, moved, slug="moved-here"))
    factories.unpublished(editor, factories.a_published_post(editor, slug="withdrawn"))
    factories.a_post(editor, slug="draft")
    factories.a_tag(editor, slug="news")
    factories.an_author(editor, slug="jane")

    post = _linking(
        editor, "/posts/live", "/posts/moved", "/posts/withdrawn", "/posts/draft", "/posts/never",
        "/tags/news", "/tags/olds", "/by/jane", "/by/joe", "/posts/own", "https://else.test/posts/x",
        slug="own",
    )  # fmt: skip

    assert _codes(editor, post) == [
        ("broken_link", "error", 5),
        ("broken_link", "error", 7),
        ("broken_link", "error", 9),
        ("broken_link", "error", 13),
        ("broken_link", "error", 17),
        ("moved_link", "info", 3),
    ]
    assert "'moved-here'" in _checked(editor, post)[-1]["detail"]


def test_who_was_merged_away_is_found_under_who_took_their_place(editor: Caller) -> None:
    old, middle, new = (factories.a_tag(editor, slug=slug) for slug in ("old", "middle", "new"))
    for one, into in ((old, middle), (middle, new)):
        address = f"/api/v1/manage/tags/{one['id']}/merge"
        assert editor.post(address, if_match="*", json={"into": into["id"]}).status_code == 200

    (found,) = _checked(editor, _linking(editor, "/tags/old"))

    assert (found["code"], "'new'" in found["detail"]) == ("moved_link", True)


def test_a_slug_belongs_to_who_has_it_today(editor: Caller) -> None:
    first = factories.a_published_post(editor, slug="wanted")
    factories.published(editor, factories.edited(editor, first, slug="elsewhere"))
    factories.a_published_post(editor, slug="wanted")

    assert _checked(editor, _linking(editor, "/posts/wanted", "/posts/wanted?x")) == []


def test_a_title_is_compared_without_regard_to_case(editor: Caller) -> None:
    factories.a_published_post(editor, title="Stra\u00dfe", slug="live")
    factories.a_post(editor, title="STRASSE", slug="draft")
    renamed = factories.a_published_post(editor, title="strasse", slug="seen")
    factories.edited(editor, renamed, title="Other")
    factories.deleted(editor, factories.a_post(editor, title="strasse", slug="trashed"))

    (found,) = _checked(editor, factories.a_post(editor, title="strasse", body="x", excerpt="y"))

    assert (found["code"], found["pointer"]) == ("duplicate_title", "#/title")
    assert "draft, live, seen" in found["detail"]
    assert _checked(editor, factories.a_post(editor, title="Road", body="x", excerpt="y")) == []


def test_nobody_learns_of_drafts_that_are_not_theirs(editor: Caller, author: Caller) -> None:
    factories.a_post(editor, title="Secret", slug="secret")

    post = _linking(author, "/posts/secret", "/posts/nobody", title="Secret")
    found = _checked(author, post)

    assert [one["code"] for one in found] == ["broken_link", "broken_link"]
    assert len({one["detail"].replace("secret", "nobody") for one in found}) == 1


def test_a_text_full_of_faults_is_answered_in_bounds(
    editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "MOST_PLACES", 20)
    body = "".join(f"![](/a)\n[a](#b)\n[c](/posts/d{number})\n" for number in range(150))

    found = _checked(editor, factories.a_post(editor, body=body, excerpt="x"))

    assert len(found) == 3 * 101
    assert sum(one["code"] == "broken_link" for one in found) == 20
    assert found[-1]["code"] == "unchecked_link"


def test_what_cannot_be_rendered_is_a_finding(editor: Caller) -> None:
    post = factories.a_post(editor, body="> " * 100 + "x", excerpt="x")

    assert _codes(editor, post) == [("markdown_too_complex", "error", None)]


@given(
    body=SOURCES,
    title=st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=80),
    alt=st.none() | st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=3),
    excerpt=st.none() | st.just("") | st.just("x"),
)
@hypothesis_settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_pointer_of_every_finding_leads_into_the_post(
    editor: Caller, body: str, title: str, alt: str | None, excerpt: str | None
) -> None:
    values = {
        "title": title,
        "body": body,
        "excerpt": excerpt,
        "cover": {"url": "/a", "alt": alt},
        "seo": {"description": "x" * 200},
    }
    answer = editor.post(POSTS, json=values)
    if answer.status_code == 422:  # Not a text that anybody may save.
        return
    post = answer.get_json()

    for found in _checked(editor, post):
        resolved: Any = post
        for step in found["pointer"].removeprefix("#/").split("/"):
            resolved = resolved[step]
        if found["line"] is not None:
            assert found["pointer"] == "#/body"


def _refused(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.get_data(as_text=True)
    problem = answer.get_json()
    assert problem["code"] == "checks_failed"
    return [one["pointer"] for one in problem["errors"]]


@pytest.mark.parametrize(
    ("level", "pointers"), [("errors", ["#/body"]), ("warnings", ["#/body", "#/cover/alt"])]
)
def test_a_site_that_demands_it_refuses_every_way_to_publish(
    editor: Caller, demanding: Demanding, level: str, pointers: list[str]
) -> None:
    demanding(level)
    values: dict[str, Any] = {
        "title": "T",
        "body": "x\n\n[a](/posts/never)",
        "cover": {"url": "/a", "alt": ""},
    }
    post = factories.a_post(editor, **values)

    answers = [
        editor.post(f"{POSTS}/{post['id']}/publish", if_match="*"),
        editor.post(POSTS, json={**values, "title": "U", "status": "published"}),
        editor.post(
            f"{POSTS}/{post['id']}/schedule",
            if_match="*",
            json={"publish_at": "2999-01-01T00:00:00Z"},
        ),
    ]

    assert [_refused(answer) for answer in answers] == [pointers] * 3
    assert answers[0].get_json()["errors"][0]["detail"].startswith("Line 3: ")
    assert editor.get(POSTS).get_json()["data"] == [editor.get(f"{POSTS}/{post['id']}").get_json()]


def test_a_bulk_publishes_what_passes(editor: Caller, demanding: Demanding) -> None:
    demanding("errors")
    good, bad = factories.a_post(editor, body="x"), factories.a_post(editor, body="")
    operations = [{"action": "publish", "id": one["id"], "etag": "*"} for one in (good, bad)]

    answer = editor.post(f"{POSTS}/bulk", json={"operations": operations}).get_json()

    assert [one["status"] for one in answer["results"]] == ["published", None]
    assert answer["results"][1]["problem"]["code"] == "checks_failed"


def test_what_passes_is_published(editor: Caller, demanding: Demanding) -> None:
    demanding("warnings")

    factories.a_published_post(editor, title="T", body="x", slug="own")
    factories.a_published_post(
        editor, title="U", body="[a](/posts/own) [b](/posts/self)", slug="self"
    )


def test_a_site_that_demands_nothing_publishes_anything(editor: Caller) -> None:
    factories.a_published_post(editor, body="[a](/posts/never)")
