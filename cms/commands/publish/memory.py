"""What each file became: the post, and the version this client wrote last, per server."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cms.commands.client import storage


@dataclasses.dataclass(frozen=True, slots=True)
class Known:
    """A post as this client last saw its own write of a file.

    `digests` tells for each field whether the server's copy has changed since.
    """

    id: str
    slug: str
    version: int
    etag: str
    digests: Mapping[str, str]


class Memory:
    """The posts that this client has written, by server address and file."""

    def __init__(self, folder: Path, server: str) -> None:
        self._file = storage.PrivateFile(folder / "published.json")
        self._server = server

    def find(self, path: Path) -> Known | None:
        """Return what the file became the last time."""
        return _known(self._here(self._file.read()).get(_key(path)))

    def find_moved(self, post_id: str) -> Known | None:
        """Return what is known of a post whose file is no longer where it was."""
        for key, entry in self._here(self._file.read()).items():
            known = _known(entry)
            if known is not None and known.id == post_id and not Path(key).exists():
                return known
        return None

    def keep(self, path: Path, known: Known) -> None:
        """Remember what the file became; the post's entries for vanished files go."""
        with self._file.locked():
            entries = self._file.read()
            here = {
                key: entry
                for key, entry in self._here(entries).items()
                if not (isinstance(entry, dict) and entry.get("id") == known.id)
                or Path(key).exists()
            }
            here[_key(path)] = dataclasses.asdict(known)
            self._file.write(entries | {self._server: here})

    def _here(self, entries: dict[str, Any]) -> dict[str, Any]:
        here = entries.get(self._server)
        return here if isinstance(here, dict) else {}


def _key(path: Path) -> str:
    return str(path.resolve())


def _known(entry: Any) -> Known | None:
    if not isinstance(entry, dict):
        return None
    try:
        known = Known(**entry)
    except TypeError:
        return None
    return known if isinstance(known.id, str) and isinstance(known.version, int) else None
