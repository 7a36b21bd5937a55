"""Tags: made, changed, and named once only, however a name is spelled."""

from typing import Any

import pytest

from tests import factories
from tests.callers import Caller, ContractClient

TAGS = "/api/v1/manage/tags"
SAME_NAMES = {
    "capitals": ("News", "nEWS"),
    "composed and decomposed": ("Caf\u00e9", "Cafe\u0301"),
    "decomposed capitals": ("CAFE\u0301", "caf\u00e9"),
    "marks in another order": ("a\u0323\u0308", "a\u0308\u0323"),
    "sharp s": ("Straße", "STRASSE"),
    "capital sharp s": ("Stra\u1e9ee", "strasse"),
    "final sigma": ("ΟΔΟΣ", "οδος"),
    "angstrom sign": ("\u212bngstrom", "ångstrom"),
    "kelvin sign": ("\u212a", "k"),
    "ligature": ("\ufb01n", "FIN"),
    "full-width capitals": ("\uff21\uff22", "\uff41\uff42"),
    "dotted capital i": ("\u0130zmir", "i\u0307zmir"),
    "spaces": ("New  York", " new york "),
    "no-break space": ("New\u00a0York", "new york"),
    "cyrillic": ("НОВОСТИ", "новости"),
}
OTHER_NAMES = {
    "dotless i": ("\u0131", "i"),
    "dotted capital i": ("\u0130", "I"),
    "full-width": ("\uff21", "A"),
    "accent": ("cafe", "café"),
    "superscript": ("x²", "x2"),
    "greek letter": ("\u0391", "A"),
}


@pytest.mark.parametrize(("first", "second"), SAME_NAMES.values(), ids=SAME_NAMES.keys())
def test_a_name_spelled_otherwise_is_taken(editor: Caller, first: str, second: str) -> None:
    tag = factories.a_tag(editor, name=first)
    other = factories.a_tag(editor, name="Other")

    created = editor.post(TAGS, json={"name": second})
    renamed = editor.patch(f"{TAGS}/{other['id']}", if_match="*", json={"name": second})
    post = factories.a_post(editor, tags=[second, first])

    for answer in (created, renamed):
        assert answer.status_code == 409
        assert answer.get_json()["code"] == "tag_name_taken"
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/name"]
    assert post["tag_ids"] == [tag["id"]]
    assert len(editor.get(TAGS).get_json()["data"]) == 2


@pytest.mark.parametrize(("first", "second"), OTHER_NAMES.values(), ids=OTHER_NAMES.keys())
def test_names_that_only_look_alike_are_two(editor: Caller, first: str, second: str) -> None:
    tag, other = (factories.a_tag(editor, name=name) for name in (first, second))

    assert tag["slug"] != other["slug"]
    assert factories.a_post(editor, tags=[first, second])["tag_ids"] == [tag["id"], other["id"]]


def test_a_tag_can_be_spelled_anew(editor: Caller) -> None:
    tag = factories.a_tag(editor, name="news")

    assert factories.edited(editor, tag, "tags", name="NEWS")["name"] == "NEWS"


def test_a_slug_that_another_tag_has_is_refused(editor: Caller) -> None:
    factories.a_tag(editor, name="First", slug="taken")
    other = factories.a_tag(editor)

    for answer in (
        editor.post(TAGS, json={"name": "New", "slug": "taken"}),
        editor.patch(f"{TAGS}/{other['id']}", if_match="*", json={"slug": "taken"}),
    ):
        assert answer.status_code == 409
        assert answer.get_json()["code"] == "slug_taken"
        assert [error["pointer"] for error in answer.get_json()["errors"]] == ["#/slug"]
    assert editor.get(f"{TAGS}/{other['id']}").get_json() == other
    assert factories.a_tag(editor, name="Taken")["slug"] == "taken-2"


def test_a_name_is_free_after_its_tag_was_renamed_or_deleted(editor: Caller) -> None:
    renamed = factories.a_tag(editor, name="First")
    gone = factories.a_tag(editor, name="Second")
    factories.edited(editor, renamed, "tags", name="Elsewhere", slug="elsewhere")
    factories.deleted(editor, gone, "tags")

    assert factories.a_tag(editor, name="first")["slug"] == "first"
    assert factories.a_tag(editor, name="second")["slug"] == "second"


def test_a_tag_is_what_was_sent(editor: Caller) -> None:
    sent = {"name": "Größe", "slug": "size", "description": "All about\nit. "}

    answer = editor.post(TAGS, json=sent)

    assert answer.status_code == 201
    tag = answer.get_json()
    assert answer.headers["Location"] == f"{TAGS}/{tag['id']}"
    assert {name: tag[name] for name in sent} == sent
    assert tag["version"] == 1
    assert editor.get(f"{TAGS}/{tag['id']}").get_json() == tag


@pytest.mark.parametrize(
    ("change", "result"),
    [
        ({"name": "New"}, {"name": "New"}),
        ({"slug": "new"}, {"slug": "new"}),
        ({"description": "New"}, {"description": "New"}),
        ({"description": None}, {"description": None}),
    ],
    ids=["name", "slug", "description", "no description"],
)
def test_a_change_is_live_at_once(
    editor: Caller, client: ContractClient, change: dict[str, Any], result: dict[str, Any]
) -> None:
    tag = factories.a_tag(editor, name="Old", description="Old")

    changed = factories.edited(editor, tag, "tags", **change)

    assert changed["version"] == 2
    (public,) = client.get("/api/v1/tags").get_json()["data"]
    for name, value in result.items():
        assert changed[name] == public[name] == value
    assert client.get(f"/api/v1/tags/{changed['slug']}").get_json() == public
    if changed["slug"] != tag["slug"]:
        assert client.get(f"/api/v1/tags/{tag['slug']}").status_code == 308


@pytest.mark.parametrize("same", [{}, {"name": "  Same "}, {"slug": "same", "description": None}])
def test_a_change_that_changes_nothing_takes_no_version(
    editor: Caller, client: ContractClient, same: dict[str, Any]
) -> None:
    tag = factories.a_tag(editor, name="Same")
    before = client.get("/api/v1/tags")

    assert factories.edited(editor, tag, "tags", **same) == tag
    assert editor.get(f"{TAGS}/{tag['id']}").get_json() == tag
    assert client.get("/api/v1/tags").get_data() == before.get_data()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": ""}, "#/name"),
        ({"name": None}, "#/name"),
        ({"name": "x" * 101}, "#/name"),
        ({"name": "a\u0000"}, "#/name"),
        ({"slug": "Not One"}, "#/slug"),
        ({"slug": None}, "#/slug"),
        ({"description": "x" * 2001}, "#/description"),
        ({"colour": "red"}, "#/colour"),
        ({"post_count": 1}, "#/post_count"),
    ],
    ids=str,
)
def test_what_is_not_valid_is_refused_by_name(
    editor: Caller, body: dict[str, Any], pointer: str
) -> None:
    tag = factories.a_tag(editor)

    for answer in (
        editor.post(TAGS, json={"name": "New", **body}),
        editor.patch(f"{TAGS}/{tag['id']}", if_match="*", json=body),
    ):
        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.get_json()["errors"]] == [pointer]
    assert editor.get(TAGS).get_json()["data"] == [tag]
