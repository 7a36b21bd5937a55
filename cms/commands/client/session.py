"""The remembered login: one entry of tokens per server, never a password."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cms.commands.client import storage


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """What a server gave at login. Without a refresh token it ends with the access token."""

    email: str
    access_token: str = dataclasses.field(repr=False)
    refresh_token: str | None = dataclasses.field(repr=False)
    expires_at: float

    @property
    def expired(self) -> bool:
        """Whether the access token has ended, or will while a request is under way."""
        return time.time() > self.expires_at - 10


class Sessions:
    """The logins that this user's client remembers, by server address."""

    def __init__(self, folder: Path) -> None:
        self._file = storage.PrivateFile(folder / "sessions.json")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Let one process at a time exchange tokens."""
        with self._file.locked():
            yield

    def find(self, server: str) -> Session | None:
        """Return the session kept for a server."""
        return _session(self._file.read().get(server))

    def keep(self, server: str, session: Session) -> None:
        """Remember the session; the caller holds the lock."""
        self._file.write(self._file.read() | {server: dataclasses.asdict(session)})

    def forget(self, server: str) -> None:
        """Drop the session; the caller holds the lock."""
        entries = self._file.read()
        if entries.pop(server, None) is not None:
            self._file.write(entries)


def _session(entry: Any) -> Session | None:
    if not isinstance(entry, dict):
        return None
    email, access = entry.get("email"), entry.get("access_token")
    refresh, expires_at = entry.get("refresh_token"), entry.get("expires_at")
    if not (isinstance(email, str) and isinstance(access, str)):
        return None
    return Session(
        email=email,
        access_token=access,
        refresh_token=refresh if isinstance(refresh, str) else None,
        expires_at=expires_at if isinstance(expires_at, (int, float)) else 0.0,
    )
