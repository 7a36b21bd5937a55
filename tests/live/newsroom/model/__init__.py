"""The newsroom as the README describes it: what each step does, and who may take it.

Plain Python without a database, a web or a line of the product. Each step first refuses, in the
order that is promised (nobody learns of what they may not see), and then changes.
"""

from collections.abc import Callable
from datetime import datetime

from tests.live.newsroom.model import bulk, sharing, tagging, workflow, writing
from tests.live.newsroom.model.state import Newsroom
from tests.live.newsroom.steps import Outcome, Refused, Step

Act = Callable[[Newsroom, Step], int]
ACTS: dict[str, Act] = {
    "create": writing.create,
    "edit": writing.edit,
    "autosave": writing.autosave,
    "restore-revision": writing.restore_revision,
    "comment": workflow.comment,
    "submit": workflow.submit,
    "send-back": workflow.send_back,
    "approve": workflow.approve,
    "publish": workflow.publish,
    "unpublish": workflow.unpublish,
    "schedule": workflow.schedule,
    "unschedule": workflow.unschedule,
    "trash": workflow.trash,
    "restore": workflow.restore,
    "purge": workflow.purge,
    "take-lease": sharing.take_lease,
    "give-back-lease": sharing.give_back_lease,
    "preview": sharing.make_link,
    "revoke": sharing.revoke_link,
    "create-tag": tagging.create,
    "change-tag": tagging.change,
    "merge-tag": tagging.merge,
    "delete-tag": tagging.delete,
}


def take(newsroom: Newsroom, step: Step, now: datetime) -> Outcome:
    """How the step ends; the newsroom is as it is after it."""
    newsroom.now = now
    try:
        if step.verb == "bulk":
            return bulk.carry_out(newsroom, step)
        return Outcome(ACTS[step.verb](newsroom, step))
    except Refused as refusal:
        return refusal.outcome
