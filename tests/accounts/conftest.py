"""What the tests of accounts share: a hasher that counts."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from argon2 import PasswordHasher

from cms.foundation.http.edge import Edge


@dataclass(slots=True)
class Checks:
    """How often a password was checked, and against which cost."""

    costs: list[str] = field(default_factory=list)

    def take(self) -> list[str]:
        """The checks since the last look."""
        found, self.costs = self.costs, []
        return found


class CountingHasher(PasswordHasher):
    """argon2's own hasher; notes the cost of each check."""

    def __init__(self, checks: Checks, **cost: Any) -> None:
        """Note into ``checks``."""
        super().__init__(**cost)
        self.checks = checks

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override] # noqa: A002
        """Check, and note it."""
        self.checks.costs.append(str(hash).rsplit("$", 2)[0])
        return super().verify(hash, password)


@pytest.fixture
def checks(app: Edge, monkeypatch: pytest.MonkeyPatch) -> Checks:
    """The password checks of the application from now on."""
    passwords, found = app.extensions["cms.passwords"], Checks()
    cost = {
        "memory_cost": passwords.memory_kib,
        "time_cost": passwords.passes,
        "parallelism": passwords.lanes,
    }
    monkeypatch.setattr(passwords, "_hasher", CountingHasher(found, **cost))
    return found
