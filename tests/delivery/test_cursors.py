"""Cursors: only what a list gave out, and only for that list."""

import base64
import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import text

from cms.foundation.http import cursors as signing
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient, contract_of
from tests.delivery import reading

POSTS = reading.POSTS
# A word that is in no other question.
MARK = "marked"


@pytest.fixture
def cursors(editor: Caller) -> dict[str, str]:
    """The second page of several lists, by their addresses."""
    for name in ("ann", "bob"):
        person = factories.an_author(editor, name=name, slug=f"{name}-1")
        factories.edited(editor, person, "authors", slug=name)
    for _ in range(2):
        factories.a_published_post(editor, tags=["a", "b"], authors=["ann", "bob"])
    version = reading.fetch(editor)["version"]
    lists = [
        f"{POSTS}?",
        f"{POSTS}?tag=a&",
        f"{POSTS}?tag=b&",
        f"{POSTS}?author=ann&",
        f"{POSTS}?tag=a&author=ann&",
        f"{POSTS}?author=ann&sort=title&",
        f"{POSTS}?tag=a&author=ann&filter=featured:false&sort=title&",
        f"{POSTS}?author=ann&as_of={version}&",
        "/api/v1/tags?",
        "/api/v1/authors?",
        "/api/v1/authors?sort=slug&",
        "/api/v1/search?q=post&",
        "/api/v1/search?tag=a&",
        "/api/v1/search?q=post&author=ann&year=2026&",
        f"/api/v1/search?q=post&author=ann&as_of={version}&",
        "/api/v1/changes?since=0&",
        "/api/v1/changes?since=0&types=post&",
        "/api/v1/redirects?",
        "/api/v1/redirects?types=author&",
        "/api/v1/manage/posts?",
        "/api/v1/manage/posts?tag=a&",
        "/api/v1/manage/posts?tag=a&author=ann&",
        "/api/v1/manage/posts?q=post&",
    ]
    found = {}
    for path in lists:
        found[path] = editor.get(f"{path}limit=1").get_json()["next_cursor"]
        assert found[path] is not None
    return found


def test_a_cursor_is_good_for_its_own_list_and_filters_only(
    editor: Caller, cursors: dict[str, str]
) -> None:
    for path in cursors:
        for origin, cursor in cursors.items():
            answer = editor.get(f"{path}cursor={cursor}")
            if origin == path:
                assert answer.status_code == 200, path
                assert answer.get_json()["data"], path
            else:
                assert answer.status_code == 400, f"{origin} -> {path}"
                assert answer.get_json()["code"] == "invalid_cursor"


def test_nothing_said_to_a_list_makes_it_sound_like_another(
    app: Edge, editor: Caller, cursors: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    def signature(packed: bytes, scope: str, genuine: Any = signing._signature) -> bytes:  # noqa: SLF001
        heard.append(scope)
        return bytes(genuine(packed, scope))

    monkeypatch.setattr(signing, "_signature", signature)

    def scope(query: str, cursor: str = "x") -> str:
        """What the signature is over; nothing for a question that is refused before."""
        heard.clear()
        editor.get(f"{query}cursor={cursor}")
        return heard[0] if heard else ""

    scopes = {path: scope(path, cursor) for path, cursor in cursors.items()}
    tried = 0
    for query in scopes:
        path = query.partition("?")[0]
        for name in texts(app, path):
            rest = re.sub(f"(?<=[?&]){name}=[^&]*&", "", query)
            before, found, behind = scope(f"{rest}{name}={MARK}&").partition(MARK)
            if not found:
                continue
            for other, wanted in scopes.items():
                if wanted.startswith(before) and wanted.endswith(behind):
                    # Between what this list says anyway, all that the other one says.
                    said = wanted[len(before) : len(wanted) - len(behind)]
                    crafted = f"{rest}{name}={quote(said)}&"
                    tried += 1
                    assert scope(crafted) != wanted or f"{name}={said}&" in other, crafted
    assert tried


def texts(app: Edge, path: str) -> list[str]:
    """The parameters of a list that may be any text."""
    operation = contract_of(app).operation("GET", path)
    assert operation is not None
    return [
        one["name"]
        for one in operation["parameters"]
        if one["in"] == "query"
        and one["schema"].get("type") == "string"
        and one["name"] != "cursor"
    ]


def test_the_page_may_be_shown_otherwise_along_the_way(
    client: ContractClient, cursors: dict[str, str]
) -> None:
    cursor = cursors[f"{POSTS}?"]

    answer = client.get(f"{POSTS}?cursor={cursor}&limit=50&fields=title&total=true")

    assert answer.status_code == 200
    assert [list(post) for post in answer.get_json()["data"]] == [["title"]]


def test_every_changed_character_is_noticed(
    client: ContractClient, cursors: dict[str, str]
) -> None:
    cursor = cursors[f"{POSTS}?"]

    for position, character in enumerate(cursor):
        # The last character of base64 holds bits that mean nothing.
        if position == len(cursor) - 1:
            continue
        other = "A" if character != "A" else "B"
        answer = client.get(f"{POSTS}?cursor={cursor[:position]}{other}{cursor[position + 1 :]}")
        assert answer.status_code == 400, position
        assert answer.get_json()["code"] == "invalid_cursor"


def forged(position: Any, key: str = "", salt: str = "cursor") -> str:
    """A cursor that somebody made by themselves."""
    return str(URLSafeSerializer(key, salt=salt).dumps(position))


ID = "019ab3c4-0000-7000-8000-0000000000c1"
FOREIGN = {
    "word": "next",
    "number": "2",
    "dots": "...",
    "unsigned": base64.urlsafe_b64encode(json.dumps([1, "2026-01-01T00:00:00", ID]).encode())
    .decode()
    .rstrip("="),
    "signed with nothing": forged([1, "2026-01-01T00:00:00+00:00", ID]),
    "signed with another key": forged([1, "2026-01-01T00:00:00+00:00", ID], key="x" * 40),
    "compressed": ".eJyLVjLUUUpU0lHKBAAKjAIY.abc",
    "not ascii": "%C3%A9",
    "NUL": "%00",
    "space": "%20",
    "broken escape": "%FF",
    "long": "x" * 2000,
}


@pytest.mark.parametrize("cursor", FOREIGN.values(), ids=FOREIGN.keys())
@pytest.mark.parametrize("path", reading.LISTS)
def test_what_no_list_gave_out_is_refused(client: ContractClient, path: str, cursor: str) -> None:
    answer = client.get(f"{path}?cursor={cursor}")

    assert answer.status_code == 400
    assert answer.get_json()["code"] == "invalid_cursor"


def test_a_cursor_from_a_version_that_never_was_is_refused(
    app: Edge, client: ContractClient, cursors: dict[str, str]
) -> None:
    with app.database.writer.begin() as connection:
        connection.execute(text("UPDATE site SET version = 1"))

    answer = client.get(f"{POSTS}?cursor={cursors[f'{POSTS}?']}")

    assert answer.status_code == 400
    assert answer.get_json()["code"] == "invalid_cursor"
