"""What a reader may ask for, and what is refused by name."""

from urllib.parse import quote

import pytest

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

LISTS = reading.LISTS
each_list = pytest.mark.parametrize("path", LISTS)


@each_list
@pytest.mark.parametrize("limit", [1, 100])
def test_a_limit_within_bounds_is_kept(client: ContractClient, path: str, limit: int) -> None:
    assert reading.fetch(client, path, limit=limit)["data"] == []


@each_list
@pytest.mark.parametrize(
    "limit",
    ["0", "101", "-1", "", "ten", "1.5", "1e2", "0x10", "9" * 30, "9" * 5000, "true", "null"],
    ids=lambda value: value[:10],
)
def test_another_limit_is_refused_with_the_bounds(
    client: ContractClient, path: str, limit: str
) -> None:
    answer = client.get(f"{path}?limit={limit}")

    assert answer.status_code == 422
    (error,) = answer.get_json()["errors"]
    assert error["pointer"] == "?limit"
    if limit in {"0", "101", "-1"}:
        assert error["detail"] == "Must be from 1 to 100."


def test_an_unknown_parameter_is_refused_everywhere_by_name(
    app: Edge, client: ContractClient, editor: Caller
) -> None:
    factories.a_published_post(editor, slug="known")
    for address in reading.public_addresses(app, slug="known"):
        if address.access is None:
            continue
        answer = client.get(f"{address.path}?limti=5&Tag=x")

        assert answer.status_code == 422, address
        # `since` has to be there as well.
        errors = [one for one in answer.get_json()["errors"] if one["pointer"] != "?since"]
        assert {error["pointer"] for error in errors} == {"?limti", "?Tag"}
        declared = reading.declared_parameters(app, address)
        (unknown,) = [one["detail"] for one in errors if one["pointer"] == "?limti"]
        assert all(name in unknown for name in declared)


def test_each_declared_parameter_given_twice_is_refused(app: Edge, client: ContractClient) -> None:
    values = {
        "limit": "5",
        "total": "true",
        "fields": "title",
        "include": "html",
        "tag": "a",
        "author": "a",
        "cursor": "x",
        "as_of": "0",
        "filter": "slug:a",
        "sort": "slug",
        "q": "word",
        "year": "2020",
        "since": "0",
        "types": "post",
        "wait": "1",
    }
    seen = 0
    for address in reading.public_addresses(app):
        for name in reading.declared_parameters(app, address):
            answer = client.get(f"{address.path}?{name}={values[name]}&{name}={values[name]}")

            assert answer.status_code == 422, f"{address} {name}"
            assert {one["pointer"] for one in answer.get_json()["errors"]} == {f"?{name}"}
            seen += 1
    assert seen >= 22


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("fields=nothing", "?fields/0"),
        ("fields=title,nothing,slug", "?fields/1"),
        ("fields=title,,slug", "?fields/1"),
        ("fields=title,", "?fields/1"),
        ("fields=Title", "?fields/0"),
        ("fields=title%20", "?fields/0"),
        ("fields=body", "?fields/0"),
        ("fields=has_unpublished_changes", "?fields/0"),
        ("fields=cover.size", "?fields/0"),
        ("fields=title,cover..url", "?fields/1"),
        ("fields=cover.", "?fields/0"),
        ("fields=.url", "?fields/0"),
        ("fields=title.text", "?fields/0"),
        ("fields=cover.url.path", "?fields/0"),
        ("fields=authors[0].name", "?fields/0"),
        ("fields=authors.email", "?fields/0"),
        ("fields=authors.user_id", "?fields/0"),
        ("fields=tags.__class__", "?fields/0"),
        ("fields=__dict__", "?fields/0"),
        ("fields=related", "?fields/0"),
        ("fields=related.slug", "?fields/0"),
        ("fields=title%00", "?fields/0"),
        ("fields=%ED%A0%80", "?fields/0"),
        ("fields=%E2%80%AEtitle", "?fields/0"),
        ("fields=" + "a." * 1500 + "a", "?fields/0"),
        ("fields=" + ",".join(["id"] * 101), "?fields"),
        ("include=" + ",".join(["html"] * 101), "?include"),
        ("include=HTML", "?include/0"),
        ("include=related", "?include/0"),
        ("include=html.x", "?include/0"),
        ("include=body", "?include/0"),
        ("include=html,body", "?include/1"),
        ("total=yes", "?total"),
        ("total=Exact", "?total"),
        ("total=1", "?total"),
        ("total=", "?total"),
        ("tag=", "?tag"),
        ("author=", "?author"),
        ("tag=" + "x" * 501, "?tag"),
        ("tag=a%00", "?tag"),
        ("author=%00", "?author"),
        ("cursor=", "?cursor"),
        ("cursor=" + "x" * 2001, "?cursor"),
    ],
    ids=lambda value: value[:40],
)
def test_a_value_that_is_not_allowed_is_refused_by_name(
    client: ContractClient, query: str, pointer: str
) -> None:
    answer = client.get(f"{reading.POSTS}?{query}")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


def test_an_unknown_field_is_answered_with_the_known_ones(client: ContractClient) -> None:
    answer = client.get(f"{reading.POSTS}?fields=nothing")

    assert "title" in answer.get_json()["detail"]
    assert "reading_minutes" in answer.get_json()["detail"]


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("posts/one", "include=body", "?include/0"),
        ("posts/one", "fields=related.related", "?fields/0"),
        ("posts/one", "fields=related.html", "?fields/0"),
        ("posts/one", "limit=1", "?limit"),
        ("posts/one/related", "fields=html", "?fields/0"),
        ("posts/one/related", "limit=0", "?limit"),
        ("posts/one/related", "limit=21", "?limit"),
        ("posts/one/related", "limit=1e1", "?limit"),
        ("posts/one/related", "cursor=x", "?cursor"),
        ("posts/one/neighbours", "fields=toc", "?fields/0"),
        ("posts/one/neighbours", "tag=%00", "?tag"),
        ("posts/one/neighbours", "author=" + "x" * 501, "?author"),
        ("posts/one/neighbours", "limit=1", "?limit"),
        ("authors/one", "fields=user_id", "?fields/0"),
        ("authors", "fields=name,email", "?fields/1"),
        ("authors", "include=html", "?include"),
        ("tags/one", "fields=name.first", "?fields/0"),
        ("tags", "fields=description,", "?fields/1"),
    ],
)
def test_a_value_that_is_not_allowed_elsewhere_is_refused_by_name_too(
    client: ContractClient, path: str, query: str, pointer: str
) -> None:
    answer = client.get(f"/api/v1/{path}?{query}")

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]


def test_a_part_that_is_none_is_answered_with_those_beside_it(client: ContractClient) -> None:
    answer = client.get(f"{reading.POSTS}?fields=cover.size")

    assert "cover.url, cover.alt, cover.caption." in answer.get_json()["detail"]


def test_thousands_of_wrong_names_have_a_short_answer(client: ContractClient) -> None:
    answer = client.get(f"{reading.POSTS}?fields={','.join(['x'] * 5000)}")

    assert answer.status_code == 422
    assert len(answer.get_data()) < 50_000


@pytest.mark.parametrize("name", ["fields", "include"])
def test_an_empty_list_of_names_is_refused(
    client: ContractClient, editor: Caller, name: str
) -> None:
    factories.a_published_post(editor)

    answer = client.get(f"{reading.POSTS}?{name}=")

    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"].startswith(f"?{name}")


@pytest.mark.parametrize(
    "slug", ["UPPER", "a_b", "-a", "a--b", "a.json", "é", "\x00", "%", "..", "a b", "x" * 3000]
)
@each_list
def test_what_is_no_slug_is_not_found(client: ContractClient, path: str, slug: str) -> None:
    answer = client.get(f"{path}/{quote(slug)}")

    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@each_list
def test_readers_only_read(client: ContractClient, path: str, method: str) -> None:
    answer = client.request(method, path, json={})

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
