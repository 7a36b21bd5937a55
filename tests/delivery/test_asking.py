"""`filter` and `sort` as readers send them: each combination and spelling, and what is refused."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cms.delivery.selecting import fields
from cms.foundation import filters
from cms.foundation.database import MOST_COMPILED, Base
from cms.foundation.filters.scanner import BadFilter
from cms.foundation.filters.tree import Operator
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading
from tests.delivery.test_kept_answers import is_hit
from tests.filters.strategies import HOSTILE
from tests.hostile import refusals

POSTS = reading.POSTS


@pytest.fixture
def five(editor: Caller) -> None:
    """Five posts of two tags and two authors."""
    for name in ("ann", "bob"):
        factories.an_author(editor, name=name)
    for number in range(5):
        factories.a_published_post(
            editor,
            slug=f"post-{number}",
            title="aBcDe"[number],
            tags=["red"] if number % 2 else ["red", "blue"],
            authors=["ann"] if number < 3 else ["ann", "bob"],
            featured=number > 2,
            published_at=f"2026-01-0{number + 1}T00:00:00Z",
        )


PARAMETERS = {
    "limit": "1",
    "tag": "red",
    "author": "ann",
    "filter": "tag:[red,blue]+featured:false,title:~'b'+published_at:<now",
    "sort": "-featured,title",
    "fields": "title,slug",
    "include": "html",
    "total": "true",
    "as_of": None,
}


@pytest.mark.usefixtures("five")
def test_no_combination_of_parameters_fails(client: ContractClient) -> None:
    version = str(reading.fetch(client)["version"])
    for count in range(len(PARAMETERS) + 1):
        for names in itertools.combinations(PARAMETERS, count):
            query = {name: PARAMETERS[name] or version for name in names}
            found = [post["slug"] for post in reading.walked(reading.pages(client, **query))]

            fit = ["post-2", "post-1", "post-0"] if "filter" in names else None
            expected = fit or [f"post-{number}" for number in (4, 3, 2, 1, 0)]
            if "sort" in names:
                by = [f"post-{number}" for number in (3, 4, 0, 1, 2)]
                expected = [slug for slug in by if slug in expected]
            assert found == expected, query


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("path", reading.LISTS)
def test_no_combination_of_names_parameters_fails(client: ContractClient, path: str) -> None:
    values = {"filter": "slug:-'red'", "sort": "-slug", "limit": "1", "total": "true", "as_of": "1"}
    for count in range(len(values) + 1):
        for names in itertools.combinations(values, count):
            reading.pages(client, path, **{name: values[name] for name in names})


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("filter=tag:blue", [4, 2, 0]),
        ("filter=tag:-blue", [3, 1]),
        ("filter=tag:[blue,none]", [4, 2, 0]),
        ("filter=tag:blue+author:bob", [4]),
        ("filter=tag:blue%2Bauthor:bob", [4]),
        ("filter=tag:blue%20author:bob", [4]),
        ("filter=tag:blue%20%2B%20author:bob", [4]),
        ("filter=tag:blue + author:bob", [4]),
        ("filter=tag:blue+author:-bob", [2, 0]),
        ("filter=author:bob,slug:post-0", [4, 3, 0]),
        ("filter=(author:bob,slug:post-0)+tag:-blue", [3]),
        ("filter=tag:blue+tag:red", [4, 2, 0]),
        ("filter=tag:red&tag=blue", [4, 2, 0]),
        ("filter=tag:none&tag=blue", []),
        ("filter=author:none", []),
        ("filter=author:-none", [4, 3, 2, 1, 0]),
        ("filter=tag:null", []),
        ("filter=published_at:>=2026-01-03", [4, 3, 2]),
        ("filter=published_at:>=2026-01-02+published_at:<2026-01-04&sort=published_at", [1, 2]),
        ("filter=tag:[blue]+published_at:>2026-01-01", [4, 2]),
        ("filter=title:~'B'", [1]),
        ("filter=title:~^%27a%27", [0]),
        ("filter=title:%22E%22", [4]),
        ("filter=title:~%25", []),
        ("filter=title:~_", []),
        ("filter=featured:true&sort=title", [3, 4]),
        ("sort=-title", [4, 3, 2, 1, 0]),
        ("sort=featured,-published_at", [2, 1, 0, 4, 3]),
        ("sort=-id,title", [4, 3, 2, 1, 0]),
    ],
)
def test_examples(client: ContractClient, query: str, numbers: list[int]) -> None:
    answer = client.get(f"{POSTS}?{query.replace(' ', '%20')}&total=true")

    assert answer.status_code == 200
    page = answer.get_json()
    assert reading.slugs(page["data"]) == [f"post-{number}" for number in numbers]
    assert page["total"] == len(numbers)


@pytest.mark.usefixtures("five")
def test_one_tag_is_the_same_list_however_it_is_asked_for(client: ContractClient) -> None:
    for short, long in (
        ({"tag": "red"}, {"filter": "tag:red"}),
        ({"tag": "red", "author": "ann"}, {"filter": "author:ann+tag:red"}),
        ({}, {"sort": "-published_at"}),
    ):
        one = reading.fetch(client, limit=1, **short)
        other = reading.fetch(client, limit=1, **long)
        assert one == other
        reading.fetch(client, limit=1, cursor=one["next_cursor"], **long)


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"filter": "featured:true"}, {}),
        ({"filter": "featured:true"}, {"filter": "featured:false"}),
        ({"sort": "title"}, {"sort": "-title"}),
        ({"sort": "title"}, {"sort": "slug"}),
        ({"sort": "title"}, {"sort": "title", "filter": "tag:-none"}),
        ({"filter": "published_at:<now"}, {"filter": "published_at:<now-1d"}),
    ],
    ids=str,
)
def test_a_cursor_belongs_to_its_filter_and_order(
    client: ContractClient, first: dict[str, str], second: dict[str, str]
) -> None:
    cursor = reading.fetch(client, limit=1, **first)["next_cursor"]

    answer = client.get(f"{POSTS}?{urlencode({**second, 'cursor': cursor})}")

    assert answer.status_code == 400
    assert answer.get_json()["code"] == "invalid_cursor"


@pytest.mark.usefixtures("five")
def test_a_title_of_any_length_has_a_place_that_a_cursor_can_hold(
    client: ContractClient, editor: Caller
) -> None:
    for _ in range(2):
        factories.a_published_post(editor, title="\U0001f469\u200d\U0001f52c" * 100)
        factories.an_author(editor, name="字\U0001f600" * 100)

    for path, order in ((POSTS, "title"), ("/api/v1/authors", "name,slug")):
        whole = reading.slugs(reading.everything(client, path, sort=order))
        walk = reading.walked(reading.pages(client, path, limit=1, sort=order))
        assert reading.slugs(walk) == whole


def private_names() -> list[str]:
    """Every column of every table, alone and below its table."""
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    return sorted({column.name for column in columns} | {str(column) for column in columns})


LISTED = {POSTS: fields.POSTS, "/api/v1/authors": fields.NAMED, "/api/v1/tags": fields.NAMED}


@pytest.mark.parametrize("operator", list(Operator))
def test_no_column_is_reached_that_is_not_listed(operator: Operator) -> None:
    for allowed in (fields.POSTS, fields.NAMED):
        for name in (*private_names(), "__class__", "POSTS", "Title", "title_key.x"):
            if name in allowed:
                continue
            for spelled in (name, name.upper()):
                with pytest.raises(BadFilter, match="there is no field"):
                    filters.check(filters.parse(f"{spelled}:{operator}a"), allowed)


@pytest.mark.parametrize("path", LISTED)
def test_a_column_that_is_not_listed_is_refused_by_name(client: ContractClient, path: str) -> None:
    for name in private_names():
        if name not in LISTED[path]:
            answer = client.get(f"{path}?filter={name}:a")
            refusals.check(answer, {422}, name)
            assert answer.get_json()["errors"][0]["pointer"] == "?filter"
        if name not in LISTED[path] or name == "excerpt":
            answer = client.get(f"{path}?sort={name}")
            refusals.check(answer, {422}, name)
            assert answer.get_json()["errors"][0]["pointer"] == "?sort"


@pytest.mark.parametrize(
    ("query", "detail"),
    [
        ("filter=", "At character 1: expected a field and a colon"),
        ("filter=tag", "At character 1: expected a field and a colon"),
        ("filter=tag:red%2B", "At character 9: expected a field and a colon"),
        ("filter=tag:red)", "At character 8: expected +, a comma or the end; found ')'."),
        ("filter=title:>x", "title cannot be compared by >. Allowed: ~ ~^ ~$."),
        ("filter=body:~x", "there is no field 'body'. Allowed: id, slug, title"),
        ("filter=word_count:>ten", "At character 13: word_count is a whole number."),
        ("filter=" + quote("title:~'\x00'"), "At character 9: the character U+0000 is not text."),
        ("filter=" + "(" * 2000, "nested at most 10 deep"),
        ("filter=tag:" + "a" * 3000, "at most 2000 characters"),
        ("sort=", "'' is nothing to sort by. Allowed: id, slug, title"),
        ("sort=title,", "'' is nothing to sort by"),
        ("sort=--title", "'-title' is nothing to sort by"),
        ("sort=title,-title", "title is named twice."),
        ("sort=excerpt", "'excerpt' is nothing to sort by"),
        ("sort=tag", "'tag' is nothing to sort by"),
        ("sort=title desc", "'title desc' is nothing to sort by"),
        ("sort=title;DROP TABLE posts", "'title;DROP TABLE posts' is nothing"),
        ("sort=random()", "'random()' is nothing to sort by"),
    ],
    ids=lambda value: value[:40],
)
def test_what_cannot_be_used_is_refused_with_its_reason(
    client: ContractClient, query: str, detail: str
) -> None:
    answer = client.get(f"{POSTS}?{query.replace(' ', '%20')}")

    assert answer.status_code == 422
    (error,) = answer.get_json()["errors"]
    assert error["pointer"] == f"?{query.partition('=')[0]}"
    assert detail in error["detail"]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=HOSTILE | HOSTILE.map(lambda text: f"title:~'{text}'"), names=st.booleans())
def test_nothing_that_is_sent_breaks_a_list(
    client: ContractClient,
    text: str,
    names: bool,  # noqa: FBT001
) -> None:
    path = "/api/v1/tags" if names else POSTS
    for parameter in ("filter", "sort"):
        spelled = quote(text.encode("utf-8", "surrogatepass"))
        answer = client.get(f"{path}?{parameter}={spelled}")
        assert answer.status_code in {200, 400, 422}, text


NOON = datetime(2026, 5, 1, 12, 0, 30, tzinfo=UTC)


def test_what_depends_on_the_minute_is_kept_no_longer(
    client: ContractClient, editor: Caller
) -> None:
    for hour in (9, 10, 11):
        factories.a_published_post(editor, published_at=f"2026-05-01T{hour:02}:00:30Z")
    path = f"{POSTS}?filter=published_at:>now-3h&limit=1"
    with time_machine.travel(NOON, tick=False) as clock:
        first, again = client.get(path), client.get(path)
        clock.shift(timedelta(seconds=29))
        same = client.get(path)
        clock.shift(timedelta(hours=2))
        later = client.get(path)
        cursor = first.get_json()["next_cursor"]
        second = [client.get(f"{path}&cursor={cursor}") for _ in range(2)]

    assert first.headers["Cache-Control"] == "max-age=60"
    assert not is_hit(again)
    assert again.get_data() == same.get_data() == first.get_data()
    assert len(later.get_json()["data"]) == 1
    assert later.get_json()["next_cursor"] is None
    # Further pages keep the now of the first, and are as final as other pages.
    assert len(second[0].get_json()["data"]) == 1
    assert second[0].headers["Cache-Control"].startswith("public, ")
    assert is_hit(second[1])


def test_what_depends_on_the_minute_is_never_final(client: ContractClient, editor: Caller) -> None:
    factories.a_published_post(editor)
    version = reading.fetch(client)["version"]

    passing = client.get(f"{POSTS}?filter=updated_at:<now&as_of={version}")
    final = client.get(f"{POSTS}?filter=updated_at:<2026-01-01&as_of={version}")

    assert passing.headers["Cache-Control"] == "max-age=60"
    assert "immutable" in final.headers["Cache-Control"]


@pytest.mark.usefixtures("five")
def test_however_many_filters_there_are_few_statements_stay_compiled(
    client: ContractClient, app: Edge
) -> None:
    for path, count in itertools.product(reading.LISTS, range(1, 41)):
        assert client.get(f"{path}?filter={'+'.join(['slug:-a'] * count)}").status_code == 200

    compiled: Any = app.database.lookup._compiled_cache  # noqa: SLF001 - nothing public tells
    assert 0 < len(compiled) <= MOST_COMPILED * 1.5


@pytest.mark.usefixtures("five")
def test_a_filtered_list_is_kept_and_purged_like_others(client: ContractClient, app: Edge) -> None:
    path = f"{POSTS}?filter=featured:true&sort=title"
    first = client.get(path)

    assert is_hit(client.get(path))
    assert "posts" in first.headers["Surrogate-Key"].split()
    app.extensions["cms.cache"].forget()
    answer: Any = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert answer.status_code == 304
