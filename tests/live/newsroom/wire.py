"""Steps as HTTP requests."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.live.callers import MANAGED
from tests.live.newsroom.steps import ANY, Step
from tests.live.site import TAGS

# The id of something that there is not, of each its own.
NOTHING = "00000000-0000-7000-8000-0000000000{number:02}"
UNKNOWN_ETAG = '"0-0"'
# Who is said to be editing says so for longer than a day lasts here.
LEASE_SECONDS = 600
POST, TAG = f"{MANAGED}/{{id}}", f"{TAGS}/{{id}}"
# All others are POST to an address that ends on the verb.
ADDRESSES = {
    "create": ("POST", MANAGED),
    "edit": ("PATCH", POST),
    "autosave": ("PATCH", f"{POST}?autosave=true"),
    "trash": ("DELETE", POST),
    "purge": ("DELETE", f"{POST}?purge=true"),
    "restore-revision": ("POST", f"{POST}/revisions/{{number}}/restore"),
    "comment": ("POST", f"{POST}/comments"),
    "take-lease": ("PUT", f"{POST}/lease"),
    "give-back-lease": ("DELETE", f"{POST}/lease"),
    "preview": ("POST", f"{POST}/preview-links"),
    "revoke": ("DELETE", f"{POST}/preview-links/{{link}}"),
    "create-tag": ("POST", TAGS),
    "change-tag": ("PATCH", TAG),
    "merge-tag": ("POST", f"{TAG}/merge"),
    "delete-tag": ("DELETE", TAG),
    "bulk": ("POST", f"{MANAGED}/bulk"),
}
# What is sent as the step says it, and what says always the same; all others send nothing.
AS_GIVEN = {"create", "preview", "create-tag", "change-tag"}
SAID = {
    "comment": {"text": "Well"},
    **{verb: {"comment": "Well"} for verb in ("submit", "send-back", "approve")},
}


@dataclass(frozen=True)
class Request:
    """What is sent; it can be sent again."""

    method: str
    path: str
    body: Any = None
    if_match: str | None = None
    key: str | None = None


class Ids:
    """What the handles of the model stand for at the server."""

    def __init__(self, bylines: dict[str, str]) -> None:
        """``bylines``: the ids of the authors."""
        self.bylines = bylines
        self.posts: dict[str, str] = {}
        self.tags: dict[str, str] = {}
        # With the token.
        self.links: dict[str, tuple[str, str]] = {}
        # Of each state that a post or tag was seen in.
        self.etags: dict[tuple[str, int], str] = {}

    @property
    def handles(self) -> dict[str, str]:
        """Those of posts and tags, by their ids."""
        return {one_id: handle for handle, one_id in {**self.posts, **self.tags}.items()}

    def request(self, step: Step, key: str) -> Request:
        """The step; each POST has a key of its own."""
        method, address = ADDRESSES.get(step.verb, ("POST", f"{POST}/{step.verb}"))
        path = address.format(
            id=self._id(step.subject),
            number=step.values.get("number"),
            link=self.links.get(step.values.get("link", ""), (NOTHING.format(number=0),))[0],
        )
        sent_key = key if method == "POST" else None
        return Request(method, path, self._body(step), self.if_match(step), sent_key)

    def if_match(self, step: Step) -> str | None:
        """The ETag of the state that they know."""
        if step.known is None or step.known == ANY:
            return step.known and str(step.known)
        return self.etags.get((step.subject, int(step.known)), UNKNOWN_ETAG)

    def _id(self, handle: str) -> str:
        found = self.posts.get(handle) or self.tags.get(handle)
        return found or NOTHING.format(number=int(handle[1:] or 0))

    def _body(self, step: Step) -> Any:
        match step.verb:
            case "edit" | "autosave":
                return self._changes(step.values)
            case "schedule":
                return {name: spelled(value) for name, value in step.values.items()}
            case "take-lease":
                return {"seconds": LEASE_SECONDS, **step.values}
            case "merge-tag":
                return {"into": self._id(step.values["into"])}
            case "bulk":
                parts = [self._part(part) for part in step.values["parts"]]
                flags = {name: step.values[name] for name in ("atomic", "dry_run")}
                return {"operations": parts, **flags}
        return step.values if step.verb in AS_GIVEN else SAID.get(step.verb)

    def _changes(self, values: dict[str, Any]) -> dict[str, Any]:
        if "authors" not in values:
            return values
        by_id = [self.bylines[one] for one in values["authors"]]
        return {**{n: v for n, v in values.items() if n != "authors"}, "author_ids": by_id}

    def _part(self, part: Step) -> dict[str, Any]:
        known = self.if_match(part)
        values = part.values
        if part.verb == "patch":
            values = {"changes": values}
        elif "slugs" in values:
            values = {"tags": values["slugs"]}
        said = {} if known is None else {"etag": known}
        return {"action": part.verb, "id": self._id(part.subject), **said, **values}


def spelled(value: Any) -> Any:
    """A moment as it is written; anything else as it is."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value
