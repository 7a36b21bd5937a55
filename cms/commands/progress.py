"""A bar that shows people how far a command is."""

from rich.console import Console
from rich.progress import Progress, ProgressColumn


def bar(*columns: ProgressColumn, shown: bool = True) -> Progress:
    """Return one that stands beside the output, and is gone in the end."""
    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not shown)
