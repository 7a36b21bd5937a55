"""Many posts in one request: each part as if it came alone, all or none if that is asked for."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from tests.live.newsroom.model import workflow, writing
from tests.live.newsroom.model.state import Newsroom
from tests.live.newsroom.steps import Outcome, Refused, Step


def carry_out(newsroom: Newsroom, step: Step) -> Outcome:
    """Each part after the other; gives the code of each that failed, and the status of the rest."""
    before = deepcopy(vars(newsroom))
    parts = tuple(_attempt(newsroom, part) for part in step.values["parts"])
    has_failed = any(code is not None for code, _ in parts)
    is_refused = has_failed and step.values["atomic"] and not step.values["dry_run"]
    if is_refused or step.values["dry_run"]:
        vars(newsroom).update(before)
    if is_refused:
        raise Refused(409, "bulk_failed", tuple(part for part in parts if part[0]))
    return Outcome(200, None, parts)


def _attempt(newsroom: Newsroom, part: Step) -> tuple[str | None, str | None]:
    try:
        ACTS[part.verb](newsroom, part)
    except Refused as refusal:
        return refusal.outcome.code, None
    return None, newsroom.posts[part.subject].status


def _refile(newsroom: Newsroom, part: Step) -> None:
    """More tags behind those that it has, or fewer; of tags that there are."""
    post = newsroom.allowed(part, "edit")
    named: list[Any] = [newsroom.site.tag_at(slug) for slug in part.values["slugs"]]
    if None in named:
        raise Refused(422, "invalid_input")
    if part.verb == "tag":
        tags = tuple(dict.fromkeys([*post.content.tags, *named]))
    else:
        tags = tuple(one for one in post.content.tags if one not in named)
    post.save(replace(post.content, tags=tags), part.who)


ACTS: dict[str, Callable[[Newsroom, Step], object]] = {
    "publish": workflow.publish,
    "unpublish": workflow.unpublish,
    "trash": workflow.trash,
    "patch": writing.edit,
    "assign_authors": writing.edit,
    "tag": _refile,
    "untag": _refile,
}
