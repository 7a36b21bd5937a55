"""A day in the newsroom: steps taken at the server and in the model, and compared."""

import time
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import note

from tests.live.callers import Answer
from tests.live.newsroom import model
from tests.live.newsroom.desk import ADMIN, Desk
from tests.live.newsroom.log import Log, entries
from tests.live.newsroom.looking import Look, same
from tests.live.newsroom.model import workflow
from tests.live.newsroom.model.state import Newsroom
from tests.live.newsroom.steps import Outcome, Step
from tests.live.newsroom.wire import Ids, Request

# What is scheduled for soon is due within this; what is scheduled for later is not.
HORIZON = timedelta(minutes=1)
# The clocks of client and server are one, but tick in milliseconds.
TICK = timedelta(milliseconds=20)

# Those whose answer is the post.
SHOWING = {
    *("create", "edit", "autosave", "restore-revision", "submit", "send-back", "approve"),
    *("publish", "unpublish", "schedule", "unschedule", "restore"),
}


@dataclass(frozen=True)
class Sent:
    """A step as it was asked for, and its end."""

    step: Step
    request: Request
    answer: Answer


class Day:
    """Begins with nothing but its people."""

    def __init__(self, desk: Desk, taken: Counter[tuple[str, int]]) -> None:
        """With those who are at work; ``taken`` counts the steps and how they were answered."""
        self.taken = taken
        desk.clear()
        self.desk = desk
        self.newsroom = Newsroom()
        self.ids = Ids(desk.bylines)
        self.look = Look(desk, self.ids)
        self.log = Log(desk, self.ids)
        # All POSTs, and of which post each preview was made.
        self.posted: list[Sent] = []
        self.links: dict[str, str] = {}

    def take(self, step: Step) -> Outcome | None:
        """Take a step on both sides; ``None`` if it came too late for a moment that it names."""
        return self.send(step, self.ids.request(step, self.desk.new_key()))

    def send(self, step: Step, request: Request) -> Outcome | None:
        """Send a request that asks for this step."""
        before, since = deepcopy(self.newsroom), present()
        outcome = model.take(self.newsroom, step, since)
        answer = self.desk.send(step.who, request)
        if answer.status == 422 and outcome.status == 200 and _has_passed(step):
            self.newsroom = before
            return None
        note(f"    {step}: {_told(answer)}")
        same("answer", (answer.status, _code(answer)), (outcome.status, outcome.code))
        self.taken[step.verb, answer.status] += 1
        self._learn(step, answer)
        if outcome.parts:
            same("parts of it", _parts(answer), outcome.parts)
        if request.key is not None:
            self.posted.append(Sent(step, request, answer))
        self._compare(step, before, since, answer)
        return outcome

    def repeat(self, back: int, *, by: str | None = None, body: Any = None) -> None:
        """Send the POST that was sent so many before the last one once more.

        ``by`` somebody else under the same key, or with another ``body``.
        """
        if back >= len(self.posted):
            return
        sent = self.posted[-1 - back]
        step = sent.step if by is None else sent.step.by(by)
        done = self._done(step.who, sent.request)
        if done is not None:
            self._replay(done, body)
        elif body is None:
            # What failed is not kept, and others' keys are others'.
            self.send(step, sent.request)

    def _done(self, who: str, request: Request) -> Sent | None:
        """What was done under this key by them."""
        for sent in self.posted:
            is_it = (sent.step.who, sent.request.key) == (who, request.key)
            if is_it and sent.answer.status < 400:
                return sent
        return None

    def _replay(self, done: Sent, body: Any) -> None:
        """Nothing happens, whatever there is by now."""
        before, since, step = deepcopy(self.newsroom), present(), done.step
        request = done.request if body is None else replace(done.request, body=body)
        answer = self.desk.send(step.who, request)
        note(f"    {step}, sent again{'' if body is None else ' otherwise'}: {_told(answer)}")
        if body is not None:
            same("answer", (answer.status, _code(answer)), (422, "idempotency_key_reused"))
        else:
            same("answer", (answer.status, answer.body), (done.answer.status, done.answer.body))
            same("whether it says so", answer.headers.get("idempotent-replayed"), "true")
        self.taken["send again", answer.status] += 1
        self._compare(replace(step, verb="nothing"), before, since, answer)

    def pass_time(self) -> None:
        """Wait until all is due that is scheduled for soon, and let a worker do it."""
        before = deepcopy(self.newsroom)
        due_at = max(self.due())
        time.sleep(max(0.0, (due_at + TICK - present()).total_seconds()))
        since = present()
        by = {one: post.schedule.by for one, post in self.newsroom.posts.items() if post.schedule}
        done = workflow.work(self.newsroom, since)
        self.taken["wait", 0] += 1
        note(f"    the worker comes: {', '.join(done)}")
        self.desk.server.run("worker", "--once")
        moved = self.newsroom.site.changes - before.site.changes
        same("new versions of the site", self.look.moved_versions(), moved)
        self.look.at_all(self.newsroom, by=ADMIN, since=since)
        for handle in done:
            self.look.closely(self.newsroom, handle, None)
        changed = entries("", "wait", before, self.newsroom)
        # Whoever scheduled it has done it.
        expected = [(by[handle], kind, handle) for _, kind, handle in changed]
        self.log.compare(expected, None)

    def due(self) -> list[datetime]:
        """The moments that are scheduled for soon."""
        plans = [post.schedule for post in self.newsroom.posts.values() if post.schedule]
        moments = [moment for plan in plans for moment in (plan.publish_at, plan.unpublish_at)]
        return [one for one in moments if one is not None and one < present() + HORIZON]

    def _compare(self, step: Step, before: Newsroom, since: datetime, answer: Answer) -> None:
        moved = self.newsroom.site.changes > before.site.changes
        same("new versions of the site", self.look.moved_versions(), int(moved))
        self.look.at_all(self.newsroom, by=step.who, since=since)
        new = self.newsroom.posts.keys() - before.posts.keys()
        parts = [part.subject for part in step.values.get("parts", ())]
        is_shown = step.verb in SHOWING and answer.status in {200, 201}
        for handle in sorted({step.subject, *parts, *new} & {*before.posts, *new}):
            self.look.closely(self.newsroom, handle, answer if is_shown else None)
        expected = entries(step.who, step.verb, before, self.newsroom)
        self.log.compare(expected, answer.headers["x-request-id"])

    def _learn(self, step: Step, answer: Answer) -> None:
        """The ids of what was made."""
        if answer.status != 201:
            return
        made = answer.json()
        if step.verb == "create":
            self.ids.posts[f"p{self.newsroom.made_posts}"] = made["id"]
        elif step.verb == "preview":
            handle = f"l{self.newsroom.made_links}"
            self.ids.links[handle] = made["id"], made["token"]
            self.links[handle] = step.subject


def present() -> datetime:
    """The moment, as exactly as the server tells it."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _has_passed(step: Step) -> bool:
    moments = [value for value in step.values.values() if isinstance(value, datetime)]
    return any(moment <= present() for moment in moments)


def _code(answer: Answer) -> str | None:
    return None if answer.status < 400 else answer.json()["code"]


def _told(answer: Answer) -> str:
    return f"{answer.status} {_code(answer) or ''}".rstrip()


def _parts(answer: Answer) -> tuple[Any, ...]:
    """Of a bulk: the code of each part that failed, the status of each post that did not."""
    results = answer.json()["results"]
    return tuple((one["problem"] and one["problem"]["code"], one["status"]) for one in results)
