"""What a preview shows is what readers would get, and only while its link is good."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings

from cms.content.posts.previews import actions
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty
from tests.content.revisions.desk import POSTS, revision, revisions, saved
from tests.delivery.test_oracle import POSTS as CONTENTS

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
# An address that never was.
NOWHERE = "/api/v1/preview/" + "x" * 43


def a_link(by: Caller, post: dict[str, Any], **values: Any) -> dict[str, Any]:
    """A preview link of a post."""
    answer = by.post(f"{POSTS}/{post['id']}/preview-links", json=values)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    created: dict[str, Any] = answer.get_json()
    return created


def links(by: Caller, post: dict[str, Any]) -> list[dict[str, Any]]:
    """The links of a post that are good."""
    listed: list[dict[str, Any]] = by.get(f"{POSTS}/{post['id']}/preview-links").get_json()["data"]
    return listed


def path(link: dict[str, Any]) -> str:
    """Where a link leads, in this service."""
    url: str = link["url"]
    return url.removeprefix("http://localhost")


def looked_at(client: ContractClient, link: dict[str, Any]) -> dict[str, Any]:
    """What a link shows."""
    answer = client.get(path(link))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown: dict[str, Any] = answer.get_json()
    return shown


def leads_nowhere(client: ContractClient, link: dict[str, Any]) -> bool:
    """Whether it answers like an address that never was."""
    answers = [client.get(where) for where in (path(link), NOWHERE)]
    assert {answer.status_code for answer in answers} <= {200, 404}
    bodies = [{**one.get_json(), "instance": ""} for one in answers]
    return bodies[0] == bodies[1]


@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(content=CONTENTS)
def test_a_preview_is_what_readers_get_once_it_is_published(
    app: Edge, client: ContractClient, content: dict[str, Any]
) -> None:
    empty(app)
    editor = factories.a_caller(app, "editor")
    author = factories.an_author(editor, bio="Writes.", avatar_url="/a.png")
    post = factories.a_post(editor, **content, author_ids=[author["id"]])
    shown = looked_at(client, a_link(editor, post))
    pinned = looked_at(client, a_link(editor, post, revision=1))

    factories.published(editor, post)

    public = client.get(f"/api/v1/posts/{post['slug']}").get_json()
    moments = {"updated_at"} | ({"published_at"} - content.keys())
    for preview in (shown, pinned):
        assert list(preview) == list(public)
        assert all(preview[name] for name in moments)
        assert {**preview, **{name: public[name] for name in moments}} == public


def test_it_follows_the_draft_and_readers_see_nothing_of_it(
    client: ContractClient, editor: Caller
) -> None:
    post = factories.a_published_post(editor, title="One")
    link = a_link(editor, post)
    public = client.get(f"/api/v1/posts/{post['slug']}").get_data()

    saved(editor, post, title="Two", slug="elsewhere", tags=["New"])

    assert looked_at(client, link)["title"] == "Two"
    assert looked_at(client, link)["slug"] == "elsewhere"
    assert looked_at(client, link)["published_at"] == post["published_at"]
    assert client.get(f"/api/v1/posts/{post['slug']}").get_data() == public


def test_pinned_to_a_revision_it_stays(client: ContractClient, editor: Caller) -> None:
    post = factories.a_post(editor, body="")
    saved(editor, post, autosave=True, body="one")
    tag = editor.get(f"{POSTS}/{post['id']}").headers["ETag"]
    pinned = [a_link(editor, post, revision=number) for number in (1, 2)]
    assert editor.get(f"{POSTS}/{post['id']}").headers["ETag"] == tag

    saved(editor, post, autosave=True, body="two")

    assert [looked_at(client, link)["html"] for link in pinned] == ["", "<p>one</p>\n"]
    assert [one["number"] for one in revisions(editor, post)] == [3, 2, 1]
    assert revision(editor, post, 2)["content"]["body"] == "one"


def test_what_a_pinned_revision_names_may_be_gone(client: ContractClient, editor: Caller) -> None:
    gone, old, into = (factories.a_tag(editor) for _ in range(3))
    post = factories.a_post(editor, tag_ids=[gone["id"], old["id"]])
    link = a_link(editor, post, revision=1)
    saved(editor, post, tag_ids=[])
    factories.deleted(editor, gone, "tags")
    address = f"/api/v1/manage/tags/{old['id']}/merge"
    assert editor.post(address, if_match="*", json={"into": into["id"]}).status_code == 200

    assert [tag["id"] for tag in looked_at(client, link)["tags"]] == [into["id"]]


def test_nobody_keeps_it_or_lists_it(client: ContractClient, editor: Caller) -> None:
    link = a_link(editor, factories.a_post(editor))

    first = client.get(path(link))
    again = client.get(path(link), headers={"If-None-Match": first.headers["ETag"]})

    assert first.get_data() == again.get_data()
    for answer in (first, again):
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Robots-Tag"] == "noindex"
        assert "Surrogate-Key" not in answer.headers
        assert "hit" not in answer.headers.get("Cache-Status", "")


def test_the_token_is_shown_once_and_kept_by_nobody(app: Edge, editor: Caller) -> None:
    post = factories.a_post(editor)
    link = a_link(editor, post, revision=1)

    assert link["url"] == f"http://localhost/api/v1/preview/{link['token']}"
    assert re.fullmatch(r"[\w-]{43}", link["token"])
    kept = {name: value for name, value in link.items() if name not in {"url", "token"}}
    assert links(editor, post) == [kept]
    assert kept["created_by"] == editor.user_id
    with app.database.session(read_only=True) as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM preview_links").all()
    assert len(rows) == 1
    assert link["token"] not in str(rows)


@pytest.mark.parametrize(("asked", "seconds"), [({}, 86400), ({"expires_in": 60}, 60)])
def test_it_ends_when_it_expires(
    app: Edge, client: ContractClient, asked: dict[str, Any], seconds: int
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        editor = factories.a_caller(app, "editor")
        post = factories.a_post(editor)
        link = a_link(editor, post, **asked)
        clock.shift(timedelta(seconds=seconds, milliseconds=-1))
        assert not leads_nowhere(client, link)
        clock.shift(timedelta(milliseconds=1))
        assert leads_nowhere(client, link)
        later = factories.a_caller(app, "editor")
        assert links(later, post) == []
        gone = later.delete(f"{POSTS}/{post['id']}/preview-links/{link['id']}")
        assert gone.status_code == 404


def test_it_ends_when_it_is_revoked(client: ContractClient, editor: Caller) -> None:
    post, other = factories.a_post(editor), factories.a_post(editor)
    link, stays = a_link(editor, post), a_link(editor, post)
    address = f"{POSTS}/{post['id']}/preview-links/{link['id']}"
    foreign = address.replace(post["id"], other["id"])

    assert editor.delete(foreign).status_code == 404
    assert editor.delete(address).status_code == 204
    assert editor.delete(address).status_code == 404

    assert leads_nowhere(client, link)
    assert not leads_nowhere(client, stays)
    assert [one["id"] for one in links(editor, post)] == [stays["id"]]


def test_it_ends_while_the_post_is_in_the_trash(client: ContractClient, editor: Caller) -> None:
    post = factories.a_post(editor)
    link = a_link(editor, post)

    factories.deleted(editor, post)

    assert leads_nowhere(client, link)
    factories.restored(editor, post)
    assert not leads_nowhere(client, link)


def test_it_ends_with_the_post(client: ContractClient, admin: Caller) -> None:
    post = factories.a_post(admin)
    link = a_link(admin, post)

    purged = admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*")

    assert purged.status_code == 204
    assert leads_nowhere(client, link)


@pytest.mark.parametrize("change", [{"is_active": False}, {"role": "author"}, None])
def test_it_shows_no_more_than_its_maker_may_see(
    app: Edge, client: ContractClient, admin: Caller, change: dict[str, Any] | None
) -> None:
    maker = factories.a_caller(app, "editor")
    link = a_link(maker, factories.a_post(admin))
    assert not leads_nowhere(client, link)

    if change is None:
        deleted = admin.delete(f"/api/v1/manage/users/{maker.user_id}", if_match="*")
        assert deleted.status_code == 204
    else:
        factories.edited(admin, {"id": maker.user_id}, "users", **change)

    assert leads_nowhere(client, link)


@pytest.mark.parametrize("way", ["untagged", "key deleted", "key expired", "tag deleted"])
def test_it_shows_no_more_than_the_key_that_made_it(
    app: Edge, client: ContractClient, way: str
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        editor = factories.a_caller(app, "editor")
        tag, other = factories.a_tag(editor), factories.a_tag(editor)
        post = factories.a_post(editor, tag_ids=[tag["id"]])
        tagged = {"tag_ids": [tag["id"]], "expires_at": (NOON + timedelta(hours=1)).isoformat()}
        key = factories.a_key(editor, "posts:write", "posts:any", **tagged)
        link, own = a_link(key, post), a_link(editor, post)
        assert not leads_nowhere(client, link)

        if way == "key expired":
            clock.shift(timedelta(hours=1))
        elif way == "key deleted":
            assert editor.delete(f"/api/v1/auth/keys/{key.key_id}").status_code == 204
        else:
            factories.edited(editor, post, tag_ids=[other["id"]])
            if way == "tag deleted":
                assert (
                    editor.delete(f"/api/v1/manage/tags/{tag['id']}", if_match="*").status_code
                    == 204
                )

        assert leads_nowhere(client, link)
        assert not leads_nowhere(client, own)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"expires_in": 59}, "#/expires_in"),
        ({"expires_in": 90 * 86400 + 1}, "#/expires_in"),
        ({"expires_in": 10**18}, "#/expires_in"),
        ({"expires_in": "60"}, "#/expires_in"),
        ({"expires_in": 60.0}, "#/expires_in"),
        ({"expires_in": True}, "#/expires_in"),
        ({"expires_in": None}, "#/expires_in"),
        ({"revision": 2}, "#/revision"),
        ({"revision": 0}, "#/revision"),
        ({"revision": -1}, "#/revision"),
        ({"revision": 10**18}, "#/revision"),
        ({"revision": True}, "#/revision"),
        ({"revision": "1"}, "#/revision"),
        ({"token": "mine"}, "#/token"),
    ],
)
def test_what_cannot_be_previewed_is_refused(
    editor: Caller, body: dict[str, Any], pointer: str
) -> None:
    post = factories.a_post(editor)

    answer = editor.post(f"{POSTS}/{post['id']}/preview-links", json=body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]
    assert links(editor, post) == []


@pytest.mark.parametrize("token", ["", "x", "%00", "%F0%9F%98%80", "%ED%A0%80", "..", "a" * 5000])
def test_what_is_no_token_is_not_found(client: ContractClient, token: str) -> None:
    assert client.get(f"/api/v1/preview/{token}").status_code == 404


def test_a_post_has_a_bounded_number_of_links(
    editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_LINKS", 2)
    post = factories.a_post(editor)
    first, _ = (a_link(editor, post) for _ in range(2))
    address = f"{POSTS}/{post['id']}/preview-links"

    refused = editor.post(address, json={})

    assert refused.status_code == 409
    assert refused.get_json()["code"] == "too_many_preview_links"
    assert editor.delete(f"{address}/{first['id']}").status_code == 204
    assert editor.post(address).status_code == 201
