"""Runs the user's editor on a file."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

_USUAL: Final = ("sensible-editor", "nano", "vi")


class EditorFault(Exception):
    """The editor cannot be run, or says that it failed."""


def open_in_editor(path: Path) -> None:
    """Wait until the user has edited the file; raises EditorFault."""
    command = _command()
    try:
        # Without a shell: neither the path nor the file's name can become a command.
        done = subprocess.run([*command, str(path)], check=False)  # noqa: S603 - the user's own
    except OSError as fault:
        message = f"the editor {command[0]!r} cannot be started: {fault.strerror}"
        raise EditorFault(message) from fault
    if done.returncode != 0:
        message = f"the editor {command[0]!r} ended with {done.returncode}"
        raise EditorFault(message)


def _command() -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        if (stated := os.environ.get(variable, "")).strip():
            try:
                return shlex.split(stated)
            except ValueError as fault:
                message = f"{variable} cannot be read: {fault}"
                raise EditorFault(message) from fault
    found = next(filter(shutil.which, _USUAL), None)
    if found is None:
        message = "there is no editor; name one in VISUAL or EDITOR"
        raise EditorFault(message)
    return [found]
