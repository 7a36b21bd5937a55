"""The site as it was, at any version and at any moment, for who may see its past."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine

from cms.foundation import moments
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

PATHS = (
    "/api/v1/posts?include=html",
    "/api/v1/posts?tag=one&author=ann&limit=1",
    "/api/v1/posts/first",
    "/api/v1/posts/second?include=markdown,plaintext,toc,related",
    "/api/v1/posts/second/neighbours?tag=one",
    "/api/v1/posts/second/related",
    "/api/v1/archive",
    "/api/v1/redirects",
    "/api/v1/authors?total=true",
    "/api/v1/authors/ann",
    "/api/v1/tags",
    "/api/v1/tags/one",
    "/api/v1/tags/two",
    "/api/v1/search?q=one",
    "/api/v1/search?q=ann&tag=one&limit=1",
    "/api/v1/suggest?q=one",
)
START = datetime(2026, 5, 1, tzinfo=UTC)
State = dict[str, tuple[int, Any]]


def state(client: ContractClient, more: str = "") -> State:
    """What every address shows; of a problem, and of what moved, only the status."""
    found: State = {}
    for path in PATHS:
        joint = "&" if "?" in path else "?"
        answer = client.get(f"{path}{joint}{more}" if more else path)
        body = answer.get_json() if answer.status_code == 200 else None
        if body:
            # A cursor belongs to its list, and that is another one with `as_of`.
            body.pop("next_cursor", None)
        found[path] = (answer.status_code, body)
    return found


@pytest.fixture
def past(app: Edge, client: ContractClient) -> list[tuple[datetime, int, State]]:
    """Moments, versions and what the site showed then; a minute apart."""
    found = []
    with time_machine.travel(START, tick=False) as clock:
        for _step in _steps(factories.a_caller(app, "editor")):
            found.append((moments.now(), reading.fetch(client)["version"], state(client)))
            clock.shift(timedelta(minutes=1))
        found.append((moments.now(), reading.fetch(client)["version"], state(client)))
    return found


def _steps(by: Caller) -> Iterator[object]:
    yield "nothing yet"
    ann = factories.an_author(by, name="ann")
    yield ann
    post = factories.a_published_post(by, slug="first", body="One", tags=["one"], authors=["ann"])
    yield post
    yield factories.a_published_post(by, tags=["one"], authors=["ann"])
    factories.published(by, factories.edited(by, post, slug="second", body="Two"))
    yield post
    yield factories.edited(by, ann, "authors", name="Ann B.")
    yield factories.edited(by, {"id": post["tag_ids"][0]}, "tags", slug="two")
    yield factories.unpublished(by, post)
    factories.deleted(by, post)


def test_every_version_is_shown_as_it_was(
    app: Edge, client: ContractClient, past: list[tuple[datetime, int, State]]
) -> None:
    for _ in range(2):
        for _moment, version, seen in past:
            assert state(client, f"as_of={version}") == seen, version
        app.extensions["cms.cache"].forget()
        app.extensions["cms.names"].forget()


def test_every_moment_is_shown_as_it_was(
    client: ContractClient, past: list[tuple[datetime, int, State]]
) -> None:
    for moment, _version, seen in past:
        for asked in (moment, moment + timedelta(seconds=59, milliseconds=999)):
            for spelled in (
                moments.spell(asked),
                quote(asked.astimezone().isoformat(timespec="milliseconds")),
            ):
                assert state(client, f"as_of={spelled}") == seen, spelled


def test_a_walk_through_the_past_stays_there(
    editor: Caller, client: ContractClient, past: list[tuple[datetime, int, State]]
) -> None:
    _moment, version, seen = past[3]

    walk = reading.pages(
        client, as_of=version, limit=1, include="html", between=lambda: factories.a_tag(editor)
    )

    assert {page["version"] for page in walk} == {version}
    assert reading.walked(walk) == seen[PATHS[0]][1]["data"]
    foreign = f"{reading.POSTS}?limit=1&cursor={walk[0]['next_cursor']}"
    assert client.get(foreign).get_json()["code"] == "invalid_cursor"
    assert client.get(f"{foreign}&as_of={version - 1}").status_code == 400


@pytest.mark.usefixtures("past")
def test_a_former_slug_leads_to_its_address_at_that_version(client: ContractClient) -> None:
    for path in ("/api/v1/posts/first", "/api/v1/tags/one"):
        version = reading.fetch(client)["version"] - 1
        answer = client.get(f"{path}?as_of={version}")

        assert answer.status_code == 308
        assert answer.headers["Location"].endswith(f"?as_of={version}")
        assert client.get(answer.headers["Location"]).status_code == 200


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("path", [*PATHS[:2], PATHS[6]])
def test_only_the_answer_for_a_version_is_kept_for_ever(client: ContractClient, path: str) -> None:
    joint = "&" if "?" in path else "?"
    version = reading.fetch(client)["version"]

    final = client.get(f"{path}{joint}as_of={version}")
    passing = client.get(f"{path}{joint}as_of={moments.spell(moments.now())}")

    assert final.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert final.headers["Surrogate-Key"] == passing.headers["Surrogate-Key"]
    for answer in (passing, client.get(path)):
        assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        *(*reading.LISTS, *(f"{path}/x" for path in reading.LISTS)),
        *(f"{reading.POSTS}/x/{part}" for part in ("neighbours", "related")),
        *("/api/v1/search", "/api/v1/suggest"),
    ],
)
@pytest.mark.parametrize(
    "as_of",
    ["1", "9" * 18, "9999-01-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "-1", "", "now"],
)
def test_what_has_not_been_cannot_be_asked_for(
    client: ContractClient, path: str, as_of: str
) -> None:
    answer = client.get(f"{path}?as_of={as_of}")

    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.get_json()["errors"]] == ["?as_of"]


def test_a_site_shows_its_past_only_where_the_operator_says_so(
    app: Edge, client: ContractClient, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.unpublished(editor, factories.a_published_post(editor, slug="first"))
    closed = replace(app.extensions["cms.settings"], time_travel=False)
    monkeypatch.setitem(app.extensions, "cms.settings", closed)

    for path in (*reading.LISTS, "/api/v1/posts/first"):
        answer = client.get(f"{path}?as_of=1")

        assert answer.status_code == 422
        assert "CMS_TIME_TRAVEL" in answer.get_json()["errors"][0]["detail"]
