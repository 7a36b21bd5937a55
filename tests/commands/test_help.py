"""`cms --help` and the help of each command."""

import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from cms.commands.main import COMMANDS, group
from tests.commands.conftest import Cms

Path = tuple[str, ...]


def _commands(command: click.Command, path: Path = ()) -> Iterator[tuple[Path, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from _commands(found, (*path, name))


ALL = dict(_commands(group))


def test_there_are_the_agreed_commands() -> None:
    assert {" ".join(path) for path in ALL} == {
        "",
        "serve",
        "worker",
        "jobs",
        "jobs list",
        "jobs retry",
        "migrate",
        "seed",
        "load",
        "prune",
        "user",
        "user create",
        "user invite",
        "user reset-password",
        "openapi",
        "openapi write",
        "openapi check",
        "publish",
        "posts",
        "posts list",
        "posts show",
        "posts edit",
        "posts check",
        "posts revisions",
        "posts diff",
        "posts publish",
        "posts unpublish",
        "posts schedule",
        "posts restore",
        "posts delete",
        "doctor",
    }


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "cms")
def test_help_works_without_any_settings_and_says_something(cms: Cms, path: Path) -> None:
    cms.set(ENV="nonsense", PORT="nonsense")

    outcome = cms(*path, "--help")

    assert (outcome.code, outcome.err) == (0, "")
    assert "Usage:" in outcome.out
    summary = (ALL[path].help or "").splitlines()[0]
    assert len(summary) > 10
    assert summary.split()[0] in outcome.out
    assert len(outcome.out.splitlines()) >= 5


@pytest.mark.parametrize("path", ALL, ids=lambda path: " ".join(path) or "cms")
def test_every_option_is_explained(path: Path) -> None:
    for parameter in ALL[path].params:
        if isinstance(parameter, click.Option):
            explained = parameter.help or isinstance(parameter.show_default, str)
            assert explained, f"{' '.join(path)} {parameter.name}"


def test_the_overview_names_every_command(cms: Cms) -> None:
    outcome = cms("--help")

    assert all(name in outcome.out for name in COMMANDS)


@pytest.mark.parametrize("arguments", [["nonsense"], ["migrate", "--nonsense"], ["user", "x"]])
def test_what_does_not_exist_is_refused_without_a_traceback(cms: Cms, arguments: list[str]) -> None:
    outcome = cms(*arguments)

    assert outcome.code == 2
    assert "Traceback" not in outcome.said
    assert outcome.err


def test_it_runs_as_a_module_in_a_process_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cms", "--version"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )

    assert done.stdout.startswith("cms, version ")


def test_faults_of_the_settings_are_shown_all_at_once_by_every_command(cms: Cms) -> None:
    cms.set(PORT="nonsense", LOG_LEVEL="nonsense")

    for arguments in (["migrate"], ["seed"], ["openapi", "check"], ["serve"]):
        outcome = cms(*arguments)
        assert outcome.code == 1
        assert "Traceback" not in outcome.said
        assert outcome.err.splitlines()[0] == "The settings cannot be used:"
        assert {line.split(":")[0].strip() for line in outcome.err.splitlines()[1:]} == {
            "CMS_PORT",
            "CMS_LOG_LEVEL",
        }
