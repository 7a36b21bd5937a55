"""The `cms` group: which commands there are, each imported only when it is called."""

import gc
import importlib
import sys
from types import ModuleType

import rich_click as click

import cms
from cms.foundation.errors import CmsError, FaultyConfiguration

COMMANDS = {
    "serve": "cms.commands.serve:serve",
    "worker": "cms.commands.worker:worker",
    "jobs": "cms.commands.jobs:jobs",
    "migrate": "cms.commands.migrate:migrate",
    "seed": "cms.commands.seed:seed",
    "load": "cms.commands.load.command:load",
    "prune": "cms.commands.prune:prune",
    "user": "cms.commands.users:user",
    "openapi": "cms.commands.openapi:openapi",
    "publish": "cms.commands.publish.command:publish",
    "posts": "cms.commands.posts.command:posts",
    "doctor": "cms.commands.doctor:doctor",
}


class LazyGroup(click.RichGroup):
    """Imports a command when it is called, so that each starts fast."""

    def list_commands(self, _context: click.Context) -> list[str]:
        """In the order of the table."""
        return list(COMMANDS)

    def get_command(self, _context: click.Context, name: str) -> click.Command | None:
        """The command called ``name``."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(_imported(module), attribute)
        return command


def _imported(module: str) -> ModuleType:
    """A module of ours, with all that it needs.

    Nearly all of that stays until the end. To look through it for garbage again and again, while
    it is made and later, would take a quarter of a start; and processes that are forked later
    share what nobody looks at.
    """
    if module not in sys.modules:
        gc.disable()
        try:
            importlib.import_module(module)
        finally:
            gc.freeze()
            gc.enable()
    return sys.modules[module]


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(cms.__version__, prog_name="cms")
def group() -> None:
    """A headless CMS for blog content: a REST API for posts, authors and tags.

    Settings come from the environment or a file `.env`; `cms doctor` shows them.
    """


def main() -> None:
    """Run the command line; what can be expected to go wrong is one clear line, not a traceback."""
    try:
        # Also as `python -m cms`: help and the audit log tell of one command.
        group(prog_name="cms")
    except FaultyConfiguration as error:
        click.echo("The settings cannot be used:", err=True)
        for fault in error.faults:
            click.echo(f"  {fault}", err=True)
        sys.exit(1)
    except CmsError as error:
        click.echo(f"{error.title}: {error.detail}", err=True)
        sys.exit(1)
