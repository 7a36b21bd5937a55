"""Folders that lie beside the package in a checkout and inside of it when installed."""

from pathlib import Path

import cms


def folder(name: str) -> Path:
    """The folder ``name``; see ``force-include`` in pyproject.toml."""
    package = Path(cms.__file__).parent
    inside = package / name
    return inside if inside.is_dir() else package.parent / name
