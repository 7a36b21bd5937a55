"""How the commands end: one clear message for people, one number for scripts."""

import functools
import sys
from collections.abc import Callable
from enum import IntEnum
from typing import NoReturn, ParamSpec

import rich_click as click

from cms.commands.client import terminal
from cms.commands.client.faults import NotFound, RemoteFault, Stale
from cms.commands.client.storage import StorageFault

P = ParamSpec("P")


class Exit(IntEnum):
    """What a script can tell apart; 2 is a wrong call."""

    FAILED = 1
    CONFLICT = 3
    NOT_FOUND = 4
    INTERRUPTED = 130


def clearly(command: Callable[P, None]) -> Callable[P, None]:
    """Let a command that cannot be carried out say so in one line, without a traceback."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except (RemoteFault, StorageFault) as fault:
            fail(said(fault), code_of(fault))
        except (KeyboardInterrupt, click.Abort):
            fail("Stopped.", Exit.INTERRUPTED)

    return run


def fail(message: str, code: Exit = Exit.FAILED) -> NoReturn:
    """End the command."""
    terminal.say(message)
    sys.exit(code)


def said(fault: Exception) -> str:
    """Return what people read of a fault."""
    if isinstance(fault, Stale) and fault.changed_by is not None:
        return f"{fault.changed_by} saved this post a moment ago; look at it, then run it again"
    return str(fault)


def code_of(fault: Exception) -> Exit:
    """Return what scripts read of a fault."""
    kinds: dict[type[Exception], Exit] = {Stale: Exit.CONFLICT, NotFound: Exit.NOT_FOUND}
    return kinds.get(type(fault), Exit.FAILED)
