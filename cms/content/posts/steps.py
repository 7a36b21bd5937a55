"""Which steps a post can take from where it stands."""

from enum import StrEnum

from cms.content.posts.models import Post, Status
from cms.foundation.errors import Conflict


class Step(StrEnum):
    """What can be done to a post, named as in the addresses; `edit` is PATCH, `trash` DELETE."""

    EDIT = "edit"
    SUBMIT = "submit"
    SEND_BACK = "send-back"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    TRASH = "trash"
    RESTORE = "restore"


# The one table: what is checked before each step, and what a refusal lists.
LEGAL: dict[Status, tuple[Step, ...]] = {
    Status.DRAFT: (
        Step.EDIT,
        Step.SUBMIT,
        Step.PUBLISH,
        Step.TRASH,
    ),
    Status.IN_REVIEW: (
        Step.EDIT,
        Step.SEND_BACK,
        Step.PUBLISH,
        Step.TRASH,
    ),
    Status.SCHEDULED: (
        Step.EDIT,
        Step.PUBLISH,
        Step.TRASH,
    ),
    Status.PUBLISHED: (
        Step.EDIT,
        Step.PUBLISH,
        Step.UNPUBLISH,
        Step.TRASH,
    ),
    Status.TRASHED: (Step.RESTORE,),
}
# What stating a status in PATCH means.
TOWARDS = {Status.IN_REVIEW: Step.SUBMIT, Status.DRAFT: Step.SEND_BACK}


class IllegalStep(Conflict):
    """The post cannot take this step from where it stands; ``legal`` lists those it can."""

    code = "illegal_step"
    title = "The post cannot take this step now"


def demand(post: Post, step: Step) -> None:
    """Raise ``IllegalStep`` unless ``post`` can take ``step`` now."""
    legal = LEGAL[Status(post.status)]
    if step not in legal:
        listed = ", ".join(legal)
        message = f"The post is {post.status}; it cannot take the step {step}. Legal now: {listed}."
        raise IllegalStep(message, legal=list(legal))
