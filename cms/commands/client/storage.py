"""Private files: JSON in the user's config folder that only the user may read."""

import contextlib
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import platformdirs

# A refresh may wait for a slow server inside the lock; longer than that, somebody hangs.
MAX_WAIT_SECONDS: Final = 60.0
_VERSION: Final = 1


class StorageFault(Exception):
    """What the client remembers can be neither read nor written."""


def folder() -> Path:
    """Return the config folder: CMS_CONFIG_DIR, or the user's own one on this system."""
    chosen = os.environ.get("CMS_CONFIG_DIR")
    return Path(chosen).expanduser() if chosen else platformdirs.user_config_path("cms")


class PrivateFile:
    """One JSON file of mode 0600, replaced as a whole, with a lock between processes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        """Return the entries; none when the file does not exist yet."""
        try:
            content = json.loads(self.path.read_bytes())
        except FileNotFoundError:
            return {}
        except OSError as fault:
            message = f"{self.path} cannot be read: {fault.strerror}"
            raise StorageFault(message) from fault
        except (ValueError, RecursionError) as fault:
            message = f"{self.path} is damaged; delete it and run the command again"
            raise StorageFault(message) from fault
        if not isinstance(content, dict) or content.get("version") != _VERSION:
            message = f"{self.path} was written by another version of cms; delete it to go on"
            raise StorageFault(message)
        entries = content.get("entries")
        return entries if isinstance(entries, dict) else {}

    def write(self, entries: dict[str, Any]) -> None:
        """Replace the file: a reader sees the old entries or the new ones, never a part."""
        content = json.dumps({"version": _VERSION, "entries": entries}, indent=1)
        name: str | None = None
        try:
            self._make_folder()
            # mkstemp makes the file with mode 0600, so the tokens are never readable by others.
            handle, name = tempfile.mkstemp(prefix=f".{self.path.name}.", dir=self.path.parent)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self.path)
        except OSError as fault:
            if name is not None:
                Path(name).unlink(missing_ok=True)
            message = f"{self.path} cannot be written: {fault.strerror}"
            raise StorageFault(message) from fault

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other process of this user out; not to be entered twice by one."""
        try:
            self._make_folder()
            lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            message = f"{self.path.parent} cannot be written: {fault.strerror}"
            raise StorageFault(message) from fault
        try:
            self._acquire(lock)
            yield
        finally:
            os.close(lock)

    def _acquire(self, lock: int) -> None:
        deadline = time.monotonic() + MAX_WAIT_SECONDS
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    message = f"another cms command keeps {self.path} locked; wait for it to end"
                    raise StorageFault(message) from None
                time.sleep(0.05)
            else:
                return

    def _make_folder(self) -> None:
        # A folder that is there already may be shared, so its mode is left alone.
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
