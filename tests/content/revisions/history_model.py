"""A model of a post's history: what the rules of saving say that its revisions must be."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

RUN = timedelta(minutes=10)


@dataclass(slots=True)
class State:
    """One revision."""

    content: dict[str, Any]
    by: int
    at: datetime
    began: datetime
    is_autosave: bool = False
    is_open: bool = False


@dataclass(slots=True)
class HistoryModel:
    """All revisions, oldest first, and which of them readers see."""

    states: list[State] = field(default_factory=list)
    shown: int | None = None
    status: str = "draft"

    def save(
        self, values: dict[str, Any], *, by: int, now: datetime, autosave: bool = False
    ) -> None:
        """Somebody saves."""
        last = self.states[-1]
        content = {**last.content, **values}
        if content == last.content:
            last.is_open = last.is_open and autosave
        elif autosave and last.is_open and last.by == by and now - last.began <= RUN:
            last.content, last.at = content, now
        else:
            self.states.append(State(content, by, now, now, autosave, autosave))

    def submit(self) -> None:
        """A draft goes to the reviewers."""
        if self.status == "draft":
            self.status = "in_review"
            self.states[-1].is_open = False

    def publish(self) -> None:
        """Readers see what is there now; if they do already, nothing happens."""
        seen = self.shown and self.states[self.shown - 1].content
        if seen != self.states[-1].content:
            self.shown = len(self.states)
            self.status = "published"
            self.states[-1].is_open = False

    def restore(self, number: int, *, by: int, now: datetime) -> None:
        """Somebody brings a revision back: an ordinary save of what it says."""
        self.save(self.states[number - 1].content, by=by, now=now)

    def changed(self, number: int) -> set[str]:
        """The fields in which a revision differs from the one before."""
        if number == 1:
            return set()
        before, after = (self.states[one].content for one in (number - 2, number - 1))
        return {name for name in after if after[name] != before[name]}
