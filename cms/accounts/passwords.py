"""Passwords: argon2id, at a cost that is a setting."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from argon2 import PasswordHasher

# OWASP ASVS 5.0, 6.2.1: at least 8 (15 are better), and no rules about kinds of characters.
SHORTEST = 8
LONGEST = 1000


@dataclass
class Passwords:
    """Hashes and checks passwords. The library is imported when the first one comes."""

    memory_kib: int
    passes: int
    lanes: int
    _decoy: str = field(init=False, default="")

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415

        return PasswordHasher(
            memory_cost=self.memory_kib, time_cost=self.passes, parallelism=self.lanes
        )

    def hashed(self, password: str) -> str:
        """The hash to store, with its parameters and salt."""
        return self._hasher.hash(password)

    def matches(self, password: str, stored: str | None) -> bool:
        """Whether ``password`` belongs to ``stored``.

        Without a stored hash (no such user, or one without a password) a decoy is checked, so that
        the answer takes the same time and does not tell which e-mail addresses have an account.
        """
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415

        # Made by whoever comes first, known or not, so that its cost tells nothing either.
        self._decoy = self._decoy or self._hasher.hash("decoy")
        try:
            self._hasher.verify(stored or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(stored)

    def is_outdated(self, stored: str) -> bool:
        """Whether ``stored`` was made at another cost than today's."""
        return self._hasher.check_needs_rehash(stored)
