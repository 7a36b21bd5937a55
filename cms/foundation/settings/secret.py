"""The secret that signs and seals: good enough, or made where none is needed yet."""

import os
import secrets
import tempfile
from pathlib import Path

SHORTEST = 32
FEWEST_DIFFERENT = 8
# Values from examples and tutorials: as good as no secret, however long.
WELL_KNOWN = ("change-me", "changeme", "change_me", "secret", "password", "your-", "example")


def faults(secret: str, *, is_production: bool) -> list[str]:
    """What is wrong with a secret."""
    remedy = "Make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not secret:
        return [f"CMS_SECRET_KEY: must be set in production. {remedy}"] if is_production else []
    if len(secret.encode()) < SHORTEST:
        return [f"CMS_SECRET_KEY: shorter than {SHORTEST} bytes. {remedy}"]
    if len(set(secret)) < FEWEST_DIFFERENT or any(word in secret.lower() for word in WELL_KNOWN):
        return [f"CMS_SECRET_KEY: a well-known or guessable value. {remedy}"]
    return []


def development(data_dir: Path) -> str:
    """The secret kept in the data folder, made on first use, readable by its owner only."""
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        # Written whole under another name first: of two processes that start at once, one
        # wins, and no reader sees half a secret. mkstemp creates files with mode 0600.
        handle, temporary = tempfile.mkstemp(dir=data_dir, prefix="secret.")
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(temporary, path)
        except FileExistsError:
            pass
        finally:
            Path(temporary).unlink()
    return path.read_text().strip()
