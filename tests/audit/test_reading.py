"""`GET /manage/audit`: what it shows, to whom, and how it is filtered."""

from typing import Any

import pytest

from cms.foundation import filters
from cms.foundation.audit import queries
from cms.foundation.database import Base
from cms.foundation.filters.listed import kinds
from cms.foundation.filters.scanner import BadFilter
from cms.foundation.http.edge import Edge
from tests import factories
from tests.callers import Caller
from tests.delivery import reading
from tests.scheduling.desk import HOUR, Desk

AUDIT = "/api/v1/manage/audit"


def found(by: Caller, text: str) -> list[dict[str, Any]]:
    """All that fits, page by page."""
    return reading.walked(reading.pages(by, AUDIT, filter=text, limit=1))


def test_it_shows_the_newest_first(admin: Caller, editor: Caller) -> None:
    tag = factories.a_tag(editor, name="News")
    factories.edited(editor, tag, kind="tags", name="Olds")

    newest, before = admin.get(f"{AUDIT}?limit=2").get_json()["data"]

    assert newest["changes"] == {"name": ["News", "Olds"]}
    assert (newest["action"], before["action"]) == ("edit_tag", "create_tag")
    assert (newest["actor_id"], newest["actor_name"]) == (editor.user_id, "Editor")
    assert (newest["subject_kind"], newest["subject_id"]) == ("tag", tag["id"])


@pytest.mark.parametrize(
    ("text", "actions"),
    [
        ("actor_id:{editor}+subject_kind:tag", ["edit_tag", "create_tag"]),
        ("subject_id:{tag}+action:-edit_tag", ["create_tag"]),
        ("action:[edit_tag,create_author]", ["create_author", "edit_tag"]),
        ("subject_kind:author", ["create_author"]),
        ("subject_kind:[tag,author]+at:>now-1d+address:'127.0.0.1'", None),
        ("subject_kind:tag+at:<2020-01-01", []),
        ("subject_kind:tag+address:'192.0.2.1'", []),
        ("subject_kind:tag+key_id:-null", []),
    ],
)
def test_a_filter_finds_what_it_says(
    admin: Caller, editor: Caller, text: str, actions: list[str] | None
) -> None:
    tag = factories.a_tag(editor)
    factories.edited(editor, tag, kind="tags", name="Another")
    factories.an_author(admin)

    entries = found(admin, text.format(editor=editor.user_id, tag=tag["id"]))

    expected = ["create_author", "edit_tag", "create_tag"] if actions is None else actions
    assert [one["action"] for one in entries] == expected


def test_no_column_is_reached_that_is_not_listed() -> None:
    allowed = kinds(queries.LISTED)
    columns = [column for table in Base.metadata.sorted_tables for column in table.columns]
    for name in {column.name for column in columns} | {str(column) for column in columns}:
        if name not in allowed:
            with pytest.raises(BadFilter, match="there is no field"):
                filters.check(filters.parse(f"{name}:a"), allowed)


@pytest.mark.parametrize("role", ["contributor", "author", "editor"])
def test_only_admins_read_it(app: Edge, role: str) -> None:
    assert factories.a_caller(app, role).get(AUDIT).status_code == 403


def test_a_key_reads_it_that_was_given_that(admin: Caller) -> None:
    assert factories.a_key(admin, "audit:read").get(AUDIT).status_code == 200
    assert factories.a_key(admin, "users:manage").get(AUDIT).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_no_request_changes_it(admin: Caller, method: str) -> None:
    assert admin.request(method, AUDIT).status_code == 405


def test_what_a_worker_does_is_signed_by_who_asked_for_it(app: Edge, editor: Caller) -> None:
    admin, desk = factories.a_caller(app, "admin"), Desk(app, editor)
    post = factories.a_post(editor)
    desk.schedule(post, publish_at=HOUR)
    desk.pass_time(2 * HOUR)

    of_post = found(admin, f"subject_id:{post['id']}+action:'post.schedule'")

    by_kind = {one["subject_kind"]: one for one in of_post}
    assert by_kind["post"]["changes"]["status"] == ["scheduled", "published"]
    assert by_kind["post"]["actor_id"] == editor.user_id
    assert by_kind["schedule"]["changes"]["publish_at"][1] is None
