"""Cursors: only the list that gave one out takes it back, unchanged."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cms.foundation.http import cursors
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller, ContractClient
from tests.conftest import Made

PUBLIC, MANAGED = "/api/v1/posts", "/api/v1/manage/posts"


@pytest.fixture
def filled(admin: Caller) -> Caller:
    """An admin of a site whose every list has a second page."""
    for number in range(2):
        author = factories.an_author(admin)
        for _ in range(2):
            factories.a_published_post(
                admin, author_ids=[author["id"]], tags=["News", f"Other {number}"]
            )
    factories.a_caller(admin.app, "author")
    return admin


def _cursor(caller: ContractClient, path: str) -> str:
    joint = "&" if "?" in path else "?"
    cursor = caller.get(f"{path}{joint}limit=1").get_json()["next_cursor"]
    assert isinstance(cursor, str)
    return cursor


def _refused(caller: ContractClient, path: str, cursor: str) -> None:
    joint = "&" if "?" in path else "?"
    answer = caller.get(f"{path}{joint}cursor={quote(cursor)}")
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_cursor"), cursor


@pytest.mark.parametrize("path", [PUBLIC, MANAGED])
def test_a_change_of_any_one_character_breaks_a_cursor(filled: Caller, path: str) -> None:
    cursor = _cursor(filled, path)
    alphabet = string.ascii_letters + string.digits + "-_"
    # The signature's last character has two bits that say nothing.
    for position in range(len(cursor) - 1):
        other = next(one for one in alphabet if one != cursor[position])
        _refused(filled, path, cursor[:position] + other + cursor[position + 1 :])

    assert filled.get(f"{path}?cursor={cursor}").status_code == 200


@pytest.mark.parametrize("path", [PUBLIC, MANAGED])
def test_a_cursor_that_is_cut_or_longer_is_refused(filled: Caller, path: str) -> None:
    cursor = _cursor(filled, path)
    for wrong in (cursor[:-1], cursor[1:], cursor + "A", cursor * 2, f".{cursor}", f"{cursor}."):
        _refused(filled, path, wrong)


LISTS = [
    PUBLIC,
    "/api/v1/authors",
    "/api/v1/tags",
    MANAGED,
    "/api/v1/manage/authors",
    "/api/v1/manage/tags",
    "/api/v1/manage/users",
]


@pytest.mark.parametrize("path", LISTS)
def test_the_cursor_of_another_list_is_refused(filled: Caller, path: str) -> None:
    own = _cursor(filled, path)
    assert filled.get(f"{path}?cursor={own}").status_code == 200
    for other in LISTS:
        if other != path:
            _refused(filled, path, _cursor(filled, other))


@pytest.mark.parametrize(
    ("path", "others"),
    [
        (PUBLIC, ["?tag=news", "?tag=none"]),
        (f"{PUBLIC}?tag=news", ["", "?tag=other-0", "?author=news"]),
        (MANAGED, ["?status=published", "?q=post", "?tag=news"]),
        (f"{MANAGED}?status=published", ["", "?status=draft", "?tag=news&status=published"]),
    ],
)
def test_a_cursor_does_not_survive_a_change_of_filters(
    filled: Caller, path: str, others: list[str]
) -> None:
    cursor = _cursor(filled, path)
    for other in others:
        _refused(filled, path.partition("?")[0] + other, cursor)


def test_the_size_of_a_page_may_change_on_the_way(filled: Caller) -> None:
    for path in LISTS:
        assert filled.get(f"{path}?limit=7&cursor={_cursor(filled, path)}").status_code == 200


def test_the_cursor_of_a_site_with_another_secret_is_refused(filled: Caller, made: Made) -> None:
    other = ContractClient(made(secret_key="another-secret-of-32-bytes-or-more-0123"))

    theirs = _cursor(other, PUBLIC)

    _refused(filled, PUBLIC, theirs)
    assert other.get(f"{PUBLIC}?cursor={theirs}").status_code == 200


def test_a_token_is_no_cursor_and_a_cursor_is_no_token(filled: Caller) -> None:
    _refused(filled, PUBLIC, (filled.token or "")[:2000])

    thief = ContractClient(filled.app, _cursor(filled, MANAGED))
    assert thief.get("/api/v1/auth/me").status_code == 401


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("length", [0, 2001, 20_000])
def test_a_cursor_of_impossible_length_is_422(filled: Caller, path: str, length: int) -> None:
    answer = filled.get(f"{path}?cursor={'x' * length}")

    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["?cursor"]


@pytest.mark.parametrize("cursor", ["x", ".", "..", "a.b", "%00", "é", "🔑", "-", "null", "[]"])
def test_rubbish_is_refused(filled: Caller, cursor: str) -> None:
    for path in LISTS:
        answer = filled.get(f"{path}?cursor={quote(cursor, safe='%')}")
        assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_cursor")


def test_a_cursor_from_a_version_that_never_happened_is_refused(filled: Caller, app: Edge) -> None:
    with app.app_context():
        scope = "('posts', None, None, None, None, None)"
        good = cursors.seal(scope, [1, "2026-01-01T00:00:00+00:00", filled.user_id])
        future = cursors.seal(scope, [10**6, "2026-01-01T00:00:00+00:00", filled.user_id])

    assert filled.get(f"{PUBLIC}?cursor={good}").status_code == 200
    _refused(filled, PUBLIC, future)


@given(
    position=st.lists(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(st.characters(exclude_categories=["Cs"])),
        max_size=5,
    ),
    length=st.integers(0, 5),
)
@settings(max_examples=50, deadline=None)
def test_a_sealed_position_comes_back_as_it_was_and_only_at_its_length(
    shared_app: Edge, position: list[object], length: int
) -> None:
    with shared_app.app_context():
        sealed = cursors.seal("here", position)
        if length == len(position):
            assert cursors.unseal("here", sealed, length) == position
        else:
            with pytest.raises(cursors.BadCursor):
                cursors.unseal("here", sealed, length)
        with pytest.raises(cursors.BadCursor):
            cursors.unseal("there", sealed, len(position))
        assert set(sealed) <= set(string.ascii_letters + string.digits + "-_.")
