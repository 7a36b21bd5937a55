"""A follower as a frontend would write it: a copy by id, kept up by what changed."""

from typing import Any

from tests.callers import ContractClient
from tests.delivery import reading

CHANGES = "/api/v1/changes"
Copy = dict[str, dict[str, dict[str, Any]]]


def apply(copy: Copy, entries: list[dict[str, Any]]) -> None:
    """Put each document in its place; drop what was deleted."""
    for entry in entries:
        if entry["document"] is None:
            copy[entry["type"]].pop(entry["id"], None)
        else:
            copy[entry["type"]][entry["id"]] = entry["document"]


def follow(client: ContractClient, copy: Copy, since: int, **query: Any) -> int:
    """Bring a copy from one version to the present one; gives that."""
    pages = reading.pages(client, CHANGES, since=since, **query)
    for page in pages:
        apply(copy, page["data"])
    (version,) = {page["version"] for page in pages}
    return int(version)


def nothing() -> Copy:
    """The copy of who has not begun."""
    return {"post": {}, "author": {}, "tag": {}}


def full(client: ContractClient) -> Copy:
    """What the three lists show."""
    return {
        kind: {
            one["id"]: one
            for one in reading.everything(
                client, f"/api/v1/{kind}s", **({"include": "html"} if kind == "post" else {})
            )
        }
        for kind in ("post", "author", "tag")
    }
