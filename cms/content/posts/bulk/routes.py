"""The address under which many posts are worked on at once."""

from typing import Any

from cms.accounts.access import caller, requires
from cms.accounts.permissions import Permission, holds
from cms.content.posts import publishing
from cms.content.posts.bulk import actions, queries
from cms.content.posts.bulk.actions import Outcome
from cms.content.posts.bulk.operations import Action, Actor, Operation
from cms.content.posts.bulk.schemas import NEEDED, BulkIn, BulkOut
from cms.content.posts.publishing import Prepared
from cms.foundation import moments, versions
from cms.foundation.errors import CmsError, Conflict, Fault
from cms.foundation.http import Blueprint, conditional, problems, session
from cms.foundation.http.edge import reading
from cms.foundation.versions import Expected

# Characters that are rendered before the transaction begins; the rest is rendered in it.
MOST_PREPARED = 5_000_000

blueprint = Blueprint(
    "bulk",
    __name__,
    url_prefix="/api/v1/manage/posts",
    description="Many posts in one request.",
)


class NotAllCanBeDone(Conflict):
    """Some operations of an atomic bulk fail, and so none was done; ``results`` has the reasons."""

    code = "bulk_failed"
    title = "Not all of it can be done, and so nothing was"


@blueprint.post("/bulk")
@requires(Permission.POSTS_WRITE)
@blueprint.fails(NotAllCanBeDone)
@blueprint.arguments(BulkIn)
@blueprint.response(200, BulkOut)
def change_posts(values: dict[str, Any]) -> dict[str, Any]:
    """Change many posts.

    Up to 500 operations, each on another post, with the same rules as one request for each of them:
    every one needs `version` or `etag`. Each succeeds or fails by itself; with `atomic`, one that
    fails lets all fail, and the answer is 409. Whatever becomes public does so under one version of
    the site.
    """
    operations = [_operation(one) for one in values["operations"]]
    actor = Actor(caller(), moments.now(), prepared=_prepared(operations))
    is_rehearsal = values.get("dry_run", False)
    do = actions.rehearse if is_rehearsal else actions.carry_out
    outcomes = do(session(), operations, actor)
    results = [_result(index, outcome) for index, outcome in enumerate(outcomes)]
    failed = [result for result in results if result["problem"]]
    if failed and values.get("atomic") and not is_rehearsal:
        raise _refusal(failed, of=len(results))
    return {
        "applied": not is_rehearsal,
        "succeeded": len(results) - len(failed),
        "failed": len(failed),
        "results": results,
    }


def _operation(values: dict[str, Any]) -> Operation:
    action = Action(values["action"])
    needed = NEEDED.get(action)
    given = {} if needed is None else {needed: values[needed]}
    # The changes of a PATCH are the values themselves.
    return Operation(action, values["id"], _expected(values), given.get("changes", given))


def _expected(values: dict[str, Any]) -> Expected:
    if "version" in values:
        return Expected(frozenset({values["version"]}))
    return conditional.read(values["etag"]) if "etag" in values else versions.UNSTATED


def _prepared(operations: list[Operation]) -> dict[Any, Prepared]:
    ids = {one.post_id for one in operations if one.action is Action.PUBLISH}
    if not ids or not holds(caller(), Permission.POSTS_PUBLISH):
        return {}
    with reading() as beside:
        bodies = queries.unpublished_bodies(beside, ids, by=caller(), most=MOST_PREPARED)
    return {post_id: publishing.prepare(body) for post_id, body in bodies.items()}


def _result(index: int, outcome: Outcome) -> dict[str, Any]:
    pointer = f"#/operations/{index}"
    operation = outcome.operation
    return {
        "pointer": pointer,
        "id": operation.post_id,
        "action": operation.action,
        "version": outcome.version,
        "status": outcome.post_status,
        "problem": outcome.failure and _problem(outcome.failure, pointer, operation.action),
    }


def _problem(failure: CmsError, pointer: str, action: Action) -> dict[str, Any]:
    """The problem, with its pointers leading into the request."""
    inside = f"{pointer}/changes" if action is Action.PATCH else pointer
    failure.errors = tuple(
        Fault(fault.pointer.replace("#", inside, 1), fault.detail) for fault in failure.errors
    )
    return problems.describe(failure)


def _refusal(failed: list[dict[str, Any]], *, of: int) -> NotAllCanBeDone:
    shown = [{**result, "id": str(result["id"])} for result in failed]
    faults = [Fault(result["pointer"], result["problem"]["detail"]) for result in failed]
    message = f"{len(failed)} of {of} operations cannot be done; none was."
    return NotAllCanBeDone(message, errors=faults, results=shown)
