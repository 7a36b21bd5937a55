"""`cms user create`: one user, or one clear line that says why not."""

import re

import pytest
from sqlalchemy import select

from cms.accounts.login import actions
from cms.accounts.models import User
from cms.accounts.passwords import Passwords
from cms.foundation.database import Database
from tests.commands.conftest import PASSWORD, Cms


def _users(stored: Database) -> list[User]:
    with stored.session(read_only=True) as session:
        return list(session.scalars(select(User).order_by(User.email)))


def _opens(stored: Database, email: str, password: str) -> bool:
    with stored.session(read_only=True) as session:
        user = actions.authenticate(session, Passwords(8, 1, 1), email, password)
        return user.email == email


@pytest.mark.parametrize("role", ["contributor", "author", "editor", "admin"])
def test_a_user_with_a_password_from_standard_input(
    migrated: Cms, stored: Database, role: str
) -> None:
    outcome = migrated.create_user("ada@example.org", role=role)

    assert outcome.code == 0
    assert outcome.out == f"Created {role} ada@example.org.\n"
    (user,) = _users(stored)
    assert (user.email, user.name, user.role, user.is_active) == (
        "ada@example.org",
        "ada",
        role,
        True,
    )
    assert _opens(stored, "ada@example.org", PASSWORD)
    assert PASSWORD not in outcome.said


@pytest.mark.parametrize("ending", ["\n", "\r\n", "", "\nsecond line\n"])
def test_the_password_is_the_first_line_without_its_ending(
    migrated: Cms, stored: Database, ending: str
) -> None:
    options = ["--role", "author", "--email", "ada@example.org", "--password-stdin"]

    outcome = migrated("user", "create", *options, stdin=f"{PASSWORD}{ending}")

    assert outcome.code == 0
    assert _opens(stored, "ada@example.org", PASSWORD)


def test_without_a_terminal_a_random_password_is_shown_once(
    migrated: Cms, stored: Database
) -> None:
    seen = set()
    for number in range(2):
        email = f"ada-{number}@example.org"
        outcome = migrated("user", "create", "--role", "author", "--email", email)
        found = re.search(r"^Password \(shown only now\): (\S{20,})$", outcome.out, re.MULTILINE)
        assert outcome.code == 0
        assert found
        assert _opens(stored, email, found[1])
        seen.add(found[1])

    assert len(seen) == 2


def test_a_name_may_be_given(migrated: Cms, stored: Database) -> None:
    options = ["--role", "author", "--email", "ada@example.org", "--name", "Ada Lovelace"]

    assert migrated("user", "create", *options).code == 0

    assert [user.name for user in _users(stored)] == ["Ada Lovelace"]


@pytest.mark.parametrize("email", ["ada@example.org", "ADA@Example.org"])
def test_an_address_that_is_taken_is_one_clear_line(
    migrated: Cms, stored: Database, email: str
) -> None:
    migrated.create_user("ada@example.org")

    outcome = migrated.create_user(email)

    assert outcome.is_one_clear_line()
    assert "e-mail" in outcome.err
    assert len(_users(stored)) == 1


@pytest.mark.parametrize(
    ("email", "password", "word"),
    [
        ("no address", PASSWORD, "email"),
        ("", PASSWORD, "email"),
        ("@example.org", PASSWORD, "email"),
        ("ada@example.org", "short", "password"),
        ("ada@example.org", "", "password"),
    ],
)
def test_what_is_no_user_is_one_clear_line(
    migrated: Cms, stored: Database, email: str, password: str, word: str
) -> None:
    outcome = migrated.create_user(email, password=password)

    assert outcome.is_one_clear_line()
    assert word in outcome.err
    # A person reads this: neither Python's quotes and braces nor the password.
    assert not set("{}[]") & set(outcome.err)
    assert not password or password not in outcome.err
    assert _users(stored) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--role", "author"],
        ["--email", "ada@example.org"],
        ["--email", "ada@example.org", "--role", "root"],
        ["--email", "ada@example.org", "--role", "Admin"],
    ],
)
def test_a_missing_or_unknown_option_is_a_usage_error(
    migrated: Cms, stored: Database, arguments: list[str]
) -> None:
    outcome = migrated("user", "create", *arguments)

    assert outcome.code == 2
    assert "Traceback" not in outcome.said
    assert _users(stored) == []


def test_a_database_that_is_not_migrated_is_one_clear_line(cms: Cms) -> None:
    outcome = cms.create_user("ada@example.org")

    assert outcome.is_one_clear_line()
    assert "cms migrate" in outcome.err
