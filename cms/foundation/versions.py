"""Which version a change was made from: the guard against lost updates, without HTTP."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Expected:
    """The versions that the caller accepts as the present one."""

    versions: frozenset[int] = frozenset()
    is_stated: bool = True
    is_any: bool = False

    def admits(self, version: int) -> bool:
        """Whether a change may be made on top of ``version``."""
        return self.is_any or version in self.versions


ANY = Expected(is_any=True)
UNSTATED = Expected(is_stated=False)
