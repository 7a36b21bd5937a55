"""Entity tags: every GET has a strong one and answers 304 to it; writes compare strongly."""

from dataclasses import replace
from typing import Any

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.content.test_preconditions import BODIES
from tests.foundation.addresses import Address, addresses

KEPT = ("ETag", "Cache-Control", "Vary", "Surrogate-Key", "Link", "Content-Location")
POST = "/api/v1/posts/shown"


@pytest.fixture
def site(app: Edge, admin: Caller) -> list[Address]:
    """Every GET of the site, at addresses where there is something."""
    author = factories.an_author(admin, slug="shown")
    tag = factories.a_tag(admin, slug="shown")
    for title in ("Shown", "Also shown"):
        factories.a_published_post(
            admin, title=title, author_ids=[author["id"]], tag_ids=[tag["id"]]
        )
    factories.a_key(admin, "posts:write")
    managed = {
        kind: admin.get(f"/api/v1/manage/{kind}").get_json()["data"][0]["id"]
        for kind in ("posts", "authors", "tags", "users", "keys")
    }
    post = f"/api/v1/manage/posts/{managed['posts']}"
    comment = admin.post(f"{post}/comments", json={"text": "Shown."})
    page = admin.get("/docs").get_data(as_text=True)
    known = {f"{kind[:-1]}_id": value for kind, value in managed.items()}
    known |= {
        "slug": "shown",
        "part": "posts-1",
        "number": "1",
        "comment_id": comment.get_json()["id"],
        "key_id": str(factories.a_key(admin, "posts:write").key_id),
        "version": page.partition("/docs/assets/")[2].partition("/")[0],
        "name": "docs.css",
    }
    found = [one for one in addresses(app, **known) if one.method == "GET"]
    needed = {"get_changes": "?since=0"}
    return [
        replace(one, path=one.path + needed.get(one.name, ""))
        for one in found
        # Of what comes over time, nobody knows the bytes when it begins; nobody keeps a preview.
        if one.name not in {"get_export", "get_preview"}
    ]


def _is_strong(tag: str) -> bool:
    return tag.startswith('"') and tag.endswith('"') and len(tag) > 10


def test_every_get_answers_304_to_its_own_tag_and_keeps_the_caching_headers(
    site: list[Address], admin: Caller
) -> None:
    assert len(site) >= 20
    for one in site:
        whole = admin.get(one.path)
        assert whole.status_code == 200, str(one)
        tag = whole.headers["ETag"]
        assert _is_strong(tag), str(one)
        for given in (tag, f"W/{tag}", f'"other", {tag}', f'W/"other",W/{tag}', "*"):
            short = admin.get(one.path, headers={"If-None-Match": given})
            assert (short.status_code, short.get_data()) == (304, b""), (str(one), given)
            for name in KEPT:
                assert short.headers.get(name) == whole.headers.get(name), (str(one), name)
            assert "Content-Type" not in short.headers
            assert short.headers["X-Request-Id"]


def test_every_get_answers_whole_to_any_other_tag(site: list[Address], admin: Caller) -> None:
    for one in site:
        for given in ('"other"', 'W/"other"', "rubbish", "", ",", '"', "W/", '"unclosed'):
            answer = admin.get(one.path, headers={"If-None-Match": given})
            assert answer.status_code == 200, (str(one), given)


def test_every_head_is_its_get_without_the_body(site: list[Address], admin: Caller) -> None:
    for one in site:
        get, head = admin.get(one.path), admin.request("HEAD", one.path)
        assert (head.status_code, head.get_data()) == (200, b""), str(one)
        for name in (*KEPT, "Content-Type", "Content-Length"):
            assert head.headers.get(name) == get.headers.get(name), (str(one), name)
        tag = {"If-None-Match": get.headers["ETag"]}
        assert admin.request("HEAD", one.path, headers=tag).status_code == 304, str(one)


def test_every_page_of_a_list_keeps_its_link_on_304(admin: Caller, client: ContractClient) -> None:
    for title in ("One", "Two"):
        factories.a_published_post(admin, title=title)
    for who, path in ((client, "/api/v1/posts?limit=1"), (admin, "/api/v1/manage/posts?limit=1")):
        whole = who.get(path)
        short = who.get(path, headers={"If-None-Match": whole.headers["ETag"]})
        assert short.status_code == 304
        assert short.headers["Link"] == whole.headers["Link"]
        assert 'rel="next"' in short.headers["Link"]


def test_another_body_has_another_tag(admin: Caller, client: ContractClient) -> None:
    factories.a_published_post(admin, title="Shown")
    seen = {client.get(POST).headers["ETag"], client.get("/api/v1/posts").headers["ETag"]}
    seen.add(client.get("/api/v1/posts?fields=title").headers["ETag"])
    seen.add(client.get("/api/v1/posts?fields=slug").headers["ETag"])

    assert len(seen) == 4


def test_a_change_of_what_readers_see_ends_the_304(admin: Caller, client: ContractClient) -> None:
    post = factories.a_published_post(admin, title="Shown")
    held = {"If-None-Match": client.get(POST).headers["ETag"]}
    address = f"/api/v1/manage/posts/{post['id']}"

    assert admin.patch(address, json={"title": "Other"}, if_match="*").status_code == 200
    assert client.get(POST, headers=held).status_code == 304
    assert admin.post(f"{address}/publish", if_match="*").status_code == 200
    assert client.get(POST, headers=held).status_code == 200


def test_a_failure_is_never_304(admin: Caller, client: ContractClient) -> None:
    for who, path in ((client, "/api/v1/posts/none"), (admin, "/api/v1/posts?limit=0")):
        answer = who.get(path, headers={"If-None-Match": "*"})
        assert answer.status_code in {404, 422}
        assert "ETag" not in answer.headers


def test_if_none_match_means_nothing_to_a_write(admin: Caller) -> None:
    body = {"json": {"name": "News"}, "headers": {"If-None-Match": "*"}}

    assert admin.post("/api/v1/manage/tags", **body).status_code == 201


STRENGTH: list[tuple[str, bool]] = [
    ("{tag}", True),
    ("*", True),
    ('"other", {tag}', True),
    ("{tag},{tag}", True),
    (" {tag} ", True),
    ("W/{tag}", False),
    ('W/{tag}, "other"', False),
    ('"{bare}', False),
    ('"*"', False),
    ("rubbish", False),
    ("", False),
    (",", False),
    ('"-"', False),
    ('"²-x"', False),
    ('"1e0-x"', False),
]


@pytest.mark.parametrize(("given", "holds"), STRENGTH, ids=[one for one, _ in STRENGTH])
@pytest.mark.parametrize("kind", ["posts", "authors", "tags", "users"])
def test_if_match_compares_strongly_on_every_kind(
    admin: Caller, kind: str, given: str, *, holds: bool
) -> None:
    makers: dict[str, Any] = {
        "posts": factories.a_post,
        "authors": factories.an_author,
        "tags": factories.a_tag,
    }
    made = makers[kind](admin) if kind in makers else admin.get("/api/v1/auth/me").get_json()
    tag = factories.tag_of(made, admin, kind)
    change = {"title": "Changed"} if kind == "posts" else {"name": "Changed"}
    header = given.format(tag=tag, bare=tag.strip('"')).encode().decode("latin-1")
    path = f"/api/v1/manage/{kind}/{made['id']}"

    answer = admin.patch(path, json=change, if_match=header)

    assert answer.status_code == (200 if holds else 412)


def test_every_write_without_if_match_is_428_where_one_is_needed(app: Edge, admin: Caller) -> None:
    known = {
        "post_id": factories.a_post(admin)["id"],
        "author_id": factories.an_author(admin)["id"],
        "tag_id": factories.a_tag(admin)["id"],
        "user_id": factories.a_caller(app, "author").user_id,
        "number": "1",
    }
    writes = [one for one in addresses(app, **known) if one.name in BODIES]
    assert len(writes) == len(BODIES)
    for one in writes:
        body = {} if BODIES[one.name] is None else {"json": BODIES[one.name]}
        answer = admin.request(one.method, one.path, **body)
        assert (answer.status_code, answer.get_json()["code"]) == (428, "precondition_required")
