"""The trash: deleted posts go there, come back as drafts, and are purged in the end."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.content.posts import queries
from cms.content.posts.models import Post, PostAuthor, PostTag
from cms.content.posts.trash import purging
from cms.editions.models import Change
from cms.foundation import moments
from cms.foundation.database import Base, Database
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient

POSTS = "/api/v1/manage/posts"
# Who changed what from what, and which words anybody ever used.
KEEPS_WHAT_WAS_DONE = {"audit_entries", "search_terms"}
STATUSES = ["draft", "in_review", "published"]
each_status = pytest.mark.parametrize("status", STATUSES)
each_kind = pytest.mark.parametrize("kind", ["tags", "authors"])


def trashed(by: Caller, **values: Any) -> dict[str, Any]:
    """A post in the trash, as it is there."""
    post = factories.a_post(by, **values)
    factories.deleted(by, post)
    return shown(by, post)


def shown(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post as editors see it now."""
    answer = by.get(f"{POSTS}/{post['id']}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def restored(by: Caller, post: dict[str, Any]) -> dict[str, Any]:
    """A post that is out of the trash again."""
    back = factories.restored(by, post)
    assert back == shown(by, post)
    return back


def listed(by: Caller, **asked: str) -> list[str]:
    """The titles that a list shows, oldest first."""
    answer = by.get(POSTS, query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [post["title"] for post in answer.get_json()["data"]][::-1]


def rows(database: Database, table: type) -> int:
    """How many there are."""
    with database.session(read_only=True) as session:
        return session.scalars(select(func.count()).select_from(table)).one()


@each_status
def test_a_deleted_post_is_in_the_trash_as_it_was(
    editor: Caller, client: ContractClient, status: str
) -> None:
    post = factories.a_post(editor, status=status, slug="old", tags=["news"], body="Text")

    factories.deleted(editor, post)

    found = shown(editor, post)
    assert found["status"] == "trashed"
    assert found["trashed_at"] == found["updated_at"] > post["updated_at"]
    assert found["has_unpublished_changes"] is False
    assert found["version"] == post["version"] + 1
    for name in ("slug", "title", "body", "tag_ids", "author_ids", "published_at", "expanded"):
        assert found[name] == post[name]
    expected = 410 if status == "published" else 404
    assert client.get("/api/v1/posts/old").status_code == expected
    assert client.get("/api/v1/posts").get_json()["data"] == []


def test_the_change_says_that_it_was_trashed(database: Database, editor: Caller) -> None:
    factories.deleted(editor, factories.a_post(editor))
    post = factories.a_published_post(editor)
    factories.deleted(editor, post)

    with database.session(read_only=True) as session:
        changes = session.execute(select(Change.kind, Change.by_id).order_by(Change.number)).all()
    assert [(kind, str(by)) for kind, by in changes] == [
        ("post.published", editor.user_id),
        ("post.trashed", editor.user_id),
    ]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "", {"title": "New"}),
        ("PATCH", "", {}),
        ("PATCH", "", {"status": "draft"}),
        ("PATCH", "", {"status": "in_review"}),
        ("POST", "/revisions/1/restore", None),
        ("POST", "/publish", None),
        ("POST", "/unpublish", None),
        ("DELETE", "", None),
    ],
)
@each_status
def test_in_the_trash_the_one_step_is_back(
    editor: Caller, status: str, method: str, path: str, body: Any
) -> None:
    post = trashed(editor, status=status)

    answer = editor.request(method, f"{POSTS}/{post['id']}{path}", if_match="*", json=body)

    assert answer.status_code == 409
    problem = answer.get_json()
    assert (problem["code"], problem["legal"]) == ("illegal_step", ["restore"])
    assert "restore" in problem["detail"]
    assert shown(editor, post) == post


@each_status
def test_only_what_is_in_the_trash_can_be_restored(editor: Caller, status: str) -> None:
    post = factories.a_post(editor, status=status)

    answer = editor.post(f"{POSTS}/{post['id']}/restore", if_match="*")

    assert answer.status_code == 409
    assert "trash" in answer.get_json()["legal"]
    assert shown(editor, post) == post


@each_status
def test_a_restored_post_is_a_draft_under_its_slug(
    editor: Caller, client: ContractClient, status: str
) -> None:
    post = factories.a_post(editor, status=status, slug="mine", tags=["news"], authors=[])
    factories.deleted(editor, post)

    back = restored(editor, post)

    assert back["version"] == post["version"] + 2
    same = post.keys() - {"status", "version", "updated_at"}
    assert {name: back[name] for name in same} == {name: post[name] for name in same}
    assert (back["status"], back["trashed_at"]) == ("draft", None)
    assert back["revision"] == post["revision"]
    assert client.get("/api/v1/posts/mine").status_code in {404, 410}
    assert factories.published(editor, back)["status"] == "published"
    assert client.get("/api/v1/posts/mine").status_code == 200


@pytest.mark.parametrize("where", ["new", "another's", "counted", "live"])
def test_the_slug_of_a_trashed_post_is_free_and_it_comes_back_with_another(
    editor: Caller, client: ContractClient, where: str
) -> None:
    post = trashed(editor, title="Same", status="published")
    if where == "new":
        factories.a_post(editor, slug="same")
    elif where == "another's":
        factories.edited(editor, factories.a_post(editor), slug="same")
    elif where == "counted":
        assert factories.a_post(editor, title="Same")["slug"] == "same"
    else:
        seen = factories.a_published_post(editor, slug="same")
        factories.edited(editor, seen, slug="elsewhere")

    back = restored(editor, post)

    assert back["slug"] == "same-2"
    assert back["revision"] == post["revision"] + 1
    assert back["expanded"] == post["expanded"]
    factories.published(editor, back)
    assert client.get("/api/v1/posts/same-2").get_json()["id"] == post["id"]


def test_counting_up_passes_over_no_slug_in_the_trash(editor: Caller) -> None:
    posts = [factories.a_post(editor, title="Same") for _ in range(4)]
    for post in posts[1:3]:
        factories.deleted(editor, post)

    assert [factories.a_post(editor, title="Same")["slug"] for _ in range(3)] == [
        "same-2",
        "same-3",
        "same-5",
    ]
    assert [restored(editor, post)["slug"] for post in posts[1:3]] == ["same-2-2", "same-3-2"]


def test_any_number_of_posts_in_the_trash_may_have_one_slug(editor: Caller) -> None:
    posts = [trashed(editor, slug="same") for _ in range(3)]

    assert [post["slug"] for post in posts] == ["same"] * 3
    assert len(editor.get(f"{POSTS}?slug=same&status=trashed").get_json()["data"]) == 3
    assert [restored(editor, post)["slug"] for post in posts] == ["same", "same-2", "same-3"]


def test_a_slug_that_is_taken_at_the_same_moment_is_passed_over(
    app: Edge, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    if app.database.is_sqlite:
        pytest.skip("nobody else writes at the same moment")
    post = trashed(editor, slug="same", tags=["news"])
    factories.a_post(editor, slug="same")
    truly = queries.slug_is_taken
    looks: list[str] = []

    def look_too_early(session: Session, slug: str, post_id: uuid.UUID) -> bool:
        looks.append(slug)
        return len(looks) > 1 and truly(session, slug, post_id)

    monkeypatch.setattr(queries, "slug_is_taken", look_too_early)

    back = restored(editor, post)

    assert back["slug"] == "same-2"
    assert back["version"] == post["version"] + 1
    assert back["expanded"] == post["expanded"]


def test_lists_leave_out_the_trash_unless_it_is_named(editor: Caller) -> None:
    factories.an_author(editor, slug="ann")
    values = {"tags": ["news"], "authors": ["ann"]}
    factories.a_post(editor, title="Draft", **values)
    factories.a_published_post(editor, title="Live", **values)
    trashed(editor, title="Gone", slug="gone", **values)
    expected = {
        "": ["Draft", "Live"],
        "tag=news": ["Draft", "Live"],
        "author=ann": ["Draft", "Live"],
        "tag=news&author=ann": ["Draft", "Live"],
        "q=gone": [],
        "slug=gone": [],
        "status=draft": ["Draft"],
        "status=trashed": ["Gone"],
        "status=trashed&q=gone&slug=gone&tag=news&author=ann": ["Gone"],
        "filter=tag:news": ["Draft", "Live"],
        "filter=status:-draft": ["Live"],
        "filter=slug:gone": [],
        "filter=status:trashed": ["Gone"],
        "filter=status:[draft,trashed]": ["Draft", "Gone"],
        "filter=status:-trashed": ["Draft", "Live"],
        "filter=(status:trashed,status:draft)%2Btag:news": ["Draft", "Gone"],
        "filter=trashed_at:>now-1d": ["Gone"],
        "filter=trashed_at:<now-1d": [],
        "filter=trashed_at:null": ["Draft", "Live"],
        "status=draft&filter=status:trashed": [],
        "status=trashed&filter=status:draft": [],
    }

    found = {}
    for asked in expected:
        data = editor.get(f"{POSTS}?{asked}").get_json()["data"]
        found[asked] = [post["title"] for post in data][::-1]

    assert found == expected


def test_a_walk_through_the_trash_shows_each_post_once(editor: Caller) -> None:
    titles = [trashed(editor, title=f"Gone {number}")["title"] for number in range(5)]
    factories.a_post(editor)
    found: list[str] = []
    address = f"{POSTS}?status=trashed&limit=2"
    while address:
        page = editor.get(address).get_json()
        found += [post["title"] for post in page["data"]]
        cursor = page["next_cursor"]
        address = cursor and f"{POSTS}?status=trashed&limit=2&cursor={cursor}"

    assert found == titles[::-1]


@pytest.mark.parametrize("role", ["author", "contributor"])
def test_ones_own_trash_is_nobody_elses(app: Edge, editor: Caller, role: str) -> None:
    somebody = factories.a_caller(app, role)
    mine, theirs = trashed(somebody, title="Mine"), trashed(editor, title="Theirs")

    assert listed(somebody, status="trashed") == ["Mine"]
    assert listed(somebody, filter="status:trashed") == ["Mine"]
    assert listed(editor, status="trashed") == ["Mine", "Theirs"]
    assert somebody.get(f"{POSTS}/{theirs['id']}").status_code == 404
    assert somebody.post(f"{POSTS}/{theirs['id']}/restore", if_match="*").status_code == 404
    assert restored(somebody, mine)["status"] == "draft"


def test_a_contributor_restores_what_an_editor_withdrew_and_deleted(
    contributor: Caller, editor: Caller
) -> None:
    post = factories.a_post(contributor)
    factories.published(editor, post)
    assert contributor.delete(f"{POSTS}/{post['id']}", if_match="*").status_code == 403
    factories.deleted(editor, post)

    assert restored(contributor, post)["status"] == "draft"


@each_kind
def test_what_only_the_trash_names_can_be_deleted(editor: Caller, kind: str) -> None:
    make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
    subject, other = make(editor), make(editor)
    ids = f"{kind[:-1]}_ids"
    post = trashed(editor, status="published", **{ids: [subject["id"], other["id"]]})
    untouched = trashed(editor, **{ids: [other["id"]]})
    stale = editor.get(f"{POSTS}/{post['id']}").headers["ETag"]

    factories.deleted(editor, subject, kind)

    now = shown(editor, post)
    assert now[ids] == [other["id"]]
    assert now["version"] == post["version"] + 1
    assert shown(editor, untouched) == untouched
    answer = editor.post(f"{POSTS}/{post['id']}/restore", if_match=stale)
    assert (answer.status_code, answer.get_json()["changed_by"]["id"]) == (412, editor.user_id)
    assert restored(editor, post)[ids] == [other["id"]]


@each_kind
def test_what_others_name_too_stays_and_the_trash_is_not_held_against_it(
    editor: Caller, kind: str
) -> None:
    make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
    subject = make(editor)
    named = {f"{kind[:-1]}_ids": [subject["id"]]}
    gone, draft = trashed(editor, **named), factories.a_post(editor, **named)

    answer = editor.delete(f"/api/v1/manage/{kind}/{subject['id']}", if_match="*")

    assert answer.status_code == 409
    assert [post["id"] for post in answer.get_json()["used_by"]] == [draft["id"]]
    assert shown(editor, gone) == gone


@each_kind
def test_merging_reaches_into_the_trash(editor: Caller, kind: str) -> None:
    make = {"tags": factories.a_tag, "authors": factories.an_author}[kind]
    one, two = make(editor), make(editor)
    ids = f"{kind[:-1]}_ids"
    post = trashed(editor, status="published", **{ids: [one["id"]]})
    address = f"/api/v1/manage/{kind}/{one['id']}/merge"

    assert editor.post(address, if_match="*", json={"into": two["id"]}).status_code == 200

    assert shown(editor, post)[ids] == [two["id"]]
    assert shown(editor, post)["status"] == "trashed"
    assert restored(editor, post)["has_unpublished_changes"] is False


@pytest.mark.parametrize("status", [*STATUSES, "trashed"])
def test_an_admin_purges_at_once(
    database: Database, admin: Caller, editor: Caller, client: ContractClient, status: str
) -> None:
    values: dict[str, Any] = {"slug": "old", "tags": ["news"]}
    factories.an_author(editor, slug="ann")
    if status == "trashed":
        post = trashed(editor, status="published", authors=["ann"], **values)
    else:
        post = factories.a_post(editor, status=status, authors=["ann"], **values)
    version = client.get("/api/v1/posts").get_json()["version"]

    answer = admin.delete(f"{POSTS}/{post['id']}?purge=true", if_match="*")

    assert (answer.status_code, answer.get_data()) == (204, b"")
    assert admin.get(f"{POSTS}/{post['id']}").status_code == 404
    assert [rows(database, table) for table in (Post, PostTag, PostAuthor)] == [0, 0, 0]
    seen = status in {"published", "trashed"}
    assert client.get("/api/v1/posts/old").status_code == (410 if seen else 404)
    # Only what readers see moves the site, or saw: that they may have kept.
    after = client.get("/api/v1/posts").get_json()["version"]
    assert after - version == (1 if seen else 0)


ERASED = "zyzzyva"


@pytest.mark.parametrize("way", ["published", "draft", "trashed"])
def test_what_is_purged_is_read_nowhere_not_even_in_the_past(
    database: Database, admin: Caller, editor: Caller, client: ContractClient, way: str
) -> None:
    for title in ("Before", "Between", "Last"):
        factories.a_post(editor, title=title, status="published", tags=["news"])
    secret = factories.a_post(
        editor,
        slug="secret",
        **dict.fromkeys(("title", "body", "excerpt"), f"Hidden {ERASED}"),
        seo={"title": ERASED, "description": ERASED},
        cover={"url": f"https://example.org/{ERASED}.png", "alt": ERASED, "caption": ERASED},
        status="published",
        tags=["news"],
    )
    factories.published(editor, factories.edited(editor, secret, title=f"Hidden again {ERASED}"))
    here = {"sort": "title", "limit": "1", "include": "markdown"}
    cursor = client.get("/api/v1/posts", query_string=here).get_json()["next_cursor"]
    address = f"{POSTS}/{secret['id']}"
    if way == "draft":
        assert editor.post(f"{address}/unpublish", if_match="*").status_code == 200
    elif way == "trashed":
        factories.deleted(editor, secret)
    since = client.get("/api/v1/posts").get_json()["version"]

    assert admin.delete(f"{address}?purge=true", if_match="*").status_code == 204

    version = client.get("/api/v1/posts").get_json()["version"]
    paths = [
        *("posts?include=markdown", "posts?tag=news", "posts?sort=title", "posts/secret"),
        *("posts/secret.md", "posts/secret/jsonld", "search?q=hidden", "suggest?q=hid"),
        *("archive", "changes?since=0", "export.ndjson", "redirects"),
    ]
    for path in paths:
        for at in range(1, version + 1):
            joint = "&" if "?" in path else "?"
            answer = client.get(f"/api/v1/{path}{joint}as_of={at}")
            assert answer.status_code in {200, 404, 410}, (path, at)
            assert ERASED not in answer.get_data(as_text=True), (path, at)
    rest = client.get("/api/v1/posts", query_string={**here, "limit": "100", "cursor": cursor})
    assert {post["title"] for post in rest.get_json()["data"]} == {"Between", "Last"}
    gone = client.get(f"/api/v1/changes?since={since}&types=post").get_json()["data"]
    assert [(one["change"], one["id"]) for one in gone] == [("deleted", secret["id"])]
    assert client.get("/api/v1/posts/secret").status_code == 410
    with database.session(read_only=True) as session:
        for table in Base.metadata.sorted_tables:
            held = [row for row in session.execute(select(table)) if ERASED in str(row)]
            assert table.name in KEEPS_WHAT_WAS_DONE or held == [], table.name


@pytest.mark.parametrize("role", ["contributor", "author", "editor"])
@pytest.mark.parametrize("if_match", [None, '"0-stale"', "*"], ids=["without", "stale", "star"])
@pytest.mark.parametrize("status", ["draft", "trashed"])
def test_nobody_else_purges(app: Edge, role: str, if_match: str | None, status: str) -> None:
    somebody = factories.a_caller(app, role)
    post = trashed(somebody) if status == "trashed" else factories.a_post(somebody)
    options: dict[str, Any] = {} if if_match is None else {"if_match": if_match}

    answer = somebody.delete(f"{POSTS}/{post['id']}?purge=true", **options)

    assert answer.status_code == 403
    assert answer.get_json()["permission"] == "posts:purge"
    assert shown(somebody, post) == post


@pytest.mark.parametrize(
    ("if_match", "status"), [(None, 428), ('"0-stale"', 412)], ids=["without", "stale"]
)
def test_purging_too_says_from_which_version(
    admin: Caller, if_match: str | None, status: int
) -> None:
    post = trashed(admin)
    options: dict[str, Any] = {} if if_match is None else {"if_match": if_match}

    assert admin.delete(f"{POSTS}/{post['id']}?purge=true", **options).status_code == status
    assert shown(admin, post) == post


@pytest.mark.parametrize("value", ["", "1", "yes", "True", "TRUE", "null"])
def test_purging_is_never_guessed(admin: Caller, value: str) -> None:
    post = factories.a_post(admin)

    answer = admin.delete(f"{POSTS}/{post['id']}?purge={value}", if_match="*")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["?purge"]
    assert admin.delete(f"{POSTS}/{post['id']}?purge=false", if_match="*").status_code == 204
    assert shown(admin, post)["status"] == "trashed"


def test_old_trash_is_purged_in_portions_and_the_rest_stays(
    database: Database, editor: Caller, client: ContractClient
) -> None:
    old = [trashed(editor, status="published", slug=f"old-{number}") for number in range(5)]
    moment = moments.now() + timedelta(milliseconds=1)
    with database.transaction() as session:
        for post in session.scalars(select(Post)):
            post.trashed_at = moment - timedelta(days=1)
    kept, draft = trashed(editor, title="Kept"), factories.a_post(editor, title="Draft")
    told: list[int] = []

    with database.session(read_only=True) as session:
        assert purging.plan(session, moment - timedelta(hours=1)) == 5
    purging.carry_out(database, moment - timedelta(hours=1), advance=told.append, portion=2)

    assert told == [2, 2, 1, 0]
    assert listed(editor, status="trashed") == [kept["title"]]
    assert listed(editor) == [draft["title"]]
    assert {client.get(f"/api/v1/posts/{post['slug']}").status_code for post in old} == {410}
