"""The audit log: one entry for each thing that a step changed, by whoever took it."""

from typing import Any

from tests.live.newsroom.desk import Desk
from tests.live.newsroom.looking import same
from tests.live.newsroom.model.state import Newsroom
from tests.live.newsroom.wire import Ids

AUDIT = "/api/v1/manage/audit?limit=50"
# By whom, and what was changed: its kind and handle.
Entry = tuple[str, str, str]
# What has a handle; all else is only counted.
NAMED = {"post", "tag", "schedule"}
MANY_AT_ONCE = {"merge-tag", "delete-tag"}


class Log:
    """Reads it from where it was read last."""

    def __init__(self, desk: Desk, ids: Ids) -> None:
        """From now on."""
        self.desk, self.ids = desk, ids
        self.last = self._newest()[0]["id"]

    def compare(self, expected: list[Entry], request_id: str | None) -> None:
        """The new entries are the ``expected`` ones, of that request."""
        newest = self._newest()
        ids = [entry["id"] for entry in newest]
        entries = newest[: ids.index(self.last)]
        self.last = ids[0]
        found = [self._told(entry) for entry in entries]
        same("entries in the audit log", sorted(found), sorted(expected))
        requests = {entry["request_id"] for entry in entries}
        same("their request", requests, {request_id} if expected else set())

    def _newest(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.desk.get(AUDIT)["data"]
        return entries

    def _told(self, entry: dict[str, Any]) -> Entry:
        handle = self.ids.handles.get(entry["subject_id"], "")
        return self.desk.users[entry["actor_id"]], entry["subject_kind"], handle


def entries(who: str, verb: str, before: Newsroom, after: Newsroom) -> list[Entry]:
    """Those of a step: one for each thing that it made, changed or removed.

    What many undergo at once is one entry. What belongs to a post goes with it without any.
    """
    old, new = _things(before), _things(after)
    changed = {thing for thing in {**old, **new} if old.get(thing) != new.get(thing)}
    if verb == "purge":
        changed = {(kind, handle) for kind, handle in changed if kind == "post"}
    if verb in MANY_AT_ONCE:
        posts = [
            one for one, post in before.posts.items() if post.content != after.posts[one].content
        ]
        changed = {(kind, handle) for kind, handle in changed if kind != "post"}
        changed |= {("post", "") for _ in posts}
    return [(who, kind, handle if kind in NAMED else "") for kind, handle in changed]


def _things(newsroom: Newsroom) -> dict[tuple[str, str], Any]:
    """What the log knows of all that there is."""
    things: dict[tuple[str, str], Any] = {}
    for handle, post in newsroom.posts.items():
        is_changed = newsroom.has_unpublished_changes(handle)
        stand = (post.status, post.number, post.approval, post.first_published, is_changed)
        things["post", handle] = post.content, stand
        for number in range(len(post.comments)):
            things["comment", f"{handle} {number}"] = True
        if post.schedule is not None:
            plan = post.schedule
            things["schedule", handle] = plan.publish_at, plan.unpublish_at, plan.pinned
    for handle, tag in newsroom.site.tags.items():
        things["tag", handle] = tag.name, tag.slug
    for handle in newsroom.links:
        things["preview_link", handle] = True
    return things
