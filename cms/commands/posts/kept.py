"""Texts that are being edited: in files that outlive whatever goes wrong before they are saved."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cms.commands.client import storage
from cms.commands.client.posts import Post
from cms.commands.client.server import Server
from cms.commands.client.storage import StorageFault


@dataclass(frozen=True, slots=True)
class Kept:
    """A post that somebody edits; beside its file, the one that it was made from."""

    path: Path

    @classmethod
    def of(cls, post: Post, server: Server) -> Self:
        """The place for a post of a server; the same whatever its slug becomes."""
        # All of these are what a server says, and must not lead anywhere else.
        where, slug, post_id = (
            re.sub("[^a-z0-9.-]+", "_", one).lstrip(".")
            for one in (server.address.partition("://")[2], post.slug, post.id)
        )
        folder = storage.folder() / "edits" / where
        before = next(folder.glob(f"*_{post_id}.md"), None)
        return cls(before or folder / f"{slug[:100]}_{post_id[:36]}.md")

    @property
    def exists(self) -> bool:
        """Whether there is a text that was not saved."""
        return self.path.exists()

    @property
    def is_untouched(self) -> bool:
        """Whether the text is still what it was made from."""
        try:
            return self.path.read_bytes() == self._original.read_bytes()
        except OSError:
            return False

    def begin(self, text: str) -> None:
        """Put the text there; what was there before is gone."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            # This one last: where it is, there is something to go on from.
            for path in (self._original, self.path):
                path.unlink(missing_ok=True)
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                    file.write(text)
        except OSError as fault:
            message = f"{self.path} cannot be written: {fault.strerror}"
            raise StorageFault(message) from fault

    def text(self) -> str:
        """The text as it was edited."""
        return _read(self.path)

    def original(self) -> str:
        """The text that the edit began from."""
        return _read(self._original)

    def drop(self) -> None:
        """Remove the files, since what they say is saved or not wanted."""
        for path in (self.path, self._original):
            path.unlink(missing_ok=True)

    @property
    def _original(self) -> Path:
        return self.path.with_suffix(".orig")


def _read(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return file.read()
    except OSError as fault:
        message = f"{path} cannot be read: {fault.strerror}"
        raise StorageFault(message) from fault
    except UnicodeDecodeError as fault:
        message = f"{path} is not UTF-8 text; save it as UTF-8"
        raise StorageFault(message) from fault
