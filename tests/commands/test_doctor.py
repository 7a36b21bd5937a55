"""`cms doctor`: says what is wrong and what to do, and exits accordingly."""

import json
from typing import Any

from sqlalchemy import text

from cms.foundation.database import Database
from tests.commands.conftest import Cms


def _findings(cms: Cms, *, code: int) -> dict[str, dict[str, Any]]:
    outcome = cms("doctor", "--json")
    assert outcome.code == code, outcome.said
    found = json.loads(outcome.out)
    assert all(set(one) == {"subject", "state", "detail"} for one in found)
    assert all(one["state"] in {"good", "advice", "fault"} for one in found)
    assert (code == 1) == any(one["state"] == "fault" for one in found)
    return {one["subject"]: one for one in found}


def test_a_site_that_is_ready_is_good(migrated: Cms) -> None:
    migrated.create_user("root@example.org")

    found = _findings(migrated, code=0)

    assert {one["state"] for one in found.values()} == {"good"}
    assert {"settings", "database", "migrations", "users"} <= set(found)


def test_the_table_for_people_says_the_same(migrated: Cms) -> None:
    migrated.create_user("root@example.org")
    subjects = _findings(migrated, code=0)

    outcome = migrated("doctor")

    assert outcome.code == 0
    assert all(subject in outcome.out for subject in subjects)


def test_nothing_there_yet_is_a_fault_that_names_the_remedy(cms: Cms) -> None:
    found = _findings(cms, code=1)

    assert "cms migrate" in str(found)
    outcome = cms("doctor")
    assert outcome.code == 1
    assert "cms migrate" in outcome.out


def test_it_creates_nothing(cms: Cms) -> None:
    cms.set(SECRET_KEY="9f2c4be17a60d3851e7b4f0a6c2d8e91")

    cms("doctor")

    assert list(cms.folder.iterdir()) == []


def test_a_missing_migration_is_a_fault(migrated: Cms, stored: Database) -> None:
    with stored.writer.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))

    found = _findings(migrated, code=1)

    assert found["migrations"]["state"] == "fault"
    assert "cms migrate" in found["migrations"]["detail"]


def test_nobody_who_manages_users_is_a_fault_that_names_the_remedy(migrated: Cms) -> None:
    migrated.create_user("writer@example.org", role="editor")

    found = _findings(migrated, code=1)

    assert found["users"]["state"] == "fault"
    assert "cms user create --role admin" in found["users"]["detail"]


def test_every_fault_of_the_settings_is_a_finding(cms: Cms) -> None:
    cms.set(PORT="nonsense", ENV="production", LOG_LEVEL="loud")

    found = _findings(cms, code=1)

    assert set(found) == {"CMS_PORT", "CMS_SECRET_KEY", "CMS_LOG_LEVEL"}
    assert {one["state"] for one in found.values()} == {"fault"}
    assert all(one["detail"] for one in found.values())


def test_a_database_that_does_not_answer_is_a_fault_without_its_password(cms: Cms) -> None:
    cms.set(DATABASE_URL="postgresql://root:hunter2@127.0.0.1:9/cms")

    outcome = cms("doctor")

    assert outcome.code == 1
    assert "does not answer" in outcome.out
    assert "hunter2" not in outcome.said
    assert "Traceback" not in outcome.said


def test_a_file_that_is_no_database_is_a_fault(cms: Cms) -> None:
    path = cms.folder / "broken.sqlite"
    path.write_bytes(b"This is no database. " * 100)
    cms.set(DATABASE_URL=f"sqlite:///{path}")

    outcome = cms("doctor")

    assert outcome.code == 1
    assert "Traceback" not in outcome.said


def test_what_works_but_could_be_better_is_advice_and_no_fault(migrated: Cms) -> None:
    migrated.create_user("root@example.org")
    migrated.set(ENV="production", SECRET_KEY="9f2c4be17a60d3851e7b4f0a6c2d8e91", WORKERS="2")

    found = _findings(migrated, code=0)

    advice = {subject for subject, one in found.items() if one["state"] == "advice"}
    assert advice == {"failed logins", "site address"}


def test_mails_that_wait_for_a_worker_of_their_own_are_advice(migrated: Cms) -> None:
    migrated.create_user("root@example.org")
    migrated.set(MAIL_URL="smtp://127.0.0.1:25", MAIL_FROM="cms@blog.test")
    assert "mails" not in _findings(migrated, code=0)
    migrated.set(WORKER="none")

    found = _findings(migrated, code=0)

    assert found["mails"]["state"] == "advice"
    assert "cms worker" in found["mails"]["detail"]


def test_square_brackets_in_a_name_are_shown_as_they_are(migrated: Cms) -> None:
    migrated.create_user("root@example.org")
    folder = migrated.folder / "[bold]data"
    folder.mkdir()
    migrated.set(DATA_DIR=str(folder))

    outcome = migrated("doctor")

    assert outcome.code == 0
    assert "[bold]data" in outcome.out
