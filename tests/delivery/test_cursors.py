"""Cursors: only what a list gave out, and only for that list."""

import base64
import json
from typing import Any

import pytest
from itsdangerous import URLSafeSerializer
from sqlalchemy import text

from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.delivery import reading

POSTS = reading.POSTS


@pytest.fixture
def cursors(editor: Caller) -> dict[str, str]:
    """The second page of several lists, by their addresses."""
    for name in ("ann", "bob"):
        factories.an_author(editor, name=name)
    for _ in range(2):
        factories.a_published_post(editor, tags=["a", "b"], authors=["ann", "bob"])
    lists = [
        f"{POSTS}?",
        f"{POSTS}?tag=a&",
        f"{POSTS}?tag=b&",
        f"{POSTS}?author=ann&",
        f"{POSTS}?tag=a&author=ann&",
        "/api/v1/tags?",
        "/api/v1/authors?",
        "/api/v1/manage/posts?",
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
                assert len(answer.get_json()["data"]) == 1
            else:
                assert answer.status_code == 400, f"{origin} -> {path}"
                assert answer.get_json()["code"] == "invalid_cursor"


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


def forged(position: Any, key: str = "", salt: str = "cursor posts tag=None author=None") -> str:
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
