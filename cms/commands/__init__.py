"""The `cms` command line."""

from cms.commands.main import main

__all__ = ["main"]
