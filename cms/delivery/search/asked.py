"""A question as the index is asked it: with the authors and tags that its words name."""

import uuid
from dataclasses import dataclass, replace

from cms.delivery.search.language import Term
from cms.editions.search.entries import GROUP


@dataclass(frozen=True, slots=True)
class Sought:
    """A term, or instead of it one of ``groups``: the authors and tags that it names."""

    term: Term
    groups: tuple[uuid.UUID, ...] = ()

    def marks(self) -> list[str]:
        """The words that stand for the groups."""
        return [GROUP + group.hex for group in self.groups]


@dataclass(frozen=True, slots=True)
class Asked:
    """What posts must have and must not have, and between which numbers they lie."""

    wanted: tuple[Sought, ...]
    unwanted: tuple[Sought, ...]
    # All of these authors and tags.
    within: tuple[uuid.UUID, ...]
    lowest: int
    highest: int

    @property
    def has_phrases(self) -> bool:
        """Whether the order of words matters."""
        return any(len(one.term.words) > 1 for one in (*self.wanted, *self.unwanted))

    def loosely(self) -> "Asked":
        """The same without regard to the order of words: all that it finds, and more."""
        wanted = []
        for one in self.wanted:
            *first, last = one.term.words
            parts = [Term((word,)) for word in first]
            parts.append(Term((last,), one.term.is_beginning))
            wanted += [Sought(part, one.groups) for part in parts]
        unwanted = tuple(one for one in self.unwanted if len(one.term.words) == 1)
        return replace(self, wanted=tuple(wanted), unwanted=unwanted)
