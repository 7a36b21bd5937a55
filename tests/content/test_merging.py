"""Merging one tag or author into another: all posts follow, old addresses lead there."""

import uuid
from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

KINDS: dict[str, Any] = {"tags": factories.a_tag, "authors": factories.an_author}
each_kind = pytest.mark.parametrize("kind", KINDS)


def link(kind: str) -> str:
    """The field of a post that names them."""
    return f"{kind[:-1]}_ids"


def merged(by: Caller, kind: str, one: dict[str, Any], into: dict[str, Any]) -> Any:
    """Merge and expect that it works."""
    path = f"/api/v1/manage/{kind}/{one['id']}/merge"
    answer = by.post(path, if_match="*", json={"into": into["id"]})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


@pytest.fixture
def pair(kind: str, editor: Caller) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Two to merge, and a third."""
    make = KINDS[kind]
    one, two, three = (make(editor, name=name) for name in ("One", "Two", "Three"))
    return one, two, three


@each_kind
def test_posts_name_the_other_once_and_in_its_place(
    kind: str, editor: Caller, client: ContractClient, pair: tuple[Any, ...]
) -> None:
    one, two, three = pair
    ids = {"old": one["id"], "new": two["id"], "else": three["id"]}
    cases = {
        ("old",): ["new"],
        ("else", "old"): ["else", "new"],
        ("old", "else", "new"): ["else", "new"],
        ("new", "old"): ["new"],
        ("else",): ["else"],
    }
    posts = {
        names: factories.a_published_post(editor, **{link(kind): [ids[name] for name in names]})
        for names in cases
    }
    version = reading.fetch(client)["version"]

    answer = merged(editor, kind, one, two)

    assert answer.get_json() == two
    assert answer.headers["ETag"]
    assert reading.fetch(client)["version"] == version + 1
    shown = {post["id"]: post for post in reading.fetch(client)["data"]}
    for names, post in posts.items():
        expected = [ids[name] for name in cases[names]]
        managed = editor.get(f"/api/v1/manage/posts/{post['id']}").get_json()
        assert managed[link(kind)] == expected
        assert managed["has_unpublished_changes"] is False
        assert (managed["version"] > post["version"]) == ("old" in names)
        assert [each["id"] for each in shown[post["id"]][kind]] == expected
        assert shown[post["id"]]["updated_at"] == post["updated_at"]
    counts = {
        each["slug"]: each["post_count"]
        for each in client.get(f"/api/v1/{kind}").get_json()["data"]
    }
    assert counts == {"two": 4, "three": 3}
    assert len(reading.fetch(client, **{kind[:-1]: "two"})["data"]) == 4


@each_kind
def test_old_addresses_lead_to_the_other_wherever_it_goes(
    kind: str, editor: Caller, client: ContractClient, pair: tuple[Any, ...]
) -> None:
    one, two, three = pair
    one = factories.edited(editor, one, kind, slug="uno")
    merged(editor, kind, one, two)
    version = reading.fetch(client)["version"]
    for slug in ("one", "uno"):
        answer = client.get(f"/api/v1/{kind}/{slug}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"/api/v1/{kind}/two")
        assert answer.headers["Surrogate-Key"] == f"{kind} {kind[:-1]}-{two['id']}"

    merged(editor, kind, two, three)
    factories.edited(editor, three, kind, slug="tres")
    for slug in ("one", "uno", "two", "three"):
        answer = client.get(f"/api/v1/{kind}/{slug}")
        assert (answer.status_code, answer.headers["Location"]) == (308, f"/api/v1/{kind}/tres")
    then = client.get(f"/api/v1/{kind}/one?as_of={version}")
    assert then.headers["Location"] == f"/api/v1/{kind}/two?as_of={version}"
    assert client.get(f"/api/v1/{kind}/one?as_of={version - 2}").status_code == 200

    factories.deleted(editor, three, kind)
    for slug in ("one", "two", "tres"):
        assert client.get(f"/api/v1/{kind}/{slug}").status_code == 410


@each_kind
def test_what_is_unpublished_stays_so(
    kind: str, editor: Caller, client: ContractClient, pair: tuple[Any, ...]
) -> None:
    one, two, _ = pair
    draft = factories.a_post(editor, **{link(kind): [one["id"]]})
    ahead = factories.a_published_post(editor, title="Old", **{link(kind): [one["id"]]})
    factories.edited(editor, ahead, title="New")
    behind = factories.a_published_post(editor, **{link(kind): [one["id"]]})
    nobody: dict[str, Any] = {link(kind): []}
    factories.edited(editor, behind, **nobody)

    merged(editor, kind, one, two)

    def managed(post: dict[str, Any]) -> Any:
        return editor.get(f"/api/v1/manage/posts/{post['id']}").get_json()

    assert managed(draft)[link(kind)] == [two["id"]]
    assert managed(ahead)["has_unpublished_changes"] is True
    assert managed(behind)[link(kind)] == []
    shown = {post["id"]: post for post in reading.fetch(client)["data"]}
    assert set(shown) == {ahead["id"], behind["id"]}
    assert shown[ahead["id"]]["title"] == "Old"
    assert [each["id"] for each in shown[behind["id"]][kind]] == [two["id"]]


@each_kind
@pytest.mark.parametrize("says", [["two"], ["two", "three"], ["three"], []])
def test_a_post_that_says_by_now_what_readers_see_has_no_unpublished_changes(
    kind: str, editor: Caller, pair: tuple[Any, ...], says: list[str]
) -> None:
    ids = {one["slug"]: one["id"] for one in pair}
    name = link(kind)
    post = factories.a_published_post(editor, **{name: [ids["one"]]})
    said: dict[str, Any] = {name: [ids[slug] for slug in says]}
    seen: dict[str, Any] = {name: [ids["two"]]}
    edited = factories.edited(editor, post, **said)

    merged(editor, kind, pair[0], pair[1])

    def managed() -> Any:
        return editor.get(f"/api/v1/manage/posts/{post['id']}").get_json()

    # Readers see two.
    assert managed()["has_unpublished_changes"] is (says != ["two"])
    assert managed()["version"] == edited["version"]
    factories.edited(editor, post, title="Another")
    assert managed()["has_unpublished_changes"] is True
    factories.edited(editor, post, title=post["title"], **seen)
    assert managed()["has_unpublished_changes"] is False


@each_kind
def test_the_past_is_as_it_was(
    kind: str, editor: Caller, client: ContractClient, pair: tuple[Any, ...]
) -> None:
    one, two, _ = pair
    factories.a_published_post(editor, body="Text", **{link(kind): [one["id"]]})
    before = reading.fetch(client, include="html")

    merged(editor, kind, one, two)

    version = before["version"]
    assert reading.fetch(client, include="html", as_of=version) == before
    after = reading.fetch(client, include="html")["data"]
    assert [post["html"] for post in after] == ["<p>Text</p>\n"]


@each_kind
def test_more_than_fit_into_one_portion(
    kind: str,
    editor: Caller,
    client: ContractClient,
    pair: tuple[Any, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cms.editions.merging.PORTION", 2)
    monkeypatch.setattr("cms.content.merging.PORTION", 2)
    one, two, _ = pair
    for _number in range(5):
        factories.a_published_post(editor, **{link(kind): [one["id"]]})

    merged(editor, kind, one, two)

    page = reading.fetch(client, total="true", **{kind[:-1]: "two"})
    assert (page["total"], len(page["data"])) == (5, 5)


@each_kind
def test_a_merge_that_makes_no_sense_changes_nothing(
    kind: str, editor: Caller, client: ContractClient, pair: tuple[Any, ...]
) -> None:
    one, two, _ = pair
    version = reading.fetch(client)["version"]
    path = f"/api/v1/manage/{kind}/{one['id']}/merge"

    for into in (one["id"], str(uuid.uuid4()), "two", None, 7):
        answer = editor.post(path, if_match="*", json={"into": into})
        assert answer.status_code == 422
        assert answer.get_json()["errors"][0]["pointer"] == "#/into"
    assert editor.post(path, json={"into": two["id"]}).status_code == 428
    stale = editor.post(path, if_match='"999-x"', json={"into": two["id"]})
    assert stale.status_code == 412
    gone = f"/api/v1/manage/{kind}/{uuid.uuid4()}/merge"
    assert editor.post(gone, if_match="*", json={"into": two["id"]}).status_code == 404
    assert reading.fetch(client)["version"] == version


def test_who_wrote_as_one_author_writes_as_the_other(app: Edge, editor: Caller) -> None:
    writer = factories.a_caller(app, "author")
    writer_id = writer.get("/api/v1/auth/me").get_json()["id"]
    one = factories.an_author(editor, user_id=writer_id)
    two = factories.an_author(editor)
    post = factories.a_post(editor, author_ids=[one["id"]])

    answer = merged(editor, "authors", one, two)

    assert answer.get_json()["user_id"] == writer_id
    assert answer.get_json()["version"] == two["version"] + 1
    assert writer.get(f"/api/v1/manage/posts/{post['id']}").status_code == 200


@each_kind
def test_posts_are_found_by_the_name_of_the_other(
    kind: str, editor: Caller, client: ContractClient
) -> None:
    make = KINDS[kind]
    one, two = make(editor, name="Quince"), make(editor, name="Medlar")
    post = factories.a_published_post(editor, body="Preserved", **{link(kind): [one["id"]]})

    merged(editor, kind, one, two)

    def found(words: str) -> list[str]:
        page = client.get(f"/api/v1/search?q={words}").get_json()
        return [each["id"] for each in page["data"]]

    assert found("medlar") == found("preserved") == found("medlar%20preserved") == [post["id"]]
    assert found("quince") == []
