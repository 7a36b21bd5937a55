"""A day of wishes: each is looked up, and taken as a step."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.live.newsroom.day import Day, present
from tests.live.newsroom.desk import Desk
from tests.live.newsroom.model import staff, state
from tests.live.newsroom.model.site import number_of
from tests.live.newsroom.steps import ANY, Outcome, Step
from tests.live.newsroom.wishes import OWNER, Wish, wishes

SOON, LATER = timedelta(milliseconds=300), timedelta(days=1)
# What "edit" allows is done in other ways too.
WHAT = dict.fromkeys(
    ("autosave", "restore-revision", "patch", "tag", "untag", "assign_authors"), "edit"
)
REVISIONS = {"number", "revision"}
# Who may, and who does it where somebody is wanted who may.
NEEDED = {
    **staff.NEEDED,
    "purge": staff.PURGERS,
    "create-tag": staff.TAG_MAKERS,
    **dict.fromkeys(("change-tag", "merge-tag", "delete-tag"), staff.TAG_KEEPERS),
}
INSTEAD = {"purge": "ada"}
ENOUGH_TAGS = 2
# Nobody says which state of the post they know.
UNCONDITIONAL = {
    *("create", "create-tag", "comment", "bulk", "preview", "revoke"),
    *("take-lease", "give-back-lease"),
}


class Newsroom(RuleBasedStateMachine):
    """A day of its own: what there is has its number in titles, slugs and names of tags."""

    desk: ClassVar[Desk]
    days: ClassVar[Iterator[int]] = itertools.count(1)
    # Which steps were taken, and how they were answered.
    taken: ClassVar[Counter[tuple[str, int]]] = Counter()

    def __init__(self) -> None:
        """In the morning."""
        super().__init__()
        self.number = next(self.days)
        self.day = Day(self.desk, self.taken)

    @initialize()
    def begin(self) -> None:
        """There is something to work on."""
        self.take(Wish("con", "create", "p1", "none", is_fit=True, values={"title": "Alpha"}))

    @rule(wish=wishes())
    def take(self, wish: Wish) -> None:
        """Do what somebody wants."""
        do: dict[str, Callable[[Wish], object]] = {
            "schedule": self._schedule,
            "wait": self._wait,
            "bulk": self._bulk,
            "change-tag": self._tag,
            "merge-tag": self._tag,
            "delete-tag": self._tag,
            "revoke": self._revoke,
            "send again": self._send_again,
            "use key again": self._use_key_again,
        }
        do.get(wish.verb, self._step)(wish)

    def _step(self, wish: Wish) -> None:
        post, values = self._post(wish), dict(wish.values)
        if wish.verb in {"create", "create-tag"}:
            post = ""
        elif wish.is_fit and post in self._model.posts:
            last = self._model.posts[post].number
            values |= {name: min(n, last) for name, n in values.items() if name in REVISIONS}
        self._ask(wish, post, values)

    def _schedule(self, wish: Wish) -> None:
        start, end, follow_draft = (wish.values[name] for name in ("start", "end", "follow_draft"))
        post, outcome = self._post(wish), None
        while outcome is None:
            # Once more where the machine is so busy that the moment has passed meanwhile.
            plan = {**_moments(start, end), "follow_draft": follow_draft}
            outcome = self._ask(wish, post, plan)

    def _wait(self, wish: Wish) -> None:
        if wish.is_fit and not self.day.due():
            # So that there is something to wait for.
            soon = {"start": "soon", "end": "never", "follow_draft": False}
            self._schedule(wish._replace(verb="schedule", values=soon))
        if self.day.due():
            self.day.pass_time()

    def _bulk(self, wish: Wish) -> None:
        who = self._somebody(wish, wish.values["parts"][0][1])
        parts = {}
        for verb, post, knows, values in wish.values["parts"]:
            subject = self._post(wish._replace(verb=verb, post=post))
            known = self._known(subject, knows)
            parts[subject] = Step(who, verb, subject, known, self._marked(values), is_part=True)
        values = {**wish.values, "parts": list(parts.values())}
        self.day.take(Step(who, "bulk", values=values))

    def _tag(self, wish: Wish) -> None:
        values, verb = wish.values, wish.verb
        said: dict[str, Any] = {}
        if wish.is_fit and len(self._model.site.tags) < ENOUGH_TAGS:
            # So that there are some.
            self._ask(wish._replace(verb="create-tag"), "", {"name": values["tag"]})
            return
        if verb == "merge-tag":
            said = {"into": self._tag_named(wish, values["into"])}
        elif verb == "change-tag":
            of, to = values["of"], values["to"]
            said = {of: to if of == "name" else to.lower()}
        self._ask(wish, self._tag_named(wish, values["tag"]), said)

    def _revoke(self, wish: Wish) -> None:
        links = [*self._model.links]
        link = links[-1] if links and wish.is_fit else wish.values["link"]
        self._ask(wish, self.day.links.get(link, wish.post), {"link": link})

    def _send_again(self, wish: Wish) -> None:
        other = self._somebody(wish, wish.post)
        self.day.repeat(wish.number, by=other if wish.values["is_by_another"] else None)

    def _use_key_again(self, wish: Wish) -> None:
        self.day.repeat(wish.number, body={"title": "Something else"})

    def _ask(self, wish: Wish, subject: str, values: dict[str, Any]) -> Outcome | None:
        who = self._somebody(wish, subject)
        known = None if wish.verb in UNCONDITIONAL else self._known(subject, wish.knows)
        return self.day.take(Step(who, wish.verb, subject, known, self._marked(values)))

    # What the words of a wish mean now; where it is fit, something that can be.

    @property
    def _model(self) -> state.Newsroom:
        return self.day.newsroom

    def _post(self, wish: Wish) -> str:
        """The post itself if it can take the step, or the newest that can, or the newest."""
        what, made = WHAT.get(wish.verb, wish.verb), [*self._model.posts]
        fit = [one for one in made if self._model.can_take(one, what)] or made
        is_kept = wish.post in fit or not (fit and wish.is_fit)
        post = wish.post if is_kept else fit[-1]
        # A request may be sent again: what names nothing now names nothing then, whatever is made.
        return post if number_of(post) <= self._model.made_posts else f"n{number_of(post)}"

    def _somebody(self, wish: Wish, post: str) -> str:
        """By name; the owner is who made the post."""
        found = self._model.posts.get(post)
        who = wish.who
        if who == OWNER:
            who = found.created_by if found else "ann"
        if not wish.is_fit:
            return who
        may = staff.may(who, NEEDED.get(wish.verb, staff.EVERYBODY))
        is_hidden = found is not None and not self._model.sees(who, post)
        return who if may and not is_hidden else INSTEAD.get(wish.verb, "eve")

    def _known(self, subject: str, knows: str) -> int | str | None:
        """Which state of it they know."""
        states = [number for one, number in self.day.ids.etags if one == subject] or [0]
        former = states[-2] if len(states) > 1 else 0
        return {"present": states[-1], "former": former, "none": None}.get(knows, ANY)

    def _tag_named(self, wish: Wish, name: str) -> str:
        """Its handle; of none, if there is none."""
        tags = self._model.site.tags
        newest = next(reversed(tags), "t0") if wish.is_fit else "t0"
        return self._model.site.tag_named(f"{name} {self.number}") or newest

    def _marked(self, values: dict[str, Any]) -> dict[str, Any]:
        """With the number of the day wherever it must not meet what another day has left."""
        marks: dict[str, Callable[[Any], Any]] = {
            "title": lambda title: f"{title} {self.number}",
            "name": lambda name: f"{name} {self.number}",
            "slug": lambda slug: f"{slug}-{self.number}",
            "tags": lambda names: [f"{name} {self.number}" for name in names],
            "slugs": lambda names: [f"{name.lower()}-{self.number}" for name in names],
        }
        return {name: marks.get(name, lambda same: same)(value) for name, value in values.items()}


def _moments(start: str, end: str) -> dict[str, Any]:
    """When to publish and to withdraw."""
    now = present()
    begin = {"soon": now + SOON, "later": now + LATER, "long ago": now - LATER}.get(start)
    finish = {
        "right after": (begin or now + SOON) + timedelta(milliseconds=1),
        "later": now + 2 * LATER,
        "before": (begin or now) - LATER,
    }.get(end)
    return {"publish_at": begin, "unpublish_at": finish}
