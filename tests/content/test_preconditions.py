"""Nobody's change is lost: If-Match on every operation that changes something."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient, contract_of
from tests.foundation.addresses import Address, addresses, operations

# What each operation sends. The URL map is checked for others below.
MERGE = {"into": "019ab3c4-0000-7000-8000-0000000000b1"}
BODIES: dict[str, dict[str, Any] | None] = {
    "edit_post": {"title": "Changed"},
    "delete_post": None,
    "restore_post": None,
    "submit_post": None,
    "send_back_post": {"comment": "Not yet"},
    "approve_post": None,
    "publish_post": None,
    "unpublish_post": None,
    "schedule_post": {"unpublish_at": "2090-01-01T00:00:00Z"},
    "unschedule_post": None,
    "restore_revision": None,
    "edit_author": {"name": "Changed"},
    "delete_author": None,
    "merge_author": MERGE,
    "edit_tag": {"name": "Changed"},
    "delete_tag": None,
    "merge_tag": MERGE,
    "edit_user": {"name": "Changed"},
    "delete_user": None,
}
# Where a post has to stand for them; for the others it is published.
STANDING = {"submit_post": "draft", "send_back_post": "in_review", "approve_post": "in_review"}
# They stand beside what is edited: adding one or taking it away undoes nobody's work.
BESIDE = {
    *("create_comment", "delete_comment", "create_preview_link", "revoke_preview_link"),
    *("take_lease", "give_lease_back", "delete_managed_key", "send_link"),
}
# A job is nothing that somebody edits: it has no versions.
UNVERSIONED = {"retry_job", "abandon_job"}
every_operation = pytest.mark.parametrize("name", BODIES)


class Target:
    """One operation on a resource that was just made, and how to look at that resource."""

    def __init__(self, app: Edge, admin: Caller, name: str) -> None:
        """Make the resource that ``name`` works on."""
        self.admin = admin
        self.body = BODIES[name]
        post = factories.a_post(admin, status=STANDING.get(name, "published"))
        if name == "unschedule_post":
            factories.scheduled(admin, post, unpublish_at="2090-01-01T00:00:00Z")
        known = {
            "post_id": post["id"],
            "author_id": factories.an_author(admin)["id"],
            "tag_id": factories.a_tag(admin)["id"],
            "user_id": factories.a_caller(app, "author").user_id,
            "number": "1",
        }
        (self.address,) = [one for one in addresses(app, **known) if one.name == name]
        self.resource = "/".join(self.address.path.split("/")[:6])
        if name == "restore_post":
            admin.delete(self.resource, if_match="*")
        self.kind = self.resource.rsplit("/", 2)[1]
        if self.body is MERGE:
            make = {"tags": factories.a_tag, "authors": factories.an_author}[self.kind]
            self.body = {"into": make(admin)["id"]}

    def call(self, caller: ContractClient, **options: Any) -> TestResponse:
        """Carry it out."""
        if self.body is not None:
            options["json"] = self.body
        return caller.request(self.address.method, self.address.path, **options)

    def read(self) -> TestResponse:
        """How the resource is now."""
        return self.admin.get(self.resource)

    def move_on(self) -> TestResponse:
        """Somebody saves a newer version."""
        if self.address.name == "restore_post":
            assert self.admin.post(self.address.path, if_match="*").status_code == 200
            assert self.admin.delete(self.resource, if_match="*").status_code == 204
            return self.read()
        answer = self.admin.patch(self.resource, if_match="*", json=MOVES[self.kind])
        assert answer.status_code == 200
        return answer


MOVES = {
    "posts": {"excerpt": "Meanwhile"},
    "authors": {"bio": "Meanwhile"},
    "tags": {"description": "Meanwhile"},
    "users": {"name": "Meanwhile"},
}


@pytest.fixture
def target(app: Edge, admin: Caller, name: str) -> Target:
    """What the operation ``name`` is called on."""
    return Target(app, admin, name)


def test_every_operation_that_declares_if_match_is_tested_here(app: Edge) -> None:
    def takes_if_match(address: Address) -> bool:
        operation = contract_of(app).operation(address.method, address.path) or {}
        return any(one["name"] == "If-Match" for one in operation.get("parameters", []))

    assert {one.name for one in operations(app) if takes_if_match(one)} == set(BODIES)


def test_everything_that_changes_a_resource_takes_if_match(app: Edge) -> None:
    changing = {
        one.name
        for one in operations(app)
        if one.path.startswith("/api/v1/manage/")
        and (one.method in {"PATCH", "DELETE"} or "<" in one.rule)
        and one.method != "GET"
    }

    assert changing - BESIDE - UNVERSIONED == set(BODIES)


@every_operation
def test_without_if_match_nothing_is_changed(target: Target) -> None:
    before = target.read()

    answer = target.call(target.admin)

    assert answer.status_code == 428
    assert answer.get_json()["code"] == "precondition_required"
    assert target.read().get_data() == before.get_data()


@every_operation
def test_a_stale_version_is_refused_with_who_saved_the_newer_one(target: Target) -> None:
    stale = target.read().headers["ETag"]
    newer = target.move_on().get_json()

    answer = target.call(target.admin, if_match=stale)

    assert answer.status_code == 412
    problem = answer.get_json()
    assert problem["code"] == "stale_version"
    assert problem["current_version"] == newer["version"]
    assert problem["changed_by"] == {"id": target.admin.user_id, "name": "Admin"}
    assert problem["changed_at"] == newer["updated_at"]
    assert target.read().get_json() == newer


@every_operation
@pytest.mark.parametrize(
    "spoil",
    [
        lambda tag: f"W/{tag}",
        lambda _tag: '"garbage"',
        lambda _tag: "garbage",
        lambda _tag: '""',
        lambda _tag: "",
        lambda _tag: '"999999-0"',
        lambda _tag: '"٣-0"',
        lambda _tag: f'"{10**30}-0"',
        lambda _tag: 'W/"garbage", "0-x"',
    ],
    ids=["weak", "garbage", "unquoted", "empty tag", "empty", "other", "digits", "huge", "list"],
)
def test_a_tag_that_is_not_the_present_one_is_refused(target: Target, spoil: Any) -> None:
    before = target.read()

    answer = target.call(target.admin, if_match=spoil(before.headers["ETag"]))

    assert answer.status_code == 412
    assert answer.get_json()["current_version"] == before.get_json()["version"]
    assert target.read().get_data() == before.get_data()


@every_operation
@pytest.mark.parametrize(
    "stated",
    [lambda tag: tag, lambda _tag: "*", lambda tag: f'"0-x", {tag}'],
    ids=["present", "star", "list"],
)
def test_the_present_tag_is_admitted(target: Target, stated: Any) -> None:
    answer = target.call(target.admin, if_match=stated(target.read().headers["ETag"]))

    assert answer.status_code in {200, 204}
    assert (answer.status_code == 204) == (target.address.method == "DELETE")


@every_operation
@pytest.mark.parametrize("if_match", [None, '"0-stale"'], ids=["without", "stale"])
def test_whoever_may_not_act_learns_nothing_of_the_version(
    app: Edge, target: Target, client: ContractClient, if_match: str | None
) -> None:
    options = {} if if_match is None else {"if_match": if_match}
    before = target.read()
    # For a post, what a contributor may not see does not exist, where the role is allowed at all.
    expected = 404 if target.address.access == "posts:write" else 403

    assert target.call(client, **options).status_code == 401
    assert target.call(factories.a_caller(app, "contributor"), **options).status_code == expected
    assert target.read().get_data() == before.get_data()


@every_operation
@pytest.mark.parametrize("if_match", [None, '"0-stale"', "*"], ids=["without", "stale", "star"])
def test_what_does_not_exist_is_not_found_before_it_is_stale(
    app: Edge, admin: Caller, name: str, if_match: str | None
) -> None:
    (address,) = [one for one in operations(app) if one.name == name]
    options: dict[str, Any] = {} if if_match is None else {"if_match": if_match}
    if BODIES[name] is not None:
        options["json"] = BODIES[name]

    assert admin.request(address.method, address.path, **options).status_code == 404


@every_operation
def test_a_tag_counts_only_once(target: Target) -> None:
    tag = target.read().headers["ETag"]
    first = target.call(target.admin, if_match=tag)

    second = target.call(target.admin, if_match=tag)

    assert first.status_code in {200, 204}
    # Publishing or bringing back what is there already changes nothing: that is no newer version.
    unchanged = target.address.name in {"publish_post", "restore_revision"}
    # In the trash a post still is, in a newer version.
    ends = first.status_code == 204 and target.address.name != "delete_post"
    is_gone = ends or "/merge" in target.address.path
    expected = 200 if unchanged else 404 if is_gone else 412
    assert second.status_code == expected


@pytest.mark.parametrize("kind", ["posts", "authors", "tags"])
def test_every_write_answers_with_the_tag_and_body_of_the_next_read(
    kind: str, editor: Caller
) -> None:
    bodies: dict[str, list[dict[str, Any]]] = {
        "posts": [
            {"title": "One", "tags": ["A", "b"], "published_at": "2020-01-01T00:00:00.123456Z"},
            {"title": "Two", "cover": {"url": "/a.jpg"}, "tags": []},
        ],
        "authors": [{"name": "One", "website_url": "https://example.org"}, {"name": "Two"}],
        "tags": [{"name": "One"}, {"name": "Two", "slug": "three"}],
    }
    first, second = bodies[kind]
    root = f"/api/v1/manage/{kind}"

    def check(answer: TestResponse) -> str:
        assert answer.status_code in {200, 201}
        read = editor.get(f"{root}/{answer.get_json()['id']}")
        assert answer.headers["ETag"] == read.headers["ETag"]
        assert answer.get_data() == read.get_data()
        assert not answer.headers["ETag"].startswith("W/")
        return answer.headers["ETag"]

    created = editor.post(root, json=first)
    address = created.headers["Location"]
    tag = check(created)
    tag = check(editor.patch(address, if_match=tag, json=second))
    steps = ("publish", "publish", "unpublish") if kind == "posts" else ()
    for step in steps:
        tag = check(editor.post(f"{address}/{step}", if_match=tag))
    if kind == "posts":
        check(editor.post(root, json={**first, "status": "published"}))
    assert editor.delete(address, if_match=tag).status_code == 204


def test_a_renamed_tag_does_not_make_the_version_of_its_posts_stale(editor: Caller) -> None:
    post = factories.a_post(editor, tags=["Before"])
    address = f"/api/v1/manage/posts/{post['id']}"
    tag = editor.get(address).headers["ETag"]
    factories.edited(editor, {"id": post["tag_ids"][0]}, "tags", name="After")

    assert editor.get(address).headers["ETag"] != tag
    assert editor.patch(address, if_match=tag, json={"title": "New"}).status_code == 200


def test_two_people_who_read_the_same_version_cannot_both_save(app: Edge, editor: Caller) -> None:
    other = factories.a_caller(app, "editor", name="Somebody Else")
    post = factories.a_post(editor, body="start")
    address = f"/api/v1/manage/posts/{post['id']}"
    first, second = (caller.get(address).headers["ETag"] for caller in (editor, other))

    saved = other.patch(address, if_match=second, json={"body": "theirs"})
    refused = editor.patch(address, if_match=first, json={"title": "mine"})

    assert saved.status_code == 200
    assert refused.status_code == 412
    assert refused.get_json()["changed_by"] == {"id": other.user_id, "name": "Somebody Else"}
    assert "Somebody Else" in refused.get_json()["detail"]
    assert editor.get(address).get_json() == saved.get_json()
