"""Whether a post has what is asked for: what the databases find in their indexes, in Python."""

from dataclasses import dataclass

from cms.delivery.search.asked import Asked, Sought
from cms.delivery.search.language import Term
from cms.editions.search import entries
from cms.editions.search.entries import GROUP, Filing


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a post: in their places, and all that there are."""

    places: list[str]
    known: frozenset[str]

    @classmethod
    def of(cls, said: entries.Words, filing: Filing) -> "Words":
        """As the index would have them."""
        return cls(said.places, frozenset((*said.places, *said.others, *filing.groups)))

    def fit(self, asked: Asked) -> bool:
        """Whether they are what is asked for, wherever the post stands in time."""
        return (
            self.known.issuperset([GROUP + group.hex for group in asked.within])
            and all(map(self._have, asked.wanted))
            and not any(map(self._have, asked.unwanted))
        )

    def _have(self, sought: Sought) -> bool:
        return self._have_term(sought.term) or not self.known.isdisjoint(sought.marks())

    def _have_term(self, term: Term) -> bool:
        *first, last = term.words
        if first:
            return self.known.issuperset(first) and self._have_in_order(term)
        if term.is_beginning:
            return any(word.startswith(last) for word in self.known)
        return last in self.known

    def _have_in_order(self, term: Term) -> bool:
        begin, length = term.words[0], len(term.words)
        return any(
            word == begin and term.is_met_by(self.places[place : place + length])
            for place, word in enumerate(self.places)
        )
