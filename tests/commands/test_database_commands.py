"""`cms migrate`, `cms seed` and `cms openapi`: what they do once and what they do twice."""

import json
from typing import Any

from sqlalchemy import func, select, text

from cms.app import create_app
from cms.content.posts.models import Post
from cms.foundation import migrations
from cms.foundation.database import Database
from cms.foundation.settings import load
from tests.callers import ContractClient
from tests.commands.conftest import ROOT, Cms

COMMITTED = str(ROOT / "openapi" / "openapi.json")


def _count(stored: Database) -> int:
    with stored.session(read_only=True) as session:
        return session.scalar(select(func.count()).select_from(Post)) or 0


def test_migrating_twice_is_the_same_as_once(cms: Cms, stored: Database) -> None:
    first = cms("migrate")
    assert first.code == 0
    assert migrations.current(stored) == migrations.head()
    cms.create_user("root@example.org")

    second = cms("migrate")

    assert second.code == 0
    assert first.out == f"The database is at migration {migrations.head()}.\n"
    assert second.out == f"The database is at migration {migrations.head()} already.\n"
    with stored.session(read_only=True) as session:
        assert session.scalar(text("SELECT count(*) FROM users")) == 1


def test_a_database_that_does_not_answer_is_one_clear_line(cms: Cms) -> None:
    cms.set(DATABASE_URL="postgresql://root:hunter2@127.0.0.1:9/cms")

    for arguments in (["migrate"], ["seed"]):
        outcome = cms(*arguments)
        assert outcome.code == 1
        assert "does not answer" in outcome.err
        assert "hunter2" not in outcome.said
        assert "Traceback" not in outcome.said


def test_seeding_fills_an_empty_site_with_posts_that_readers_see(
    migrated: Cms, stored: Database
) -> None:
    migrated.create_user("root@example.org")

    outcome = migrated("seed")

    assert outcome.code == 0
    count = _count(stored)
    assert count >= 6
    assert outcome.out == f"Loaded {count} example posts.\n"
    app = create_app(load())
    try:
        reader = ContractClient(app)
        page = reader.get("/api/v1/posts?limit=100&total=true").get_json()
        assert page["total"] >= 6
        assert all(post["authors"] and post["tags"] for post in page["data"])
        for post in page["data"]:
            assert reader.get(f"/api/v1/posts/{post['slug']}").get_json()["word_count"] > 50
        names: list[Any] = [post["authors"][0]["name"] for post in page["data"]]
        assert "Colleen Nelson" in names
    finally:
        app.database.dispose()


def test_seeding_twice_adds_nothing(migrated: Cms, stored: Database) -> None:
    migrated.create_user("root@example.org")
    assert migrated("seed").code == 0
    count = _count(stored)

    second = migrated("seed")

    assert (second.code, second.out) == (0, "There are posts already.\n")
    assert _count(stored) == count


def test_seeding_without_an_admin_says_what_to_do_first(migrated: Cms, stored: Database) -> None:
    outcome = migrated("seed")

    assert outcome.is_one_clear_line()
    assert "cms user create" in outcome.err
    assert _count(stored) == 0


def test_seeding_without_tables_says_what_to_do_first(cms: Cms) -> None:
    outcome = cms("seed")

    assert outcome.is_one_clear_line()
    assert "cms migrate" in outcome.err


def test_the_committed_document_passes_the_check(cms: Cms) -> None:
    outcome = cms("openapi", "check", COMMITTED)

    assert outcome.code == 0, outcome.err


def test_a_document_that_differs_fails_the_check_and_is_shown(cms: Cms) -> None:
    path = cms.folder / "openapi.json"
    assert cms("openapi", "check", str(path)).code == 1
    document = json.loads((ROOT / "openapi" / "openapi.json").read_text())
    document["info"]["title"] = "Another title"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    outcome = cms("openapi", "check", str(path))

    assert outcome.code == 1
    assert "Another title" in outcome.err
    assert "cms openapi write" in outcome.err


def test_writing_the_document_makes_the_check_pass(cms: Cms) -> None:
    assert cms("openapi", "write").code == 0

    written = cms.folder / "openapi" / "openapi.json"
    assert written.read_text() == (ROOT / "openapi" / "openapi.json").read_text()
    assert cms("openapi", "check").code == 0
