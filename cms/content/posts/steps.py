"""Which steps a post can take from where it stands, and who may let it."""

from enum import StrEnum

from sqlalchemy.orm import Session

from cms.accounts import permissions, saving
from cms.accounts.permissions import Caller, Permission
from cms.content.posts.models import Post, Status
from cms.foundation.errors import Conflict, Forbidden
from cms.foundation.versions import Expected


class Step(StrEnum):
    """What can be done to a post, named as in the addresses; `edit` is PATCH, `trash` DELETE."""

    EDIT = "edit"
    SUBMIT = "submit"
    SEND_BACK = "send-back"
    APPROVE = "approve"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    SCHEDULE = "schedule"
    UNSCHEDULE = "unschedule"
    TRASH = "trash"
    RESTORE = "restore"


# The one table: what is checked before each step, and what a refusal lists.
LEGAL: dict[Status, tuple[Step, ...]] = {
    Status.DRAFT: (
        Step.EDIT,
        Step.SUBMIT,
        Step.PUBLISH,
        Step.SCHEDULE,
        Step.TRASH,
    ),
    Status.IN_REVIEW: (
        Step.EDIT,
        Step.SEND_BACK,
        Step.APPROVE,
        Step.PUBLISH,
        Step.SCHEDULE,
        Step.TRASH,
    ),
    Status.SCHEDULED: (
        Step.EDIT,
        Step.PUBLISH,
        Step.SCHEDULE,
        Step.UNSCHEDULE,
        Step.TRASH,
    ),
    Status.PUBLISHED: (
        Step.EDIT,
        Step.PUBLISH,
        Step.UNPUBLISH,
        Step.SCHEDULE,
        Step.UNSCHEDULE,
        Step.TRASH,
    ),
    Status.TRASHED: (Step.RESTORE,),
}
# What a step needs, where it is more than to write the post.
NEEDED: dict[Step, tuple[Permission, ...]] = {
    # Who reviews could publish it too, whoever wrote it.
    Step.SEND_BACK: (Permission.POSTS_ANY, Permission.POSTS_PUBLISH),
    Step.APPROVE: (Permission.POSTS_ANY, Permission.POSTS_PUBLISH),
    Step.PUBLISH: (Permission.POSTS_PUBLISH,),
    Step.UNPUBLISH: (Permission.POSTS_PUBLISH,),
    Step.SCHEDULE: (Permission.POSTS_PUBLISH,),
    Step.UNSCHEDULE: (Permission.POSTS_PUBLISH,),
}
# What stating a status in PATCH means.
TOWARDS = {Status.IN_REVIEW: Step.SUBMIT, Status.DRAFT: Step.SEND_BACK}


class IllegalStep(Conflict):
    """The post cannot take this step from where it stands; ``legal`` lists those it can."""

    code = "illegal_step"
    title = "The post cannot take this step now"


def allow(session: Session, post: Post, step: Step, *, by: Caller, expected: Expected) -> None:
    """Raise what keeps ``by`` from taking ``step``, from the version that they know.

    Whose post it is was asked when it was found. ``Forbidden`` comes before ``Stale``, and that
    before ``IllegalStep``: whoever may not act learns nothing.
    """
    for permission in NEEDED.get(step, (Permission.POSTS_WRITE,)):
        permissions.demand(by, permission)
    is_approved = post.status in {Status.SCHEDULED, Status.PUBLISHED}
    if is_approved and not permissions.holds(by, Permission.POSTS_PUBLISH):
        message = f"The post is {post.status}. Ask an editor to change it."
        raise Forbidden(message)
    saving.guard(session, post, expected)
    demand(post, step)


def demand(post: Post, step: Step) -> None:
    """Raise ``IllegalStep`` unless ``post`` can take ``step`` now."""
    legal = [
        one
        for one in LEGAL[Status(post.status)]
        # A published post has a schedule or has none.
        if one is not Step.UNSCHEDULE or post.schedule is not None
    ]
    if step not in legal:
        listed = ", ".join(legal)
        message = f"The post is {post.status}; it cannot take the step {step}. Legal now: {listed}."
        raise IllegalStep(message, legal=legal)
