"""Many posts in one request: each as if it were asked for alone, all or none, or only rehearsed."""

import uuid
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import empty
from tests.delivery.test_statements import counted
from tests.hostile import refusals
from tests.live import record

POSTS = "/api/v1/manage/posts"
BULK = f"{POSTS}/bulk"


def _operation(action: str, post: dict[str, Any], **values: Any) -> dict[str, Any]:
    guard = {} if {"version", "etag"} & set(values) else {"etag": "*"}
    return {"action": action, "id": post["id"], **guard, **values}


def _bulk(by: Caller, *operations: dict[str, Any], **options: Any) -> Any:
    return by.post(BULK, json={"operations": list(operations), **options})


def _done(by: Caller, *operations: dict[str, Any], **options: Any) -> list[dict[str, Any]]:
    answer = _bulk(by, *operations, **options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    shown = answer.get_json()
    assert shown["succeeded"] + shown["failed"] == len(operations)
    assert shown["applied"] is not options.get("dry_run", False)
    results: list[dict[str, Any]] = shown["results"]
    return results


def _post(by: Caller, post: dict[str, Any]) -> Any:
    return by.get(f"{POSTS}/{post['id']}").get_json()


def _version(client: ContractClient) -> int:
    version: int = client.get("/api/v1/posts").get_json()["version"]
    return version


def test_a_bulk_names_few_tags(author: Caller) -> None:
    posts = [factories.a_post(author) for _ in range(11)]
    names = [f"Tag {number}" for number in range(501)]
    changes = [
        _operation("patch", post, changes={"tags": names[place * 50 : place * 50 + 50]})
        for place, post in enumerate(posts)
    ]

    answer = _bulk(author, *changes, dry_run=True)
    refusals.check(answer, {422}, "501 names")
    assert "501 tags" in answer.get_json()["errors"][0]["detail"]
    changes[-1]["changes"]["tags"] = names[:1]
    assert _bulk(author, *changes, dry_run=True).status_code == 200


def test_each_action_does_what_it_says(admin: Caller, client: ContractClient) -> None:
    news, old = (factories.a_tag(admin, name=name) for name in ("News", "Old"))
    jane = factories.an_author(admin, name="Jane")
    made = [factories.a_post(admin, tag_ids=[old["id"]]) for _ in range(4)]
    live = [factories.a_published_post(admin) for _ in range(3)]
    before = _version(client)

    results = _done(
        admin,
        _operation("publish", made[0]),
        _operation("tag", made[1], tags=["news", "old"]),
        _operation("untag", made[2], tags=["old", "news"]),
        _operation("assign_authors", made[3], authors=["jane"]),
        _operation("unpublish", live[0]),
        _operation("trash", live[1]),
        _operation("patch", live[2], changes={"title": "New", "excerpt": None}),
    )

    assert [result["problem"] for result in results] == [None] * 7
    assert [result["pointer"] for result in results] == [f"#/operations/{n}" for n in range(7)]
    assert [result["id"] for result in results] == [one["id"] for one in (*made, *live)]
    statuses = ["published", "draft", "draft", "draft", "draft", "trashed", "published"]
    assert [result["status"] for result in results] == statuses
    assert client.get(f"/api/v1/posts/{made[0]['slug']}").status_code == 200
    assert _post(admin, made[1])["tag_ids"] == [old["id"], news["id"]]
    assert _post(admin, made[2])["tag_ids"] == []
    assert _post(admin, made[3])["author_ids"] == [jane["id"]]
    for gone in live[:2]:
        assert client.get(f"/api/v1/posts/{gone['slug']}").status_code == 410
    changed = _post(admin, live[2])
    assert (changed["title"], changed["has_unpublished_changes"]) == ("New", True)
    for result, post in zip(results, (*made, live[0]), strict=False):
        assert result["version"] == _post(admin, post)["version"]
    # Three of them are the world's business.
    assert _version(client) == before + 1


def test_one_that_fails_leaves_the_others_done(app: Edge, admin: Caller) -> None:
    posts = [factories.a_post(admin) for _ in range(3)]
    nobody = {"id": str(uuid.uuid4())}
    results = _done(
        admin,
        _operation("publish", posts[0]),
        _operation("unpublish", posts[1]),
        _operation("patch", posts[2], changes={"title": "T", "slug": posts[0]["slug"]}),
        _operation("publish", nobody),
    )

    codes = [result["problem"] and result["problem"]["code"] for result in results]
    assert codes == [None, "illegal_step", "slug_taken", "not_found"]
    assert [result["version"] for result in results[1:]] == [None] * 3
    assert results[1]["problem"]["legal"]
    pointers = [one["pointer"] for one in results[2]["problem"]["errors"]]
    assert pointers == ["#/operations/2/changes/slug"]
    assert _post(admin, posts[0])["status"] == "published"
    assert _post(admin, posts[2])["title"] == posts[2]["title"]
    record.is_whole(app.database.url.render_as_string(hide_password=False))


def test_atomic_is_all_or_none_and_names_all_that_fails(app: Edge, admin: Caller) -> None:
    posts = [factories.a_post(admin) for _ in range(3)]
    operations = [
        _operation("publish", posts[0]),
        _operation("unpublish", posts[1]),
        _operation("tag", posts[2], tags=["no-such-tag"]),
    ]

    with refusals.nothing_written(app.database):
        refused = _bulk(admin, *operations, atomic=True)

    problem = refused.get_json()
    assert (refused.status_code, problem["code"]) == (409, "bulk_failed")
    assert [one["pointer"] for one in problem["errors"]] == ["#/operations/1", "#/operations/2"]
    inner = [result["problem"] for result in problem["results"]]
    assert [(one["status"], one["code"]) for one in inner] == [
        (409, "illegal_step"),
        (422, "invalid_input"),
    ]
    assert inner[1]["errors"][0]["pointer"] == "#/operations/2/tags/0"
    (result,) = _done(admin, operations[0], atomic=True)
    assert result["status"] == "published"


@pytest.mark.parametrize("atomic", [True, False])
def test_a_dry_run_says_what_would_happen_and_does_nothing(
    app: Edge, admin: Caller, *, atomic: bool
) -> None:
    draft, live = factories.a_post(admin), factories.a_published_post(admin)
    operations = [
        _operation("publish", draft),
        _operation("publish", {"id": str(uuid.uuid4())}),
        _operation("trash", live),
    ]

    with refusals.nothing_written(app.database):
        rehearsed = _done(admin, *operations, atomic=atomic, dry_run=True)

    def without_instance(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        for result in results:
            (result["problem"] or {}).pop("instance", None)
        return results

    assert without_instance(rehearsed) == without_instance(_done(admin, *operations))
    assert [result["status"] for result in rehearsed] == ["published", None, "trashed"]


def test_no_version_is_taken_where_nothing_becomes_public(
    app: Edge, admin: Caller, client: ContractClient
) -> None:
    live, draft = factories.a_published_post(admin), factories.a_post(admin)
    factories.edited(admin, live, title="Edited in peace")
    before = _version(client)
    _done(admin, _operation("publish", draft, version=99), _operation("patch", live, changes={}))
    assert _version(client) == before

    _done(admin, _operation("publish", live), _operation("publish", draft))

    assert _version(client) == before + 1
    record.is_whole(app.database.url.render_as_string(hide_password=False))


def test_every_operation_states_what_it_is_made_from(admin: Caller) -> None:
    posts = [factories.a_post(admin) for _ in range(6)]
    tags = [factories.tag_of(post, admin, "posts") for post in posts]
    operations = [
        {"action": "publish", "id": posts[0]["id"]},
        _operation("publish", posts[1], version=posts[1]["version"]),
        _operation("publish", posts[2], version=posts[2]["version"] + 1),
        _operation("publish", posts[3], etag=tags[3]),
        _operation("publish", posts[4], etag='"99-x"'),
        _operation("publish", posts[5], etag=f"W/{tags[5]}"),
    ]

    problems = [result["problem"] for result in _done(admin, *operations)]

    assert [one and one["status"] for one in problems] == [428, None, 412, None, 412, 412]
    assert problems[2]["current_version"] == posts[2]["version"]
    assert problems[2]["changed_by"]["id"] == admin.user_id


def test_each_operation_asks_for_its_own_permission(
    admin: Caller, author: Caller, contributor: Caller
) -> None:
    theirs = factories.a_post(admin)
    own, mine = factories.a_post(contributor), factories.a_post(author)
    (result,) = _done(contributor, _operation("patch", own, changes={"title": "Mine"}))
    assert result["problem"] is None
    (result,) = _done(contributor, _operation("publish", own))
    assert result["problem"]["code"] == "not_allowed"
    results = _done(author, _operation("publish", theirs), _operation("publish", mine))
    # The ETag of what one may not see does not matter: it is not there.
    hidden = _done(author, _operation("publish", theirs, version=99))

    assert [one["problem"] and one["problem"]["code"] for one in results] == ["not_found", None]
    assert hidden[0]["problem"]["code"] == "not_found"


ID = str(uuid.UUID(int=7))
REFUSED: list[tuple[Any, str]] = [
    ({}, "#/operations"),
    ({"operations": []}, "#/operations"),
    ({"operations": {}}, "#/operations"),
    ({"operations": [1]}, "#/operations/0"),
    ({"operations": [{"action": "publish"}]}, "#/operations/0/id"),
    ({"operations": [{"action": "explode", "id": ID}]}, "#/operations/0/action"),
    ({"operations": [{"action": "publish", "id": "1"}]}, "#/operations/0/id"),
    ({"operations": [{"action": "publish", "id": ID, "x": 1}]}, "#/operations/0/x"),
    ({"operations": [{"action": "tag", "id": ID}]}, "#/operations/0/tags"),
    ({"operations": [{"action": "tag", "id": ID, "tags": []}]}, "#/operations/0/tags"),
    ({"operations": [{"action": "tag", "id": ID, "tags": ["A B"]}]}, "#/operations/0/tags/0"),
    ({"operations": [{"action": "publish", "id": ID, "tags": ["a"]}]}, "#/operations/0/tags"),
    ({"operations": [{"action": "patch", "id": ID}]}, "#/operations/0/changes"),
    (
        {"operations": [{"action": "patch", "id": ID, "changes": {"title": ""}}]},
        "#/operations/0/changes/title",
    ),
    (
        {"operations": [{"action": "trash", "id": ID, "version": 1, "etag": "*"}]},
        "#/operations/0/etag",
    ),
    ({"operations": [{"action": "trash", "id": ID, "version": "1"}]}, "#/operations/0/version"),
    ({"operations": [{"action": "trash", "id": ID}] * 2}, "#/operations/1/id"),
    ({"operations": [{"action": "trash", "id": ID}], "atomic": "yes"}, "#/atomic"),
    (
        {"operations": [{"action": "trash", "id": str(uuid.UUID(int=n))} for n in range(501)]},
        "#/operations",
    ),
]


@pytest.mark.parametrize(("body", "pointer"), REFUSED, ids=range(len(REFUSED)))
def test_what_cannot_be_meant_is_refused_as_a_whole(
    app: Edge, admin: Caller, body: Any, pointer: str
) -> None:
    with refusals.nothing_written(app.database):
        answer = admin.post(BULK, json=body)

    assert answer.status_code == 422
    assert pointer in [one["pointer"] for one in answer.get_json()["errors"]]


def test_a_post_gets_no_more_tags_than_it_may_have(admin: Caller) -> None:
    tags = [factories.a_tag(admin)["id"] for _ in range(50)]
    extra = factories.a_tag(admin, name="Extra")
    post = factories.a_post(admin, tag_ids=tags)

    (result,) = _done(admin, _operation("tag", post, tags=[extra["slug"]]))

    assert result["problem"]["errors"] == [
        {"pointer": "#/operations/0/tags", "detail": "A post can have 50 tags."}
    ]
    assert _post(admin, post)["tag_ids"] == tags


def test_five_hundred_posts_cost_the_same_statements_each(app: Edge, admin: Caller) -> None:
    factories.a_tag(admin, name="News")

    def cost(number: int, action: str, **values: Any) -> int:
        posts = [factories.a_post(admin) for _ in range(number)]
        operations = [_operation(action, post, **values) for post in posts]
        with counted(app.database) as statements:
            results = _done(admin, *operations)
        assert [result["problem"] for result in results] == [None] * number
        return len(statements)

    for action, values, most in (("publish", {}, 25), ("tag", {"tags": ["news"]}, 14)):
        few, many = (cost(number, action, **values) for number in (4, 12))
        assert (many - few) / 8 <= most, action


def test_a_bulk_is_done_once_however_often_it_is_sent(admin: Caller) -> None:
    post = factories.a_post(admin)
    body = {"operations": [_operation("patch", post, changes={"title": "Once"})]}
    first, again = (admin.post(BULK, json=body, headers={"Idempotency-Key": "k"}) for _ in range(2))

    assert again.get_data() == first.get_data()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert _post(admin, post)["version"] == post["version"] + 1


KINDS: list[tuple[str, dict[str, Any]]] = [
    ("publish", {}),
    ("unpublish", {}),
    ("trash", {}),
    ("tag", {"tags": ["news"]}),
    ("untag", {"tags": ["news"]}),
    ("tag", {"tags": ["nothing"]}),
    ("assign_authors", {"authors": ["jane"]}),
    ("patch", {"changes": {"title": "Other", "body": "*Other*"}}),
    ("patch", {"changes": {"slug": "wanted"}}),
    ("patch", {"changes": {"status": "in_review"}}),
]
NUMBER = 4
ROUNDS = st.lists(
    st.lists(
        st.tuples(st.integers(0, NUMBER - 1), st.integers(0, len(KINDS) - 1)),
        min_size=1,
        max_size=NUMBER,
        unique_by=lambda chosen: chosen[0],
    ),
    max_size=3,
)
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _alone(by: Caller, post: dict[str, Any], action: str, values: dict[str, Any]) -> Any:
    """The one request that an operation stands for; its status."""
    path = f"{POSTS}/{post['id']}"
    if action == "trash":
        return by.delete(path, if_match="*").status_code
    if action in {"publish", "unpublish"}:
        return by.post(f"{path}/{action}", if_match="*").status_code
    found = by.get(path)
    if found.status_code == 404:
        return 404
    known = {one["slug"]: one["id"] for one in by.get("/api/v1/manage/tags").get_json()["data"]}
    named = [known.get(slug, str(uuid.uuid4())) for slug in values.get("tags", ())]
    tags = found.get_json()["tag_ids"]
    body = {
        "tag": {"tag_ids": [*tags, *named]},
        "untag": {"tag_ids": [one for one in tags if one not in named]},
        "assign_authors": values,
    }.get(action) or values["changes"]
    return by.patch(path, json=body, if_match="*").status_code


def _world(app: Edge) -> tuple[Caller, list[dict[str, Any]]]:
    empty(app)
    by = factories.a_caller(app, "editor")
    factories.a_tag(by, name="News")
    factories.an_author(by, name="Jane")
    statuses = ("draft", "published") * (NUMBER // 2)
    return by, [
        factories.a_post(by, title=f"P{number}", slug=f"p-{number}", status=status)
        for number, status in enumerate(statuses)
    ]


def _shown(by: Caller, posts: list[dict[str, Any]]) -> list[Any]:
    names = ("slug", "title", "status", "version", "has_unpublished_changes", "body")
    found = [by.get(f"{POSTS}/{post['id']}") for post in posts]
    return [
        one.status_code == 200
        and (
            [one.get_json()[name] for name in names],
            len(one.get_json()["tag_ids"]),
            len(one.get_json()["author_ids"]),
            by.get(f"/api/v1/posts/{one.get_json()['slug']}").status_code,
        )
        for one in found
    ]


@settings(max_examples=8, deadline=None, suppress_health_check=SLOW)
@given(rounds=ROUNDS)
@example(
    rounds=[
        [(1, 0), (2, 0), (0, 0)],
        [(2, 0), (0, 0), (1, 2), (3, 7)],
        [(0, 1), (1, 5), (3, 4), (2, 3)],
    ]
)
def test_a_bulk_ends_where_one_request_after_the_other_does(
    app: Edge, rounds: list[list[tuple[int, int]]]
) -> None:
    by, posts = _world(app)
    alone = [
        [_alone(by, posts[number], *KINDS[kind]) for number, kind in chosen] for chosen in rounds
    ]
    ended = _shown(by, posts)
    by, posts = _world(app)
    together = []
    for chosen in rounds:
        operations = [
            _operation(KINDS[kind][0], posts[number], **KINDS[kind][1]) for number, kind in chosen
        ]
        results = _done(by, *operations)
        together.append([result["problem"] and result["problem"]["status"] for result in results])

    expected = [[one if one >= 400 else None for one in statuses] for statuses in alone]
    assert together == expected
    assert _shown(by, posts) == ended
    record.is_whole(app.database.url.render_as_string(hide_password=False))
